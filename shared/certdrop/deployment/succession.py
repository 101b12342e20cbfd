"""Who replaces whom: a newer bundle of the same line, never by order of arrival."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from certdrop.bundle.facts import KeyKind, patterns_of


class CertificateFacts(Protocol):
    """What is known of a certificate, wanted or served."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the leaf, or what stands for it."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The DNS names."""
        ...

    @property
    def key_kind(self) -> KeyKind:
        """Kind of the key."""
        ...

    @property
    def not_before(self) -> datetime | None:
        """Start of validity; None when the cloud does not tell (a certificate that CLB alone knows)."""
        ...

    @property
    def not_after(self) -> datetime:
        """End of validity."""
        ...

    @property
    def self_signed(self) -> bool | None:
        """Whether it signed itself; None when nobody tells."""
        ...


def is_greater(newer: CertificateFacts, older: CertificateFacts) -> bool:
    """Compare two certificates of one line by (not_before, not_after, fingerprint), without what is not known."""
    if newer.not_before is None or older.not_before is None or newer.not_before == older.not_before:
        return (newer.not_after, newer.fingerprint) > (older.not_after, older.fingerprint)
    return newer.not_before > older.not_before


def covers_names(newer: CertificateFacts, older: CertificateFacts) -> bool:
    """Tell whether every name of *older* is a name of *newer*."""
    return set(older.names) <= set(newer.names)


def succeeds(newer: CertificateFacts, older: CertificateFacts) -> bool:
    """Tell whether *newer* replaces *older*: same key kind, all its names and more, and greater in age."""
    return (
        newer.fingerprint != older.fingerprint
        and newer.key_kind == older.key_kind
        and covers_names(newer, older)
        and is_greater(newer, older)
    )


def uncovered(names: Sequence[str], by: Sequence[str]) -> tuple[str, ...]:
    """Return the *names* that none of the certificate names *by* serves."""
    serving = {pattern.lower() for pattern in by}
    return tuple(name for name in names if serving.isdisjoint(patterns_of(name)))
