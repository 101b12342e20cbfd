"""What can be done with queues and messages, one function an action of the vendor's API."""

from typing import Any

from fakecloud.http import Response
from fakecloud.markup import Element, branch, leaf
from fakecloud.mns.attributes import WIRE_NAMES
from fakecloud.mns.call import MOST_MESSAGES, MnsCall, to_milliseconds, tree, write_messages
from fakecloud.mns.errors import InvalidArgumentError, MalformedXmlError, MessageNotExistError, MnsError
from fakecloud.mns.messages import DEFAULT_PRIORITY, Message
from fakecloud.mns.models import LONGEST_VISIBILITY, Queue

LONGEST_WAIT = 30


def create_queue(call: MnsCall) -> Response:
    """Create a queue: 201, or 204 when it is there with the same attributes."""
    name = call.names[0]
    existed = name in call.world.mns.queues
    call.world.mns.create_queue(name, **_read_attributes(call))
    return call.answer(204 if existed else 201, Location=queue_url(call, name))


def set_queue_attributes(call: MnsCall) -> Response:
    """Change some attributes of a queue."""
    call.world.mns.set_queue_attributes(call.names[0], _read_attributes(call))
    return call.answer(204)


def get_queue_attributes(call: MnsCall) -> Response:
    """Return a queue's attributes and how many messages it has."""
    return call.answer(200, tree("Queue", *_describe(call.queue)))


def delete_queue(call: MnsCall) -> Response:
    """Delete a queue, whether it is there or not."""
    call.world.mns.delete_queue(call.names[0])
    return call.answer(204)


def list_queue(call: MnsCall) -> Response:
    """List queues by prefix, in pages."""
    headers = call.request.headers
    count = call.read_number(headers.get("x-mns-ret-number"), "x-mns-ret-number", 1000)
    if not 1 <= count <= 1000:  # noqa: PLR2004 the vendor's limit
        raise InvalidArgumentError("x-mns-ret-number should be between 1 and 1000.")
    prefix, marker = headers.get("x-mns-prefix", ""), headers.get("x-mns-marker", "")
    queues, next_marker = call.world.mns.list_queues(prefix, marker, count)
    with_meta = headers.get("x-mns-with-meta", "").lower() == "true"
    items = [
        branch("Queue", leaf("QueueURL", queue_url(call, queue.name)), *(_describe(queue) if with_meta else []))
        for queue in queues
    ]
    return call.answer(200, tree("Queues", *items, *([leaf("NextMarker", next_marker)] if next_marker else [])))


def send_message(call: MnsCall) -> Response:
    """Send one message, or up to 16 at once, each by itself."""
    order = call.read_xml()
    queue = call.queue
    if order.name == "Message":
        return call.answer(201, tree("Message", *_sent(_send(call, queue, order))))
    messages = order.find_all("Message")
    if order.name != "Messages" or not 1 <= len(messages) <= MOST_MESSAGES:
        raise MalformedXmlError
    results: list[str] = []
    failed = False
    for item in messages:
        try:
            parts = _sent(_send(call, queue, item))
        except MnsError as error:
            failed = True
            parts = [leaf("ErrorCode", error.code), leaf("ErrorMessage", error.message)]
        results.append(branch("Message", *parts))
    return call.answer(500 if failed else 201, tree("Messages", *results))


def _send(call: MnsCall, queue: Queue, item: Element) -> Message:
    body = item.find_text("MessageBody")
    if not body:
        raise MnsError(400, "MissingMessageBody", "The message body is missing.")
    delay = item.find_text("DelaySeconds")
    seconds = call.read_number(delay, "DelaySeconds", 0) if delay is not None else None
    priority = call.read_number(item.find_text("Priority"), "Priority", DEFAULT_PRIORITY)
    return queue.send(body, seconds, priority)


def _sent(message: Message) -> list[str]:
    return [leaf("MessageId", message.message_id), leaf("MessageBodyMD5", message.body_md5)]


def receive_message(call: MnsCall) -> Response:
    """Receive one message or up to 16, waiting for the first as long as is asked; an empty queue is a 404."""
    queue = call.queue
    count = call.read_limited("numOfMessages", 1, 1, MOST_MESSAGES)
    seconds = call.read_limited("waitseconds", queue.attributes.polling_wait_seconds, 0, LONGEST_WAIT)
    call.await_message(seconds)
    return _answer_messages(call, queue.receive(count), held=True)


def peek_message(call: MnsCall) -> Response:
    """Look at one message or up to 16."""
    count = call.read_limited("numOfMessages", 1, 1, MOST_MESSAGES)
    return _answer_messages(call, call.queue.peek(count), held=False)


def _answer_messages(call: MnsCall, messages: list[Message], *, held: bool) -> Response:
    if not messages:
        raise MessageNotExistError
    written = write_messages(messages, held=held)
    if "numOfMessages" not in call.query:
        return call.answer(200, tree("Message", *written))
    return call.answer(200, tree("Messages", *(branch("Message", item) for item in written)))


def change_message_visibility(call: MnsCall) -> Response:
    """Hide a held message for another while; it gets a new handle."""
    if "VisibilityTimeout" not in call.query:
        raise MnsError(400, "MissingVisibilityTimeout", "The VisibilityTimeout is required.")
    seconds = call.read_limited("VisibilityTimeout", 0, 0, LONGEST_VISIBILITY)
    message = call.queue.change_visibility(_read_handle(call), seconds)
    visible = leaf("NextVisibleTime", to_milliseconds(message.visible_at))
    return call.answer(200, tree("ChangeVisibility", leaf("ReceiptHandle", message.receipt_handle), visible))


def delete_message(call: MnsCall) -> Response:
    """Delete the message that a handle of the query holds, or those of up to 16 handles in the body."""
    queue = call.queue
    if call.query.get("ReceiptHandle") or not call.request.body:
        queue.delete(_read_handle(call))
        return call.answer(204)
    handles = [item.text for item in call.read_xml().find_all("ReceiptHandle")]
    if not 1 <= len(handles) <= MOST_MESSAGES:
        raise MalformedXmlError
    failures = [failure for handle in handles if (failure := _delete(queue, handle))]
    return call.answer(404, tree("Errors", *failures)) if failures else call.answer(204)


def _delete(queue: Queue, handle: str) -> str:
    try:
        queue.delete(handle)
    except MnsError as error:
        parts = leaf("ErrorCode", error.code), leaf("ErrorMessage", error.message), leaf("ReceiptHandle", handle)
        return branch("Error", *parts)
    return ""


def _read_handle(call: MnsCall) -> str:
    handle = call.query.get("ReceiptHandle")
    if not handle:
        raise MnsError(400, "MissingReceiptHandle", "The ReceiptHandle is required.")
    return handle


def _read_attributes(call: MnsCall) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if not call.request.body:
        return attributes
    for item in call.read_xml().children:
        name = WIRE_NAMES.get(item.name)
        if name == "logging_enabled":
            attributes[name] = item.text.lower() == "true"
        elif name:
            attributes[name] = call.read_number(item.text, item.name, 0)
    return attributes


def _describe(queue: Queue) -> list[str]:
    active, inactive, delayed = queue.count()
    attributes = [leaf(wire, str(getattr(queue.attributes, name))) for wire, name in WIRE_NAMES.items()]
    return [
        leaf("QueueName", queue.name),
        leaf("CreateTime", int(queue.created_at.timestamp())),
        leaf("LastModifyTime", int(queue.modified_at.timestamp())),
        *attributes,
        leaf("ActiveMessages", active),
        leaf("InactiveMessages", inactive),
        leaf("DelayMessages", delayed),
    ]


def queue_url(call: MnsCall, name: str) -> str:
    """Return the address of a queue, at the host that was asked."""
    return f"http://{call.request.headers.get('host', '')}/queues/{name}"
