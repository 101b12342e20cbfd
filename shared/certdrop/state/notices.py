"""Notices on their way: one document for each thing to tell, kept until the webhook took it, told once."""

import hashlib
from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime

from certdrop.deployment.work import Document
from certdrop.state import keys
from certdrop.state.store import Entry, Store

Severity = Literal["info", "warning", "error"]


class Notice(Document):
    """One thing that somebody is told, as the webhook gets it (with its id; docs/notices.md tells of each field).

    *subject* is what it is about: `drop/<drop>`, `deployment/<id>`, `listener/<listener>`, `certificate/<SHA-256>` or
    `targets`. *occasion* tells apart what may happen to a subject more than once: each is told once.
    """

    version: Literal[1] = 1
    subject: str
    event: str
    occasion: str
    severity: Severity
    drop: str = ""
    target: str = ""
    listener: str = ""
    slot: str = ""
    code: str = ""
    message: str = ""
    remedy: str = ""
    request_id: str = ""
    correlation_id: str = ""
    time: AwareDatetime

    @property
    def id(self) -> str:
        """32 hex digits, the same for the same subject, event and occasion."""
        identity = f"{self.subject}\n{self.event}\n{self.occasion}"
        return hashlib.sha256(identity.encode()).hexdigest()[:32]


class Told(Document):
    """That a notice was taken by the webhook, or why it was given up."""

    version: Literal[1] = 1
    notice: Notice
    given_up: str = ""


def post_notice(store: Store, notice: Notice) -> None:
    """Write a notice down, to be delivered; one that waits already stays as it is."""
    store.create(keys.waiting_notice(notice.id), notice)


def waiting_notices(store: Store) -> Sequence[Entry]:
    """List the notices that wait, the oldest first."""
    return sorted(store.list(keys.WAITING_NOTICES), key=lambda entry: (entry.last_modified, entry.key))


def was_told(store: Store, notice: Notice) -> bool:
    """Tell whether a notice was delivered before, or given up."""
    return store.head(keys.told_notice(notice.subject, notice.event, notice.occasion)) is not None


def settle_notice(store: Store, key: str, notice: Notice, given_up: str = "") -> None:
    """Note that a notice was told (or is given up), then let it wait no longer."""
    told = keys.told_notice(notice.subject, notice.event, notice.occasion)
    store.create(told, Told(notice=notice, given_up=given_up))
    store.delete(key)


def read_notice(store: Store, key: str) -> Notice | None:
    """Read a notice that waits; None when it is gone. One that is spoilt is deleted: it would wait for ever."""
    notice = store.get(key, Notice, lambda one: keys.waiting_notice(one.id) == key)
    if key in store.unreadable:
        store.delete(key)
    return notice
