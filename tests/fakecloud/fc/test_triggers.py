"""Buckets and timers set functions off."""

import pytest

from fakecloud.fc.function import OssTrigger, TimerTrigger
from fakecloud.world import World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import FAILURE, RecordingRunner, make_function

CREATED = ("oss:ObjectCreated:PutObject", "oss:ObjectCreated:CopyObject")


def test_a_new_object_below_the_prefix_sets_the_function_off(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    deploy(make_function("work", OssTrigger("in", "drops", CREATED, prefix="certs/", suffix=".pem")))

    world.oss.put_object("drops", "certs/shop/fullchain.pem", b"pem")
    world.oss.put_object("drops", "certs/shop/readme.txt", b"text")
    world.oss.put_object("drops", "state/x.pem", b"other")
    world.oss.delete_object("drops", "certs/shop/fullchain.pem")
    world.run_due()

    [event] = runner.events
    [record] = event["events"]
    assert record["eventName"] == "ObjectCreated:PutObject"
    assert record["oss"]["object"]["key"] == "certs/shop/fullchain.pem"


def test_a_bucket_invokes_asynchronously_with_retries(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    runner.results = [FAILURE]
    deploy(make_function("work", OssTrigger("in", "drops", CREATED)))

    world.oss.put_object("drops", "x", b"x")
    world.advance(60)

    assert [call.invocation.retry_count for call in runner.calls] == [0, 1]


def test_a_timer_rings_every_minute_from_the_deployment_on(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    deploy(make_function("work", TimerTrigger("minute", "@every 1m", payload="tick")))

    world.advance(179)

    assert runner.times == [60, 120]
    assert runner.events[0] == {"triggerTime": "2026-11-01T12:01:00Z", "triggerName": "minute", "payload": "tick"}


def test_a_timer_that_is_switched_off_never_rings(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    deploy(make_function("work", TimerTrigger("minute", "@every 1m", enabled=False)))

    world.advance(3600)

    assert runner.calls == []


def test_rings_that_a_leap_of_time_passed_over_are_not_made_up_for(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    deploy(make_function("work", TimerTrigger("minute", "@every 1m")))

    world.clock.advance(3600)
    world.advance(60)

    assert runner.times == [3600, 3660]


@pytest.mark.parametrize(
    ("expression", "rings"),
    [
        ("0 */15 * * * *", ["12:15:00", "12:30:00", "12:45:00"]),
        ("30 5 13 * * *", ["13:05:30"]),
        ("CRON_TZ=Asia/Shanghai 0 30 20 * * *", ["12:30:00"]),
    ],
)
def test_cron_fields_start_with_seconds_and_are_utc_unless_a_zone_is_named(
    world: World, deploy: Deploy, runner: RecordingRunner, expression: str, rings: list[str]
) -> None:
    deploy(make_function("work", TimerTrigger("cron", expression)))

    world.advance(3 * 3600)

    assert [event["triggerTime"] for event in runner.events[: len(rings)]] == [f"2026-11-01T{ring}Z" for ring in rings]


def test_deploying_again_stops_the_old_timer(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    deploy(make_function("old", TimerTrigger("minute", "@every 1m")))
    deploy(make_function("new", TimerTrigger("hour", "@every 1h")))

    world.advance(3600)

    assert [call.function.name for call in runner.calls] == ["new"]
