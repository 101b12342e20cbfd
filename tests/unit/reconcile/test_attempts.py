"""Rule 2's attempts: who dies over a drop thrice is poison, and a drop's own stall stands in the attempt's end."""

import json

import httpx
import pytest

from certdrop.errors import StateError
from certdrop.state import keys
from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Killed, Town, kill

EC = bundle(key="p-256")


def snapshot_of(town: Town, drop: str = "shop") -> str:
    return keys.snapshot_id(town.store().list(f"certs/{drop}/"))


def attempt_ends(town: Town) -> list[str]:
    return [key for key in town.keys("state/drops/") if key.endswith(".end.json")]


class ForbiddenFiles:
    """Lets every GET of a drop's file fail."""

    def __init__(self, town: Town, code: str, status: int) -> None:
        self.town, self.code, self.status = town, code, status

    def __call__(self, label: str, when: str) -> None:
        self.town.world.faults.orders.clear()
        if label.startswith("GET certs/") and when == "before":
            self.town.world.faults.add(Fault("oss", "GetObject", status=self.status, code=self.code))


def lose(town: Town, wanted: str, *, times: int) -> None:
    """Let the answers to so many requests of one label be lost."""
    left = [None] * times

    def trouble(label: str, when: str) -> None:
        if left and label == wanted and when == "after":
            left.pop()
            raise httpx.ReadError("lost")

    town.wire.trouble = trouble


def kill_attempts(town: Town, times: int) -> None:
    def die(label: str, when: str) -> None:
        if label.startswith("GET certs/"):
            raise Killed

    town.wire.trouble = die
    for _ in range(times):
        with pytest.raises(Killed):
            town.look_at_drop()
    town.wire.trouble = lambda label, when: None


def test_poison_is_refused_without_being_read_once_the_attempts_are_over_90_seconds_old(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    kill_attempts(town, 3)
    town.advance(91)
    before = len(town.wire.sent)

    outcome = town.look_at_drop()

    assert (outcome.result, outcome.fields) == ("refused", {"findings": ["poison"]})
    assert not any(label.startswith("GET certs/") for label in town.wire.sent[before:])
    assert [finding["code"] for finding in town.report()["findings"]] == ["poison"]
    assert town.look_at_drop().result == "refused"


def test_work_that_a_dead_attempt_left_open_ends_before_its_snapshot_is_refused_as_poison(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    kill_attempts(town, 2)
    town.on_sight(f"PUT {keys.verdict('shop', snapshot_of(town), 1)}", "before", kill)
    with pytest.raises(Killed):
        town.look_at_drop()
    assert len(town.keys("state/open/")) == 1
    town.advance(91)

    assert town.look_at_drop().result == "refused"
    assert town.keys("state/open/") == []
    assert [(end["end"], end["code"]) for end in town.read_all("state/deployments/")] == [("refused", "poison")]


def test_poison_ends_no_work_of_other_snapshots(town: Town) -> None:
    town.targets(town.target())
    other = town.open(bundle("other.example", key="p-256"), drop="other")
    town.drop(made=EC)
    kill_attempts(town, 3)
    town.advance(91)
    town.look_at_drop()

    assert town.keys("state/open/") == [keys.open_work(other.place.listener, other.deployment, other.cause)]


def test_an_attempt_whose_answer_was_lost_goes_on(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    lose(town, f"PUT {keys.attempts('shop', snapshot_of(town))}1.json", times=1)

    assert town.look_at_drop().result == "accepted"
    assert len(attempt_ends(town)) == 1


def test_attempts_whose_answers_are_all_lost_are_no_poison(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    for number in range(1, 4):
        lose(town, f"PUT {keys.attempts('shop', snapshot_of(town))}{number}.json", times=4)
        with pytest.raises(StateError):
            town.look_at_drop()
    town.advance(91)

    assert len(attempt_ends(town)) == 3
    assert town.look_at_drop().result == "accepted"


def test_two_dead_attempts_are_no_poison(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    kill_attempts(town, 2)
    town.advance(91)

    assert town.look_at_drop().result == "accepted"


def test_a_verdict_that_came_first_stands_and_is_what_the_report_says(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    kill_attempts(town, 3)
    town.advance(91)

    def judge_meanwhile() -> None:
        town.put(keys.verdict("shop", snapshot_of(town), 1), first)

    first = json.dumps({"drop": "shop", "snapshot": snapshot_of(town), "config": 1, "verdict": "waiting"})
    town.on_sight("PUT reports/", "after", judge_meanwhile)

    outcome = town.look_at_drop()

    assert outcome.result == "waiting"
    assert (town.report()["verdict"], town.report()["findings"]) == ("waiting", [])


def test_an_attempt_that_another_began_at_the_same_moment_is_left_and_looked_at_later(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    snapshot = snapshot_of(town)
    town.on_sight(
        "PUT state/drops/", "before", lambda: town.put(keys.attempt("shop", snapshot, 1), '{"request_id": "x"}')
    )

    assert town.look_at_drop().result == "left"
    assert town.messages() == [("drops", "drop/shop", 1, 5.0)]
    assert town.mutations() == []


def test_a_drops_own_stall_stands_in_the_attempts_end_with_its_next_look(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.wire.trouble = ForbiddenFiles(town, "AccessDenied", 403)
    with pytest.raises(Exception, match="AccessDenied"):
        town.look_at_drop()
    town.calm()

    [key] = attempt_ends(town)
    end = town.read(key)
    assert (end["fate"], end["code"], end["stalls"]) == ("stall", "AccessDenied", 1)
    assert end["next_look"] == "2026-11-01T12:02:00Z"
    report = town.report()
    assert (report["verdict"], report["code"]) == ("stalled", "AccessDenied")
    assert report["remedy"]
    assert report["request_id"] == end["request_id"] != ""
    assert report["next_look"] == end["next_look"]


def test_a_stalled_drop_is_left_until_its_next_look_with_growing_distance_and_then_heals(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    waits = []
    town.wire.trouble = ForbiddenFiles(town, "AccessDenied", 403)
    for minutes in (2, 4, 8):
        with pytest.raises(Exception, match="AccessDenied"):
            town.look_at_drop()
        town.advance(minutes * 60 - 1)
        waits.append(town.look_at_drop().result)
        town.advance(1)
    town.calm()

    assert waits == ["stalled"] * 3
    assert town.look_at_drop().result == "accepted"
    assert town.report()["verdict"] == "accepted"


def test_a_trouble_that_is_waited_for_ends_the_attempt_and_is_told_nobody(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.wire.trouble = ForbiddenFiles(town, "ServiceUnavailable", 503)

    with pytest.raises(Exception, match="ServiceUnavailable"):
        town.look_at_drop()

    [key] = attempt_ends(town)
    assert (town.read(key)["fate"], town.read(key)["next_look"], town.read(key)["stalls"]) == ("wait", None, 0)
    assert town.keys("reports/") == []


def test_an_unclassified_exception_stalls_the_drop_as_internal(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    monkeypatch.setattr("certdrop.reconcile.judging.judge", lambda *args, **kwargs: next(iter(())))

    with pytest.raises(StopIteration):
        town.look_at_drop()

    [key] = attempt_ends(town)
    assert (town.read(key)["code"], town.read(key)["message"]) == ("internal", "StopIteration")
    assert (town.report()["verdict"], town.report()["code"]) == ("stalled", "internal")


def test_a_trouble_after_the_verdict_leaves_the_verdicts_report(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    monkeypatch.setattr("certdrop.reconcile.drops.import_accepted", lambda *args: next(iter(())))

    with pytest.raises(StopIteration):
        town.look_at_drop()

    assert town.report()["verdict"] == "accepted"


def test_state_that_cannot_be_reached_is_an_orderly_end_and_no_poison(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)

    def deny(label: str, when: str) -> None:
        town.world.faults.orders.clear()
        if label.startswith("PUT state/bundles"):
            town.world.faults.add(Fault("oss", "PutObject", status=403, code="AccessDenied"))

    for _ in range(3):
        town.wire.trouble = deny
        with pytest.raises(StateError):
            town.look_at_drop()
    town.calm()
    town.advance(600)

    assert [town.read(key)["code"] for key in attempt_ends(town)] == ["state-unreachable"] * 3
    assert town.look_at_drop().result == "accepted"
