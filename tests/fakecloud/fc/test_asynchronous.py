"""Asynchronous invocations: retries, throttling, ages, destinations."""

import json
from typing import Any

from fakecloud.faults import Fault
from fakecloud.fc.function import AsyncInvokeConfig, Result
from fakecloud.world import World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import FAILURE, RecordingRunner, make_function


def messages(world: World, queue: str) -> list[dict[str, Any]]:
    return [json.loads(message.body) for message in world.mns.queues[queue].receive(16)]


def test_an_event_is_run_by_the_agenda_not_by_the_caller(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    deploy(make_function())

    request_id = world.fc.invoke_async("work", b"1")
    assert runner.calls == []
    world.run_due()

    assert [call.invocation.request_id for call in runner.calls] == [request_id]


def test_a_failing_function_is_retried_three_times_by_default(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    runner.results = [FAILURE] * 10
    deploy(make_function())
    request_id = world.fc.invoke_async("work", b"1")

    world.advance(3600)

    assert [call.invocation.retry_count for call in runner.calls] == [0, 1, 2, 3]
    assert {call.invocation.request_id for call in runner.calls} == {request_id}
    assert runner.times == [0, 1, 3, 7]


def test_without_retries_a_failure_is_the_end(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    runner.results = [FAILURE] * 10
    deploy(make_function(asynchronous=AsyncInvokeConfig(maximum_retries=0)))
    world.fc.invoke_async("work", b"1")

    world.advance(3600)

    assert len(runner.calls) == 1


def test_the_last_failure_goes_to_the_failure_destination(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    world.mns.create_queue("dead")
    runner.results = [FAILURE] * 2
    deploy(make_function(asynchronous=AsyncInvokeConfig(maximum_retries=1, on_failure="dead", on_success="dead")))
    request_id = world.fc.invoke_async("work", b'{"a": 1}')

    world.advance(60)

    assert messages(world, "dead") == [
        {
            "timestamp": "2026-11-01T12:00:01.000Z",
            "requestContext": {
                "requestId": request_id,
                "functionArn": "acs:fc:cn-hangzhou:1234567890123456:functions/work",
                "condition": "UnhandledInvocationError",
                "approximateInvokeCount": 2,
            },
            "requestPayload": '{"a": 1}',
            "responseContext": {"statusCode": 200, "functionError": "UnhandledInvocationError"},
            "responsePayload": FAILURE.body.decode(),
        }
    ]


def test_a_success_goes_to_the_success_destination(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    world.mns.create_queue("done")
    runner.results = [Result(b"fine")]
    deploy(make_function(asynchronous=AsyncInvokeConfig(on_success="done")))
    world.fc.invoke_async("work", b"1")

    world.advance(60)

    [message] = messages(world, "done")
    assert (message["responsePayload"], message["responseContext"]["functionError"]) == ("fine", "")


def test_a_destination_that_is_gone_is_noted(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    runner.results = [FAILURE]
    deploy(make_function(asynchronous=AsyncInvokeConfig(maximum_retries=0, on_failure="dead")))
    world.mns.delete_queue("dead")
    world.fc.invoke_async("work", b"1")

    world.advance(60)

    [call] = [call for call in world.calls.entries if call.action == "SendToDestination"]
    assert (call.resource, call.code) == ("dead", "QueueNotExist")


def test_a_throttled_event_waits_half_a_second_then_twice_as_long_each_time(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    def hold_the_place() -> None:
        if len(runner.calls) == 1:
            world.fc.invoke_async("work", b"2")
            world.advance(6)

    runner.during = hold_the_place
    deploy(make_function(reserved_concurrency=1))
    world.fc.invoke_async("work", b"1")

    world.advance(60)

    # Refused after 0, 0.5, 1.5 and 3.5 s, while the first run goes on until 6.
    assert [(call.event, call.at) for call in runner.calls] == [(1, 0), (2, 7.5)]
    assert runner.calls[1].invocation.retry_count == 0


def test_throttling_uses_up_no_retry(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    for _ in range(3):
        world.faults.add(Fault(service="fc", action="RunFunction", status=429, code="ResourceExhausted"))
    runner.results = [FAILURE] * 10
    deploy(make_function())
    world.fc.invoke_async("work", b"1")

    world.advance(3600)

    assert [call.invocation.retry_count for call in runner.calls] == [0, 1, 2, 3]


def test_an_event_that_grows_too_old_is_given_up(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    world.mns.create_queue("dead")
    world.faults.add(Fault(service="fc", action="RunFunction", status=429, code="ResourceExhausted", times=1000))
    deploy(make_function(asynchronous=AsyncInvokeConfig(maximum_age=60, on_failure="dead")))
    world.fc.invoke_async("work", b"1")

    world.advance(59)

    [message] = messages(world, "dead")
    assert message["requestContext"]["condition"] == "ResourceExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == 0
    assert message["responseContext"]["statusCode"] == 429
    assert runner.calls == []


def test_a_lost_answer_makes_the_event_run_twice(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    world.faults.add(Fault(service="fc", action="RunFunction", kind="lost"))
    deploy(make_function())
    world.fc.invoke_async("work", b"1")

    world.advance(60)

    assert runner.events == [1, 1]
