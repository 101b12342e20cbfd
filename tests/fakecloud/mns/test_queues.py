"""The rules of queues, on the state itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakecloud.mns.errors import (
    InvalidArgumentError,
    InvalidQueueNameError,
    MessageNotExistError,
    QueueAlreadyExistError,
    QueueNameLengthError,
    QueueNotExistError,
    ReceiptHandleError,
)
from fakecloud.mns.messages import is_receipt_handle
from fakecloud.mns.models import Queue
from fakecloud.world import World


def test_a_message_is_received_held_and_deleted(queue: Queue) -> None:
    sent = queue.send("hello")
    [held] = queue.receive(1)
    assert (held.message_id, held.body, held.dequeue_count) == (sent.message_id, "hello", 1)
    assert queue.receive(1) == []
    queue.delete(held.receipt_handle)
    assert queue.count() == (0, 0, 0)
    with pytest.raises(MessageNotExistError):
        queue.delete(held.receipt_handle)


def test_a_held_message_comes_back_when_its_time_is_over(world: World, queue: Queue) -> None:
    queue.send("hello")
    [first] = queue.receive(1)
    handle, since = first.receipt_handle, first.first_dequeued_at
    world.advance(29.9)
    assert queue.receive(1) == []
    world.advance(0.1)
    with pytest.raises(MessageNotExistError):
        queue.delete(handle)
    [second] = queue.receive(1)
    assert (second.dequeue_count, second.first_dequeued_at) == (2, since)
    assert second.receipt_handle != handle


def test_a_handle_is_dead_at_the_very_moment_even_before_the_agenda_runs(world: World, queue: Queue) -> None:
    queue.send("hello")
    [held] = queue.receive(1)
    world.clock.advance(30)
    with pytest.raises(MessageNotExistError):
        queue.delete(held.receipt_handle)


def test_a_receiver_may_choose_its_own_time(world: World, queue: Queue) -> None:
    queue.send("hello")
    queue.receive(1, visibility=5)
    world.advance(5)
    assert len(queue.receive(1)) == 1


def test_a_delayed_message_is_not_seen_before_its_time(world: World, queue: Queue) -> None:
    queue.send("late", delay=10)
    assert queue.count() == (0, 0, 1)
    assert queue.peek(1) == []
    world.advance(10)
    assert [message.body for message in queue.receive(1)] == ["late"]


def test_the_queues_own_delay_counts_unless_the_message_says_so(world: World) -> None:
    queue = world.mns.create_queue("slow", delay_seconds=60)
    queue.send("own")
    queue.send("now", delay=0)
    assert [message.body for message in queue.receive(16)] == ["now"]


def test_priority_comes_before_age(queue: Queue) -> None:
    for body, priority in (("a", 8), ("b", 16), ("c", 1), ("d", 8)):
        queue.send(body, priority=priority)
    assert [message.body for message in queue.receive(16)] == ["c", "a", "d", "b"]


def test_changing_visibility_gives_a_new_handle_and_kills_the_old_one(world: World, queue: Queue) -> None:
    queue.send("hello")
    [held] = queue.receive(1)
    old = held.receipt_handle
    new = queue.change_visibility(old, 100).receipt_handle
    with pytest.raises(MessageNotExistError):
        queue.change_visibility(old, 100)
    world.advance(99)
    assert queue.receive(1) == []
    queue.delete(new)
    assert queue.messages == {}


def test_visibility_0_gives_the_message_back_at_once(world: World, queue: Queue) -> None:
    queue.send("hello")
    [held] = queue.receive(1)
    queue.change_visibility(held.receipt_handle, 0)
    assert len(queue.receive(1)) == 1


def test_whoever_waits_is_told_of_every_appearance(world: World, queue: Queue) -> None:
    told: list[Any] = []
    queue.on_visible.append(lambda: told.append(world.clock.now()))
    start = world.clock.now()
    queue.send("now")
    assert told == []
    world.run_due()
    queue.send("late", delay=10)
    queue.receive(1, visibility=30)
    world.advance(60)
    assert [(moment - start).total_seconds() for moment in told] == [0, 10, 30]


def test_nobody_is_told_of_a_message_that_is_gone(world: World, queue: Queue) -> None:
    told: list[int] = []
    queue.on_visible.append(lambda: told.append(1))
    queue.send("a")
    world.run_due()
    [held] = queue.receive(1)
    queue.delete(held.receipt_handle)
    queue.send("b", delay=10)
    world.mns.delete_queue("q")
    world.advance(60)
    assert told == [1]


def test_a_message_received_too_often_is_buried(world: World) -> None:
    grave = world.mns.create_queue("dead", message_retention_period=600)
    queue = world.mns.create_queue("work", visibility_timeout=10, dead_letter_queue="dead", max_receive_count=2)
    sent = queue.send("poison")
    for _ in range(2):
        assert len(queue.receive(1)) == 1
        world.advance(10)
    assert queue.count() == (0, 0, 0)
    [buried] = grave.peek(1)
    assert (buried.body, buried.enqueued_at, buried.dequeue_count) == ("poison", sent.enqueued_at, 0)
    world.advance(580)
    assert grave.peek(1) == []


def test_without_its_grave_a_message_goes_on(world: World) -> None:
    queue = world.mns.create_queue("work", visibility_timeout=10, dead_letter_queue="none", max_receive_count=1)
    queue.send("poison")
    queue.receive(1)
    world.advance(10)
    assert len(queue.receive(1)) == 1


def test_messages_are_kept_as_long_as_the_queue_says(world: World) -> None:
    queue = world.mns.create_queue("short", message_retention_period=60)
    queue.send("old")
    world.advance(59)
    queue.send("new")
    world.advance(1)
    assert [message.body for message in queue.peek(16)] == ["new"]


@pytest.mark.parametrize(
    "send",
    [
        {"body": ""},
        {"body": "x" * 65537},
        {"body": "é" * 32769},
        {"body": "x", "delay": -1},
        {"body": "x", "delay": 604801},
        {"body": "x", "priority": 0},
        {"body": "x", "priority": 17},
    ],
)
def test_messages_have_their_limits(queue: Queue, send: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError):
        queue.send(**send)
    assert queue.messages == {}


def test_visibility_has_its_limits(queue: Queue) -> None:
    queue.send("hello")
    [held] = queue.receive(1)
    for seconds in (-1, 43201):
        with pytest.raises(InvalidArgumentError):
            queue.change_visibility(held.receipt_handle, seconds)
    with pytest.raises(ReceiptHandleError):
        queue.delete("nonsense")


@pytest.mark.parametrize(
    "attributes",
    [
        {"visibility_timeout": 0},
        {"visibility_timeout": 43201},
        {"maximum_message_size": 1023},
        {"message_retention_period": 59},
        {"delay_seconds": 604801},
        {"polling_wait_seconds": 31},
    ],
)
def test_attributes_have_their_limits(world: World, attributes: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError):
        world.mns.create_queue("q", **attributes)
    assert world.mns.queues == {}


def test_a_queue_is_created_once(world: World, queue: Queue) -> None:
    assert world.mns.create_queue("q") is queue
    with pytest.raises(QueueAlreadyExistError):
        world.mns.create_queue("q", delay_seconds=1)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", QueueNameLengthError),
        ("q" * 121, QueueNameLengthError),
        ("-q", InvalidQueueNameError),
        ("q_1", InvalidQueueNameError),
    ],
)
def test_names_have_their_rules(world: World, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        world.mns.create_queue(name)


def test_a_missing_queue_is_missing(world: World) -> None:
    with pytest.raises(QueueNotExistError):
        world.mns.find_queue("none")
    world.mns.delete_queue("none")


def test_queues_are_listed_in_pages(world: World) -> None:
    for name in ("b", "a-2", "a-1", "a-3"):
        world.mns.create_queue(name)
    first, marker = world.mns.list_queues("a-", "", 2)
    rest, end = world.mns.list_queues("a-", marker, 2)
    assert [queue.name for queue in first + rest] == ["a-1", "a-2", "a-3"]
    assert (marker, end) == ("a-2", "")


@given(st.integers(1, 16), st.integers(1, 5))
def test_every_handle_has_a_form_that_needs_no_escaping(priority: int, times: int) -> None:
    world = World()
    queue = world.mns.create_queue("q")
    queue.send("x", priority=priority)
    for _ in range(times):
        [held] = queue.receive(1)
        assert is_receipt_handle(held.receipt_handle)
        assert "+" not in held.receipt_handle
        assert "/" not in held.receipt_handle
        world.advance(30)
