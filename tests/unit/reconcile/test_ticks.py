"""The poller's minute: targets that change, listeners each by itself, and the sweep that finds lost events again."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certdrop.deployment.targets import Targets
from certdrop.deployment.work import end_of
from certdrop.errors import StateError
from certdrop.reconcile.ending import end_works
from certdrop.reconcile.house import Memory
from certdrop.reconcile.observing import observe
from certdrop.reconcile.ticks import rotated
from certdrop.state import keys
from certdrop.state.config import write_config
from certdrop.state.listeners import open_work, read_open_work
from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import NOON, Town

UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
EC = bundle(key="p-256")
NONE = '{"version": 1, "targets": []}'


def off_the_hour(town: Town) -> None:
    """Go to a minute in which nothing but the minute itself is due."""
    town.advance(60)


# targets.yml


def test_targets_that_validate_are_put_in_force_under_the_next_number(town: Town) -> None:
    town.put("config/targets.yml", NONE)
    town.tick()
    town.put("config/targets.yml", NONE + " ")

    assert town.tick().fields["targets_changed"] is True
    assert [town.read(key)["number"] for key in town.keys("state/config/")] == [2, 1]
    assert town.read("reports/targets.yml.json")["in_force"] == 2


def test_unchanged_targets_are_put_in_force_once(town: Town) -> None:
    town.put("config/targets.yml", NONE)
    town.tick()
    town.memory = Memory()  # a new instance

    assert town.tick().fields["targets_changed"] is False
    assert len(town.keys("state/config/")) == 1


def test_targets_that_do_not_validate_leave_the_last_good_ones_in_force_and_are_told_once(town: Town) -> None:
    town.put("config/targets.yml", NONE)
    town.tick()
    town.put("config/targets.yml", "version: 2")
    for _ in range(3):
        town.tick()

    report = town.read("reports/targets.yml.json")
    assert (report["verdict"], report["in_force"]) == ("refused", 1)
    assert report["problems"][0]["line"] == 1
    assert len(town.keys("state/config/")) == 1
    assert town.log.events().count("targets-refused") == 1


def test_a_first_targets_file_that_does_not_validate_leaves_nothing_in_force(town: Town) -> None:
    town.put("config/targets.yml", "version: 2")
    for _ in range(2):
        town.tick()

    assert town.read("reports/targets.yml.json")["in_force"] == 0
    assert town.log.events().count("targets-refused") == 1


def test_targets_that_change_while_they_are_read_wait_for_the_next_minute(town: Town) -> None:
    town.put("config/targets.yml", NONE)
    town.on_sight("GET config/targets.yml", "before", lambda: town.put("config/targets.yml", NONE + " "))

    assert town.tick().fields["targets_changed"] is False
    assert town.tick().fields["targets_changed"] is True


def test_a_number_that_another_took_is_read_back_in_the_next_minute(town: Town) -> None:
    town.put("config/targets.yml", NONE)
    other = Targets(version=1, targets=())
    town.on_sight("PUT state/config", "before", lambda: write_config(town.store(), 1, "another's", other))

    assert town.tick().fields["targets_changed"] is False
    assert town.tick().fields["targets_changed"] is True
    assert len(town.keys("state/config/")) == 2


# the sweep


def test_the_sweep_asks_for_every_drop_without_a_verdict_under_the_targets_in_force(town: Town) -> None:
    town.targets(town.target())
    town.drop("judged", EC)
    town.look_at_drop("judged")
    town.clear_messages()
    town.drop("lost", EC)
    town.put("certs/ignored/readme.txt", "x")

    assert town.tick().fields["drops_asked"] == 1
    assert town.messages() == [("drops", "drop/lost", 0, 0.0)]


def test_the_sweep_comes_every_ten_minutes(town: Town) -> None:
    town.targets(town.target())
    town.drop("lost", EC)
    asked = []
    for _ in range(21):
        asked.append(town.tick().fields["drops_asked"])
        town.advance(60)

    assert [minute for minute, count in enumerate(asked) if count] == [0, 10, 20]


def test_the_sweep_comes_at_once_after_the_targets_changed(town: Town) -> None:
    off_the_hour(town)
    town.drop("lost", EC)
    town.put("config/targets.yml", NONE)

    assert town.tick().fields["drops_asked"] == 1


def test_before_any_targets_are_in_force_nothing_is_swept(town: Town) -> None:
    town.drop("lost", EC)

    assert town.tick().fields["drops_asked"] == 0


def test_a_folder_whose_name_is_no_drops_name_does_not_hold_up_the_sweep(town: Town) -> None:
    town.targets(town.target())
    town.put(f"certs/{'a' * 900}/cert.pem", "x")
    town.put("certs/b\x01b/cert.pem", "x")
    town.drop("lost", EC)

    town.tick()

    assert town.messages() == [("drops", "drop/lost", 0, 0.0)]


# listeners


@UNHURRIED
@given(st.lists(st.text(max_size=3), unique=True, min_size=1, max_size=9), st.integers(0, 10**6))
def test_each_minute_begins_at_another_listener_so_that_none_starves(listeners: list[str], minute: int) -> None:
    now = datetime(2026, 11, 1, tzinfo=timezone.utc) + timedelta(minutes=minute)
    firsts = [rotated(listeners, now + timedelta(minutes=one))[0] for one in range(len(listeners))]

    assert sorted(rotated(listeners, now)) == sorted(listeners)
    assert sorted(firsts) == sorted(listeners)


def test_of_no_listeners_there_is_no_first() -> None:
    assert rotated([], NOON) == []


def two_listeners(town: Town) -> tuple[str, str]:
    """Open work at two listeners, and say in which order the poller takes them now."""
    works = [town.work(EC), town.work(EC)]
    works[1] = works[1].model_copy(
        update={"place": works[1].place.model_copy(update={"port": 8443}), "deployment": "b" * 32}
    )
    for work in works:
        assert open_work(town.store(), work)
    first, second = rotated(sorted(str(work.place.listener) for work in works), NOON)
    return first, second


def looks(town: Town) -> list[tuple[object, object]]:
    return [(fields["listener"], fields["result"]) for event, fields in town.log.lines if event == "looking"]


def test_an_unclassified_exception_stalls_its_listener_as_internal_and_the_next_goes_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_listeners(town)

    def fail_first(house: object, listener: object, *rest: object) -> object:
        if str(listener) == first:
            raise ZeroDivisionError
        return observe(house, listener, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("certdrop.reconcile.listeners.observe", fail_first)

    town.tick()

    assert looks(town) == [(first, "stalled"), (second, "asked")]
    [stalled] = [key for key in town.keys("state/open/") if "stalled" in key]
    assert first in stalled
    assert (town.read(stalled)["code"], town.read(stalled)["message"]) == ("internal", "ZeroDivisionError")
    assert "trouble" in town.log.events()


def test_a_listener_whose_state_is_not_reached_holds_up_no_other_and_fails_the_tick_at_its_end(town: Town) -> None:
    first, second = two_listeners(town)
    town.start_instance()
    forbid = Fault(service="oss", action="GetObject", status=403, code="AccessDenied", times=1)
    town.on_sight(f"GET state/open/{first}", "before", lambda: town.world.faults.add(forbid))

    with pytest.raises(StateError, match="cannot be reached"):
        town.tick()

    assert looks(town) == [(second, "asked")]
    assert "status/index.html" in town.bucket.objects


def test_spoilt_open_work_holds_up_nothing_and_has_every_drop_judged_anew(town: Town) -> None:
    first, second = two_listeners(town)
    town.targets(town.target())
    spoilt = f"state/open/{first}/{'c' * 32}.x-1.json"
    town.put(spoilt, "{}")
    town.drop()

    assert town.tick().fields["drops_asked"] == 1
    assert looks(town) == [(first, "asked"), (second, "asked")]
    assert town.keys(spoilt) == []
    assert [one["number"] for one in town.read_all("state/config/")] == [2, 1]


def test_no_listener_is_begun_with_under_15_seconds_left(town: Town) -> None:
    two_listeners(town)
    town.time_left = 14.9

    assert town.tick().fields["looked"] == 0


def test_what_is_no_listener_is_left_alone(town: Town) -> None:
    town.put("state/open/clb-certificates.cn-hangzhou/x", "{}")

    assert (town.tick().fields["open_listeners"], town.tick().fields["looked"]) == (1, 0)


# the status page


def is_rendered_in(town: Town, minutes: int) -> bool:
    """Let some minutes pass; say whether the last one renders the status page."""
    town.advance(60 * minutes)
    before = len(town.wire.sent)
    town.tick()
    return "LIST reports/" in town.wire.sent[before:]


def test_the_status_page_is_rendered_when_something_is_open_and_hourly(town: Town) -> None:
    town.tick()

    assert not is_rendered_in(town, 5)
    town.open(EC)
    assert is_rendered_in(town, 1)
    assert is_rendered_in(town, 54)


def test_the_status_page_is_rendered_for_three_minutes_after_the_last_open_work(town: Town) -> None:
    town.tick()
    town.advance(300)
    town.open(EC)
    town.tick()
    for key in town.keys("state/open/"):
        del town.bucket.objects[key]

    assert [is_rendered_in(town, 1) for _ in range(4)] == [True, True, True, False]


def test_a_report_that_was_written_late_is_mended_after_the_work_has_ended(town: Town) -> None:
    town.targets(town.target())
    town.drop("shop", EC)
    town.look_at_drop()
    late = town.bucket.objects["reports/shop.json"].body
    works = read_open_work(town.store(), f"alb.{town.alb}.443")
    end_works(town.house(), [(end_of(work, "served"), work) for work in works])
    town.put("reports/shop.json", late)
    town.tick()

    assert [one["status"] for one in town.report()["deployments"]] == ["served"]


def test_a_left_over_stall_does_not_keep_a_listener_open_for_ever(town: Town) -> None:
    work = town.work(EC)
    town.put(keys.stalled(work.place.listener, work.deployment, 1), '{"code": "x"}')
    town.tick()
    off_the_hour(town)

    assert town.tick().fields["open_listeners"] == 0
