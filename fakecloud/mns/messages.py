"""A message of a queue, and the handle by which a receiver holds it."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from fakecloud.agenda import Entry

DEFAULT_PRIORITY = 8


@dataclass
class Message:
    """One message; *body* is as it was sent on the wire (the SDKs send base64), times are the World's."""

    message_id: str
    body: str = field(repr=False)
    priority: int
    number: int
    enqueued_at: datetime
    visible_at: datetime
    dequeue_count: int = 0
    first_dequeued_at: datetime | None = None
    receipt_handle: str = ""
    wake: Entry | None = field(default=None, repr=False)

    @property
    def body_md5(self) -> str:
        """The MD5 of the body as sent, upper-case hex."""
        return md5_of(self.body)

    @property
    def rank(self) -> tuple[int, int]:
        """What comes first is received first: priority 1 before 16, then the older one."""
        return self.priority, self.number


def md5_of(body: str) -> str:
    """Return the MD5 of a body as MNS answers it."""
    return hashlib.md5(body.encode()).hexdigest().upper()


def make_receipt_handle(message: Message, nonce: str) -> str:
    """Return a handle; of digits and dashes below base64, so that it needs no escaping in a query."""
    inner = f"{nonce}-{int(message.visible_at.timestamp())}-{message.dequeue_count}-{message.priority}"
    return f"{message.priority}-{base64.b64encode(inner.encode()).decode()}"


def is_receipt_handle(text: str) -> bool:
    """Say whether *text* has the form of a handle."""
    priority, dash, inner = text.partition("-")
    return bool(dash) and priority.isdigit() and len(inner) % 4 == 0 and inner.rstrip("=").isalnum()
