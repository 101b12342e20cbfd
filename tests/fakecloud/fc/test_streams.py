"""EventBridge between a queue and a function: windows, CloudEvents, retries, dead letters."""

import base64
import json
from typing import Any

import pytest

from fakecloud.faults import Fault
from fakecloud.mns.models import Queue
from fakecloud.world import World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import FAILURE, RecordingRunner, make_function, queue_trigger


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def bodies(event: list[dict[str, Any]]) -> list[str]:
    return [one["data"]["messageBody"] for one in event]


@pytest.fixture
def queue(world: World) -> Queue:
    return world.mns.create_queue("jobs")


def test_a_full_window_is_pushed_at_once_and_the_rest_when_its_time_is_over(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    deploy(make_function("work", queue_trigger(batch_count=16, batch_seconds=2)))
    for number in range(18):
        queue.send(encode(str(number)))

    world.advance(10)

    assert runner.times == [0, 2]
    assert [bodies(event) for event in runner.events] == [[str(n) for n in range(16)], ["16", "17"]]
    assert queue.count() == (0, 0, 0)


def test_the_window_opens_with_its_first_message(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    deploy(make_function("work", queue_trigger(batch_seconds=2)))
    for delay in (5, 6, 8):
        queue.send(encode(str(delay)), delay=delay)

    world.advance(60)

    assert list(zip(runner.times, map(bodies, runner.events), strict=True)) == [(7, ["5", "6"]), (10, ["8"])]


def test_messages_from_before_the_deployment_are_delivered(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    queue.send(encode("early"))
    world.advance(30)

    deploy(make_function("work", queue_trigger()))
    world.advance(2)

    assert [bodies(event) for event in runner.events] == [["early"]]


def test_an_event_has_the_documented_fields(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    deploy(make_function("work", queue_trigger()))
    sent = queue.send(encode('{"a": 1}'))

    world.advance(2)

    [[event]] = runner.events
    assert event.pop("data").items() >= {"messageId": sent.message_id, "messageBody": '{"a": 1}'}.items()
    assert len(event.pop("id")) == 36
    assert event == {
        "source": "MNS-work-jobs",
        "specversion": "1.0",
        "type": "mns:Queue:SendMessage",
        "datacontenttype": "application/json; charset=utf-8",
        "subject": "acs:mns:cn-hangzhou:1234567890123456:queues/jobs",
        "time": "2026-11-01T12:00:00.000Z",
        "aliyunaccountid": "1234567890123456",
        "aliyunpublishtime": "2026-11-01T12:00:02.000Z",
        "aliyunoriginalaccountid": "1234567890123456",
        "aliyuneventbusname": "MNS-work-jobs",
        "aliyunregionid": "cn-hangzhou",
        "aliyunpublishaddr": "127.0.0.1",
    }


@pytest.mark.parametrize(
    ("sent", "settings", "received"),
    [
        (encode("text"), {}, "text"),
        (encode("text"), {"decode_base64": False}, encode("text")),
        ("no base64!", {}, "no base64!"),
        (base64.b64encode(b"\xff\xfe").decode(), {}, "//4="),
    ],
)
def test_bodies_are_decoded_when_the_trigger_says_so(
    world: World,
    deploy: Deploy,
    runner: RecordingRunner,
    queue: Queue,
    sent: str,
    settings: dict[str, bool],
    received: str,
) -> None:
    deploy(make_function("work", queue_trigger(**settings)))
    queue.send(sent)

    world.advance(2)

    assert [bodies(event) for event in runner.events] == [[received]]


def test_event_driven_delivers_one_object_at_a_time(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    deploy(make_function("work", queue_trigger(streaming=False, batch_count=1, batch_seconds=0)))
    queue.send(encode("1"))
    queue.send(encode("2"))

    world.advance(1)

    assert [event["data"]["messageBody"] for event in runner.events] == ["1", "2"]


def test_raw_data_leaves_the_envelope_out(world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue) -> None:
    deploy(make_function("work", queue_trigger(raw_data=True)))
    queue.send(encode("1"))

    world.advance(2)

    [[event]] = runner.events
    assert sorted(event) == ["messageBody", "messageId", "requestId"]


def test_a_failed_batch_is_pushed_again_whole_and_does_not_hold_up_the_next(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE]
    deploy(make_function("work", queue_trigger(batch_count=2, retry_strategy="EXPONENTIAL_DECAY_RETRY")))
    for number in range(4):
        queue.send(encode(str(number)))

    world.advance(10)

    assert list(zip(runner.times, map(bodies, runner.events), strict=True)) == [
        (0, ["0", "1"]),
        (0, ["2", "3"]),
        (1, ["0", "1"]),
    ]
    assert runner.events[0] == runner.events[2]
    assert runner.calls[2].invocation.retry_count == 1


def test_exponential_decay_doubles_up_to_512_seconds_for_176_retries(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE] * 200
    deploy(make_function("work", queue_trigger(batch_count=1, retry_strategy="EXPONENTIAL_DECAY_RETRY")))
    queue.send(encode("1"))

    world.advance(2 * 86400)

    distances = [after - before for before, after in zip(runner.times, runner.times[1:], strict=False)]
    assert distances[:11] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512]
    assert len(distances) == 176


def test_back_off_retries_three_times_ten_to_twenty_seconds_apart(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE] * 200
    deploy(make_function("work", queue_trigger(batch_count=1, retry_strategy="BACKOFF_RETRY")))
    queue.send(encode("1"))

    world.advance(86400)

    distances = [after - before for before, after in zip(runner.times, runner.times[1:], strict=False)]
    assert len(distances) == 3
    assert all(10 <= distance <= 20 for distance in distances)


def test_what_cannot_be_delivered_lies_in_the_dead_letter_queue_one_event_a_message(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE] * 4
    deploy(make_function("work", queue_trigger(batch_count=2, retry_strategy="BACKOFF_RETRY")))
    queue.send(encode("1"))
    queue.send(encode("2"))

    world.advance(86400)

    dead = [json.loads(message.body) for message in world.mns.queues["dead"].receive(16)]
    assert bodies(dead) == ["1", "2"]
    assert dead == runner.events[0]
    assert queue.count() == (0, 0, 0)


def test_without_a_dead_letter_queue_it_is_lost(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE] * 4
    deploy(make_function("work", queue_trigger(retry_strategy="BACKOFF_RETRY", dead_letter_queue=None)))
    queue.send(encode("1"))

    world.advance(86400)

    assert len(runner.calls) == 4
    assert queue.count() == (0, 0, 0)


def test_a_dead_letter_queue_that_is_gone_is_noted(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE] * 4
    deploy(make_function("work", queue_trigger(retry_strategy="BACKOFF_RETRY")))
    world.mns.delete_queue("dead")
    queue.send(encode("1"))

    world.advance(86400)

    [call] = [call for call in world.calls.entries if call.service == "eventbridge"]
    assert (call.resource, call.code) == ("dead", "QueueNotExist")


def test_without_tolerance_a_failing_batch_blocks_the_stream_for_good(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE] * 4
    deploy(make_function("work", queue_trigger(batch_count=1, tolerant=False, retry_strategy="BACKOFF_RETRY")))
    queue.send(encode("1"))
    queue.send(encode("2"))

    world.advance(86400)

    assert [bodies(event) for event in runner.events] == [["1"]] * 4


def test_without_tolerance_the_stream_goes_on_when_a_retry_succeeds(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE]
    deploy(make_function("work", queue_trigger(batch_count=1, tolerant=False, retry_strategy="BACKOFF_RETRY")))
    queue.send(encode("1"))
    queue.send(encode("2"))

    world.advance(60)

    assert [bodies(event) for event in runner.events] == [["1"], ["1"], ["2"]]


def test_messages_stay_hidden_while_their_batch_is_retried(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE] * 12
    deploy(make_function("work", queue_trigger(batch_count=1, retry_strategy="EXPONENTIAL_DECAY_RETRY")))
    queue.send(encode("1"))

    world.advance(86400)

    assert len(runner.calls) == 13
    assert queue.count() == (0, 0, 0)


def test_a_purged_queue_does_no_harm_to_a_retry(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    runner.results = [FAILURE]
    deploy(make_function("work", queue_trigger(batch_count=1)))
    queue.send(encode("1"))
    world.run_due()
    queue.close()

    world.advance(60)

    assert len(runner.calls) == 2


def test_a_throttled_push_is_retried_like_a_failure(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    world.faults.add(Fault(service="fc", action="RunFunction", status=429, code="ResourceExhausted"))
    deploy(make_function("work", queue_trigger(batch_count=1, retry_strategy="EXPONENTIAL_DECAY_RETRY")))
    queue.send(encode("1"))

    world.advance(60)

    assert runner.times == [1]


def test_a_lost_answer_delivers_the_batch_twice(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    world.faults.add(Fault(service="fc", action="RunFunction", kind="lost"))
    deploy(make_function("work", queue_trigger(batch_count=1)))
    queue.send(encode("1"))

    world.advance(60)

    assert [bodies(event) for event in runner.events] == [["1"], ["1"]]


def test_a_trigger_that_is_switched_off_reads_nothing(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    deploy(make_function("work", queue_trigger(enabled=False)))
    queue.send(encode("1"))

    world.advance(60)

    assert runner.calls == []
    assert queue.count() == (1, 0, 0)
