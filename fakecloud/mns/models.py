"""The queues of a World and the rules of MNS about them; no HTTP here."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakecloud.mns.attributes import QueueAttributes
from fakecloud.mns.errors import (
    InvalidArgumentError,
    InvalidQueueNameError,
    MessageNotExistError,
    QueueAlreadyExistError,
    QueueNameLengthError,
    QueueNotExistError,
    ReceiptHandleError,
)
from fakecloud.mns.messages import DEFAULT_PRIORITY, Message, is_receipt_handle, make_receipt_handle

if TYPE_CHECKING:
    from fakecloud.world import World

LONGEST_NAME = 120
LONGEST_DELAY = 604800
LONGEST_VISIBILITY = 43200
LOWEST_PRIORITY = 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


class Queue:
    """One queue: what is visible is received, what is received is hidden for a while, what is deleted is gone."""

    def __init__(self, world: "World", name: str, attributes: QueueAttributes) -> None:
        self._world = world
        self._sent = 0
        self.name = name
        self.attributes = attributes
        self.created_at = self.modified_at = world.clock.now()
        self.messages: dict[str, Message] = {}
        self.on_visible: list[Callable[[], None]] = []

    def send(self, body: str, delay: float | None = None, priority: int = DEFAULT_PRIORITY) -> Message:
        """Put a message in; it becomes visible after *delay* seconds (the queue's own when not given)."""
        seconds = self.attributes.delay_seconds if delay is None else delay
        if not body or len(body.encode()) > self.attributes.maximum_message_size:
            raise InvalidArgumentError("The length of the message should be between 1 and MaximumMessageSize bytes.")
        if not 0 <= seconds <= LONGEST_DELAY:
            raise InvalidArgumentError(f"DelaySeconds should be between 0 and {LONGEST_DELAY}.")
        if not 1 <= priority <= LOWEST_PRIORITY:
            raise InvalidArgumentError(f"Priority should be between 1 and {LOWEST_PRIORITY}.")
        return self._enqueue(body, priority, self._world.clock.now(), seconds)

    def receive(self, count: int = 1, visibility: float | None = None) -> list[Message]:
        """Take up to *count* visible messages, each hidden for *visibility* seconds (the queue's own by default)."""
        seconds = self.attributes.visibility_timeout if visibility is None else visibility
        taken = self._visible()[:count]
        now = self._world.clock.now()
        for message in taken:
            message.dequeue_count += 1
            message.first_dequeued_at = message.first_dequeued_at or now
            self._hide(message, seconds)
        return taken

    def peek(self, count: int = 1) -> list[Message]:
        """Look at up to *count* visible messages and leave them as they are."""
        return self._visible()[:count]

    def delete(self, receipt_handle: str) -> None:
        """Delete the message that is held by *receipt_handle*."""
        self._drop(self._held(receipt_handle))

    def change_visibility(self, receipt_handle: str, seconds: float) -> Message:
        """Hide a held message for *seconds* from now; it gets a new handle, the old one is dead."""
        if not 0 <= seconds <= LONGEST_VISIBILITY:
            raise InvalidArgumentError(f"VisibilityTimeout should be between 0 and {LONGEST_VISIBILITY}.")
        message = self._held(receipt_handle)
        self._hide(message, seconds)
        return message

    def count(self) -> tuple[int, int, int]:
        """Return how many messages are active (visible), inactive (held) and delayed."""
        now = self._world.clock.now()
        self._expire()
        hidden = [message for message in self.messages.values() if message.visible_at > now]
        inactive = sum(1 for message in hidden if message.dequeue_count)
        return len(self.messages) - len(hidden), inactive, len(hidden) - inactive

    def close(self) -> None:
        """Forget all messages, with what was to happen to them."""
        for message in list(self.messages.values()):
            self._drop(message)

    def resume(self) -> None:
        """Plan anew what is to happen to the messages: what was planned was not kept."""
        now = self._world.clock.now()
        for message in self.messages.values():
            self._appear_after(message, max(0.0, (message.visible_at - now).total_seconds()))

    def _enqueue(self, body: str, priority: int, enqueued_at: datetime, delay: float) -> Message:
        message_id = self._world.ids.hex(32).upper()
        self._sent += 1
        message = Message(message_id, body, priority, self._sent, enqueued_at, enqueued_at)
        self.messages[message_id] = message
        self._appear_after(message, delay)
        return message

    def _hide(self, message: Message, seconds: float) -> None:
        self._appear_after(message, seconds)
        message.receipt_handle = make_receipt_handle(message, self._world.ids.digits(10))

    def _appear_after(self, message: Message, seconds: float) -> None:
        if message.wake is not None:
            message.wake.cancelled = True
        message.visible_at = self._world.clock.now() + timedelta(seconds=seconds)
        label = f"a message of {self.name} becomes visible"
        message.wake = self._world.agenda.after(seconds, label, lambda: self._appear(message))

    def _appear(self, message: Message) -> None:
        message.wake = None
        message.receipt_handle = ""
        if self._is_dead(message):
            self._bury(message)
            return
        for tell in tuple(self.on_visible):
            tell()

    def _is_dead(self, message: Message) -> bool:
        limit = self.attributes.max_receive_count
        return bool(limit) and message.dequeue_count >= limit and self.attributes.dead_letter_queue != self.name

    def _bury(self, message: Message) -> None:
        grave = self._world.mns.queues.get(self.attributes.dead_letter_queue)
        if grave is not None:
            self._drop(message)
            grave._enqueue(message.body, message.priority, message.enqueued_at, 0)  # noqa: SLF001 a queue like this one

    def _visible(self) -> list[Message]:
        self._expire()
        now = self._world.clock.now()
        return sorted((one for one in self.messages.values() if one.visible_at <= now), key=lambda one: one.rank)

    def _held(self, receipt_handle: str) -> Message:
        if not is_receipt_handle(receipt_handle):
            raise ReceiptHandleError
        self._expire()
        now = self._world.clock.now()
        for message in self.messages.values():
            if message.receipt_handle == receipt_handle and message.visible_at > now:
                return message
        raise MessageNotExistError

    def _expire(self) -> None:
        oldest = self._world.clock.now() - timedelta(seconds=self.attributes.message_retention_period)
        for message in [one for one in self.messages.values() if one.enqueued_at <= oldest]:
            self._drop(message)

    def _drop(self, message: Message) -> None:
        if message.wake is not None:
            message.wake.cancelled = True
        self.messages.pop(message.message_id, None)


class Mns:
    """All queues of the account in the World's region."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.queues: dict[str, Queue] = {}

    def create_queue(self, name: str, **attributes: Any) -> Queue:  # noqa: ANN401 each has its own type, see QueueAttributes
        """Create a queue, or return the one that is there with these attributes."""
        verify_name(name)
        wanted = QueueAttributes(**attributes)
        existing = self.queues.get(name)
        if existing is None:
            existing = self.queues[name] = Queue(self._world, name, wanted)
        elif existing.attributes != wanted:
            raise QueueAlreadyExistError
        return existing

    def find_queue(self, name: str) -> Queue:
        """Return a queue."""
        try:
            return self.queues[name]
        except KeyError:
            raise QueueNotExistError from None

    def set_queue_attributes(self, name: str, attributes: dict[str, Any]) -> None:
        """Change some attributes of a queue."""
        queue = self.find_queue(name)
        queue.attributes = queue.attributes.changed(attributes)
        queue.modified_at = self._world.clock.now()

    def delete_queue(self, name: str) -> None:
        """Delete a queue with its messages; one that is not there is as good as deleted."""
        queue = self.queues.pop(name, None)
        if queue is not None:
            queue.close()

    def list_queues(self, prefix: str = "", marker: str = "", count: int = 1000) -> tuple[list[Queue], str]:
        """Return up to *count* queues after *marker* in the order of their names, and the next marker ("": no more)."""
        names = sorted(name for name in self.queues if name.startswith(prefix) and name > marker)
        page = names[:count]
        return [self.queues[name] for name in page], page[-1] if len(names) > count else ""


def verify_name(name: str) -> None:
    """Raise when no queue or topic can have this name."""
    if not 1 <= len(name) <= LONGEST_NAME:
        raise QueueNameLengthError
    if not _NAME.fullmatch(name):
        raise InvalidQueueNameError
