"""Marks on certificates that certdrop is about to delete: unused since when, and retired.

A retired certificate is never chosen again. Whoever looks reads the marks after it chose and before it acts, and acts
within its minute; the poller deletes only what was retired ten minutes before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from certdrop.deployment.cleanup import Kept, Marks, Slip, Useless
from certdrop.deployment.work import Document
from certdrop.state import keys
from certdrop.state.store import Store


class Marked(Document):
    """The certificate that a mark is on, and why it goes."""

    version: Literal[1] = 1
    shelf: str
    certificate_id: str
    name: str
    fingerprint: str
    reason: str


def read_marks(store: Store) -> Marks:
    """List all marks; when a mark was written is since when it holds."""
    return Marks(unused=_read(store, keys.UNUSED), retired=_read(store, keys.RETIRED))


def _read(store: Store, prefix: str) -> Mapping[Slip, datetime]:
    found = {}
    for entry in store.list(prefix):
        shelf, _, certificate_id = entry.key.removeprefix(prefix).removesuffix(".json").partition("/")
        found[shelf, certificate_id] = entry.last_modified
    return found


def list_retired(store: Store) -> frozenset[str]:
    """Return the ids of all retired certificates."""
    return frozenset(certificate_id for _, certificate_id in _read(store, keys.RETIRED))


def is_retired(store: Store, shelf: str, certificate_id: str) -> bool:
    """Tell whether a certificate is retired."""
    return store.head(keys.retired(shelf, certificate_id)) is not None


def mark_unused(store: Store, one: Useless) -> None:
    """Note that nothing uses a certificate from now on."""
    store.create(keys.unused(*one.kept.slip), _describe(one))


def retire(store: Store, one: Useless) -> bool:
    """Retire a certificate; False when it was."""
    return store.create(keys.retired(*one.kept.slip), _describe(one))


def read_retired(store: Store, slip: Slip) -> Marked | None:
    """Read the mark on a retired certificate."""
    return store.get(keys.retired(*slip), Marked)


def forget_unused(store: Store, slip: Slip) -> None:
    """Take away the mark of a certificate that is used again, or gone."""
    store.delete(keys.unused(*slip))


def forget_retired(store: Store, slip: Slip) -> None:
    """Take away the mark of a certificate that is gone."""
    store.delete(keys.retired(*slip))


def _describe(one: Useless) -> Marked:
    kept: Kept = one.kept
    return Marked(
        shelf=kept.shelf,
        certificate_id=kept.certificate_id,
        name=kept.name,
        fingerprint=kept.facts.fingerprint,
        reason=one.reason,
    )
