"""The queues: requests to look are sent (the triggers deliver them), dead letters are received (by a person)."""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import quote

from certdrop.cloud import xml_answers
from certdrop.cloud.carrying import Answer, Request
from certdrop.cloud.endpoints import split_endpoint
from certdrop.cloud.sending import Call, Sender
from certdrop.cloud.signing import sign_mns
from certdrop.errors import CloudError
from certdrop.ports import Clock, Credentials

VERSION = "2015-06-06"
NAMESPACE = "http://mns.aliyuncs.com/doc/v1/"
CONTENT_TYPE = "text/xml;charset=UTF-8"
BATCH = 16  # messages, the most that one call answers
EMPTY = "MessageNotExist"  # what an empty queue answers, and what one answers about a message that is gone


@dataclass(frozen=True)
class Message:
    """A message as it was sent; *handle* is empty when it was only peeked at."""

    id: str
    body: str = field(repr=False)
    handle: str = field(repr=False)
    sent: datetime | None


class Queues:
    """The account's queues in its region."""

    def __init__(self, endpoint: str, *, sender: Sender, credentials: Credentials, clock: Clock) -> None:
        self._endpoint = endpoint
        self._host = split_endpoint(endpoint).authority
        self._sender = sender
        self._credentials = credentials
        self._clock = clock

    def send_message(self, queue: str, body: str, *, delay_seconds: int = 0) -> str:
        """Send *body* (in base64, as the queue triggers expect it), seen after the delay; return its MessageId.

        Repeated after a lost answer: a message only asks for a look, and a second one does no harm.
        """
        encoded = base64.b64encode(body.encode()).decode()
        document = (
            '<?xml version="1.0" encoding="utf-8"?>'
            f'<Message xmlns="{NAMESPACE}"><MessageBody>{encoded}</MessageBody>'
            f"<DelaySeconds>{int(delay_seconds)}</DelaySeconds><Priority>8</Priority></Message>"
        ).encode()
        resource = f"/queues/{quote(queue, safe='')}/messages"
        call = self._call("SendMessage", "POST", resource, document)
        answer = self._sender.send(call)
        return xml_answers.parse_answer(call, answer).findtext("MessageId", "")

    def receive_messages(self, queue: str) -> list[Message]:
        """Receive up to 16 messages: nobody else sees them until the queue's visibility timeout is over."""
        return self._read("ReceiveMessage", queue, "")

    def peek_messages(self, queue: str) -> list[Message]:
        """Look at up to 16 messages, and leave them as they are."""
        return self._read("PeekMessage", queue, "&peekonly=true")

    def delete_message(self, queue: str, handle: str) -> None:
        """Delete a message that was received; one that is gone is as good as deleted."""
        resource = f"/queues/{quote(queue, safe='')}/messages?ReceiptHandle={quote(handle, safe='=-')}"
        try:
            self._sender.send(self._call("DeleteMessage", "DELETE", resource))
        except CloudError as error:
            if error.code != EMPTY:
                raise

    def _read(self, action: str, queue: str, more: str) -> list[Message]:
        resource = f"/queues/{quote(queue, safe='')}/messages?numOfMessages={BATCH}{more}"
        call = self._call(action, "GET", resource)
        try:
            answer = self._sender.send(call)
        except CloudError as error:
            if error.code == EMPTY:
                return []
            raise
        return [
            Message(
                id=one.findtext("MessageId", ""),
                body=one.findtext("MessageBody", ""),
                handle=one.findtext("ReceiptHandle", ""),
                sent=_parse_milliseconds(one.findtext("EnqueueTime", "")),
            )
            for one in xml_answers.parse_answer(call, answer).iter("Message")
        ]

    def _call(self, action: str, method: str, resource: str, body: bytes = b"") -> Call:
        """Make a call that may be repeated: none of them does harm when it is done twice."""
        return Call(
            service="mns",
            action=action,
            repeatable=True,
            build=lambda: self._build(method, resource, body),
            read_error=_read_error,
        )

    def _build(self, method: str, resource: str, body: bytes) -> Request:
        headers = {
            "host": self._host,
            "accept-encoding": "identity",
            **({"content-type": CONTENT_TYPE} if body else {}),
            "date": format_datetime(self._clock.now(), usegmt=True),
            "x-mns-version": VERSION,
        }
        if self._credentials.security_token:
            headers["security-token"] = self._credentials.security_token
        headers["authorization"] = sign_mns(
            method=method, resource=resource, headers=headers, credentials=self._credentials
        )
        return Request(method, self._endpoint, resource, headers, body)


def _read_error(call: Call, answer: Answer) -> CloudError:
    return xml_answers.read_error(call, answer, "x-mns-request-id")


def _parse_milliseconds(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit()):
        return None
    try:
        return datetime.fromtimestamp(int(text) / 1000, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return None
