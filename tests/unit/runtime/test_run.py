import json
from typing import Any

import pytest
from structlog.contextvars import bind_contextvars, get_contextvars

from certdrop.errors import CloudError, SettingsError, StateError, UnfinishedError
from certdrop.reconcile import troubles
from certdrop.reconcile.house import House, Outcome, Tick
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.run import run
from tests.unit.runtime.doubles import TICK, A, B, BareWiring, C, Looker, batch, context_312


@pytest.fixture
def wiring() -> BareWiring:
    return BareWiring()


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Exception]]:
    """The troubles that were written down."""
    found: list[tuple[Any, Exception]] = []

    def record_trouble(item: Any, house: House, error: Exception) -> Outcome:
        found.append((item, error))
        return Outcome("stalled", {"code": type(error).__name__})

    monkeypatch.setattr(troubles, "record_trouble", record_trouble)
    return found


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_item_is_looked_at_and_leaves_one_complete_line(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str]
) -> None:
    look = Looker(wiring)
    answer = run(batch(A, B), context_312(), look, wiring.as_wiring())
    first, second = lines(capsys)

    assert look.asked == [A, B]
    assert answer == {"request_id": "request-1", "results": {"done": 2}}
    assert first == {
        "time": "2026-11-01T12:00:00.250+00:00",
        "level": "info",
        "event": "item",
        "request_id": "request-1",
        "function": "create-https-listener",
        "item": "message-0",
        "reconcile": "listener/alb.alb-a.443",
        "hops": 0,
        "correlation_id": "snapshot-a",
        "result": "done",
        "step": "Wait",
        "duration_ms": 250,
    }
    assert second["correlation_id"] == "snapshot-b"


def test_a_look_may_correct_the_correlation_id_of_its_line(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str]
) -> None:
    run(batch(A), context_312(), lambda _work, _house: Outcome("ok", {"correlation_id": "0123"}), wiring.as_wiring())

    assert [line["correlation_id"] for line in lines(capsys)] == ["0123"]


def test_requests_for_the_same_thing_are_answered_by_one_look_at_the_lowest_of_their_hops(wiring: BareWiring) -> None:
    look = Looker(wiring)
    often = [A.model_copy(update={"hops": hops}) for hops in (2, 1, 3)]
    answer = run(batch(often[0], B, "TEST", "TEST", *often[1:]), context_312(), look, wiring.as_wiring())

    assert look.asked == [often[1], B]
    assert answer["results"] == {"done": 2, "unreadable": 2}


def test_the_house_bears_the_functions_name(wiring: BareWiring) -> None:
    names = []

    def look(_work: ReconcileRequest | Tick, house: House) -> Outcome:
        names.append(house.function)
        return Outcome("ok")

    run(TICK, context_312(name="job-status-poller"), look, wiring.as_wiring())

    assert names == ["job-status-poller"]


def test_nothing_stays_bound_from_one_invocation_to_the_next(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str]
) -> None:
    bind_contextvars(left_over="from a killed invocation")
    run(TICK, context_312(), Looker(wiring), wiring.as_wiring())
    (line,) = lines(capsys)

    assert "left_over" not in line
    assert get_contextvars() == {}


def test_what_is_not_ours_or_unreadable_is_logged_and_holds_nothing_up(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str]
) -> None:
    look = Looker(wiring)
    answer = run(batch("TEST", A), context_312(), look, wiring.as_wiring())
    run(b'{"events":[{"oss":{"object":{"key":"image/a.jpg"}}}]}', context_312(), look, wiring.as_wiring())
    unreadable, done, foreign = lines(capsys)

    assert look.asked == [A]
    assert answer["results"] == {"unreadable": 1, "done": 1}
    assert (unreadable["item"], unreadable["level"]) == ("message-0", "warning")
    assert unreadable["reason"] == "neither JSON nor JSON in base64"
    assert done["result"] == "done"
    assert (foreign["item"], foreign["result"]) == ("image/a.jpg", "not-ours")


def test_a_trouble_with_a_class_is_written_down_and_the_next_item_goes_on(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str], recorded: list[tuple[Any, Exception]]
) -> None:
    error = CloudError(service="alb", action="CreateListener", code="NoPermission", status=403)
    look = Looker(wiring, failing={"snapshot-a": error})
    answer = run(batch(A, B), context_312(), look, wiring.as_wiring())
    first, _second = lines(capsys)

    assert recorded == [(A, error)]
    assert answer["results"] == {"stalled": 1, "done": 1}
    assert (first["result"], first["code"]) == ("stalled", "CloudError")


def test_an_unclassified_exception_is_logged_with_its_trace_and_stalls_that_item_only(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str], recorded: list[tuple[Any, Exception]]
) -> None:
    error = ZeroDivisionError("a bug")
    look = Looker(wiring, failing={"snapshot-a": error})
    answer = run(batch(A, B), context_312(), look, wiring.as_wiring())
    trace, first, second = lines(capsys)

    assert recorded == [(A, error)]
    assert answer["results"] == {"stalled": 1, "done": 1}
    assert (trace["event"], trace["correlation_id"]) == ("unclassified", "snapshot-a")
    assert "ZeroDivisionError: a bug" in trace["exception"]
    assert (first["result"], second["result"]) == ("stalled", "done")


def test_unreachable_state_fails_the_invocation_after_the_other_items(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str], recorded: list[tuple[Any, Exception]]
) -> None:
    look = Looker(wiring, failing={"snapshot-a": StateError("first"), "snapshot-c": StateError("second")})
    with pytest.raises(StateError, match="first"):
        run(batch(A, B, C), context_312(), look, wiring.as_wiring())

    assert look.asked == [A, B, C]
    assert recorded == []
    assert [line["result"] for line in lines(capsys)] == ["state-unreachable", "done", "state-unreachable"]
    assert get_contextvars() == {}


def test_a_bucket_that_is_not_fit_fails_the_invocation_after_the_other_items(
    wiring: BareWiring, recorded: list[tuple[Any, Exception]]
) -> None:
    look = Looker(wiring, failing={"snapshot-a": SettingsError(["CERTDROP_BUCKET: has versioning"])})
    with pytest.raises(SettingsError, match="has versioning"):
        run(batch(A, B), context_312(), look, wiring.as_wiring())

    assert look.asked == [A, B]
    assert recorded == []


def test_a_trouble_that_state_cannot_take_fails_the_invocation(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def record_trouble(item: Any, house: House, error: Exception) -> Outcome:
        raise StateError("out of reach")

    monkeypatch.setattr(troubles, "record_trouble", record_trouble)
    look = Looker(wiring, failing={"snapshot-a": CloudError(service="alb", action="X", code="Bad")})
    with pytest.raises(StateError, match="out of reach"):
        run(batch(A, B), context_312(), look, wiring.as_wiring())

    assert [line["result"] for line in lines(capsys)] == ["state-unreachable", "done"]


def test_a_bug_while_writing_a_trouble_down_holds_nothing_up(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def record_trouble(item: Any, house: House, error: Exception) -> Outcome:
        raise KeyError("a second bug")

    monkeypatch.setattr(troubles, "record_trouble", record_trouble)
    answer = run(batch(A, B), context_312(), Looker(wiring, failing={"snapshot-a": OSError("x")}), wiring.as_wiring())
    events = [line.get("result", line["event"]) for line in lines(capsys)]

    assert answer["results"] == {"unrecorded": 1, "done": 1}
    assert events == ["unclassified", "unrecorded", "unrecorded", "done"]


def test_no_item_is_begun_with_under_twenty_seconds_left_and_the_batch_comes_again(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str]
) -> None:
    look = Looker(wiring, seconds=20.5)
    with pytest.raises(UnfinishedError, match="1 request left out"):
        run(batch(A, B, C), context_312(timeout=60), look, wiring.as_wiring())
    records = lines(capsys)

    assert look.asked == [A, B]
    assert [line["result"] for line in records] == ["done", "done", "left-out"]
    assert records[2]["level"] == "warning"
    assert records[2]["correlation_id"] == "snapshot-c"


def test_an_item_is_begun_with_exactly_twenty_seconds_left(wiring: BareWiring) -> None:
    look = Looker(wiring, seconds=40.0)
    run(batch(A, B), context_312(timeout=60), look, wiring.as_wiring())

    assert look.asked == [A, B]


def test_a_tick_left_out_fails_nothing_for_the_next_minute_brings_another(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str]
) -> None:
    look = Looker(wiring, seconds=45.0)
    answer = run(b"[" + TICK + b"," + TICK + b"]", context_312(timeout=50), look, wiring.as_wiring())

    assert answer["results"] == {"done": 1, "left-out": 1}


def test_unreachable_state_is_told_before_what_was_left_out(wiring: BareWiring) -> None:
    look = Looker(wiring, seconds=45.0, failing={"snapshot-a": StateError("out of reach")})
    with pytest.raises(StateError, match="out of reach"):
        run(batch(A, B), context_312(), look, wiring.as_wiring())


def test_a_timeout_in_which_nothing_could_begin_is_a_wrong_setting(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError, match="timeout is 3 s: at least 20 s are needed"):
        run(TICK, context_312(timeout=3), Looker(wiring), wiring.as_wiring())

    assert [line["event"] for line in lines(capsys)] == ["settings"]


def test_a_wrong_environment_is_logged_once_and_fails_the_invocation(
    wiring: BareWiring, capsys: pytest.CaptureFixture[str]
) -> None:
    class Misconfigured(BareWiring):
        def house(self, context: Any, function_name: str) -> House:
            raise SettingsError(["CERTDROP_BUCKET is not set", "CERTDROP_SITE: expected china"])

    with pytest.raises(SettingsError):
        run(batch(A, B), context_312(), Looker(wiring), Misconfigured().as_wiring())
    (line,) = lines(capsys)

    assert line["problems"] == ["CERTDROP_BUCKET is not set", "CERTDROP_SITE: expected china"]
    assert line["request_id"] == "request-1"


def test_the_death_of_an_instance_is_never_caught(wiring: BareWiring, recorded: list[tuple[Any, Exception]]) -> None:
    class KilledError(BaseException):
        pass

    with pytest.raises(KilledError):
        run(batch(A, B), context_312(), Looker(wiring, failing={"snapshot-a": KilledError()}), wiring.as_wiring())

    assert recorded == []
