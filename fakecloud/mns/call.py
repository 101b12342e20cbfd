"""One call of MNS on its way: what it is about, what it says, and how answers look."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from fakecloud.clock import VirtualClock
from fakecloud.http import Request, Response
from fakecloud.markup import Element, branch, document, leaf, parse
from fakecloud.markup import MalformedXmlError as NoXmlError
from fakecloud.mns.errors import InvalidArgumentError, MalformedXmlError, MnsError
from fakecloud.mns.messages import Message
from fakecloud.mns.models import Queue
from fakecloud.mns.signatures import is_digest_of
from fakecloud.world import World

NAMESPACE = "http://mns.aliyuncs.com/doc/v1/"
LONGEST_WAIT = 30
MOST_MESSAGES = 16
_SLICE = 0.5  # seconds after which a waiting receive looks at the World's time again


@dataclass(frozen=True)
class MnsCall:
    """A call; *names* are what stands in the path: queue, or topic and subscription."""

    world: World = field(repr=False)
    request: Request
    request_id: str
    names: tuple[str, ...]

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's parameters."""
        return dict(self.request.query)

    @property
    def queue(self) -> Queue:
        """The queue that the call is about."""
        return self.world.mns.find_queue(self.names[0])

    def read_xml(self) -> Element:
        """Return the body as XML; it must have the Content-MD5 that was sent."""
        sent = self.request.headers.get("content-md5")
        if sent and not is_digest_of(sent, self.request.body):
            raise MnsError(400, "InvalidDegist", "The Content-MD5 you specified is invalid.")
        try:
            return parse(self.request.body)
        except NoXmlError:
            raise MalformedXmlError from None

    def read_number(self, text: str | None, name: str, default: int) -> int:
        """Return a whole number of the query or the body."""
        if text is None:
            return default
        try:
            return int(text)
        except ValueError:
            raise InvalidArgumentError(f"{name} should be a number.") from None

    def read_limited(self, name: str, default: int, minimum: int, maximum: int) -> int:
        """Return a whole number of the query that must lie in its limits."""
        number = self.read_number(self.query.get(name), name, default)
        if not minimum <= number <= maximum:
            raise InvalidArgumentError(f"{name} should be between {minimum} and {maximum}.")
        return number

    def answer(self, status: int, root: str = "", **headers: str) -> Response:
        """Return an answer, with an XML document if there is a *root*."""
        if not root:
            return Response(status, headers)
        return Response(status, {"Content-Type": "text/xml;charset=utf-8", **headers}, document(root))

    def await_message(self, seconds: float) -> None:
        """Wait, without holding the World's lock, until the queue has a visible message or *seconds* have passed.

        In a virtual World nothing passes by waiting, so the answer comes at once.
        """
        queue = self.queue
        if isinstance(self.world.clock, VirtualClock):
            return
        end = self.world.clock.now() + timedelta(seconds=seconds)
        condition = threading.Condition(self.world.lock)
        queue.on_visible.append(condition.notify_all)
        try:
            while not queue.peek() and (left := (end - self.world.clock.now()).total_seconds()) > 0:
                condition.wait(min(left, _SLICE))
        finally:
            queue.on_visible.remove(condition.notify_all)


def tree(name: str, *children: str) -> str:
    """Write a root element in the namespace of MNS."""
    return branch(name, *children, namespace=NAMESPACE)


def write_messages(messages: Iterable[Message], *, held: bool) -> list[str]:
    """Write messages as they are received (*held*: with handle and time of return) or peeked at."""
    return ["".join(_write_message(message, held=held)) for message in messages]


def _write_message(message: Message, *, held: bool) -> Iterable[str]:
    yield leaf("MessageId", message.message_id)
    if held:
        yield leaf("ReceiptHandle", message.receipt_handle)
    yield leaf("MessageBody", message.body)
    yield leaf("MessageBodyMD5", message.body_md5)
    yield leaf("EnqueueTime", to_milliseconds(message.enqueued_at))
    if held:
        yield leaf("NextVisibleTime", to_milliseconds(message.visible_at))
    first = message.first_dequeued_at
    yield leaf("FirstDequeueTime", to_milliseconds(first) if first else 0)
    yield leaf("DequeueCount", message.dequeue_count)
    yield leaf("Priority", message.priority)


def to_milliseconds(moment: datetime) -> int:
    """Return a time as MNS writes it."""
    return int(moment.timestamp() * 1000)
