"""EventBridge between a queue and a function: retries, blocking, dead letters."""

import json

from fakecloud.faults import Fault
from fakecloud.mns.models import Queue
from fakecloud.world import World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import FAILURE, RecordingRunner, bodies, encode, make_function, queue_trigger


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
