"""EventBridge between a queue and a function: windows and CloudEvents."""

import base64

import pytest

from fakecloud.mns.models import Queue
from fakecloud.world import World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import RecordingRunner, bodies, encode, make_function, queue_trigger


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


def test_a_trigger_that_is_switched_off_reads_nothing(
    world: World, deploy: Deploy, runner: RecordingRunner, queue: Queue
) -> None:
    deploy(make_function("work", queue_trigger(enabled=False)))
    queue.send(encode("1"))

    world.advance(60)

    assert runner.calls == []
    assert queue.count() == (1, 0, 0)
