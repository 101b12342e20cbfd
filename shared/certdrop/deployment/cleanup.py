"""Which certificates are of no more use: ours, used by nothing, and expired, superseded or there twice. Pure.

A certificate lies on a *shelf*: `cas`, or `clb.<region>`. One of which certdrop does not know the names stays; of a
client CA, one of which it does not know the drop.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.succession import is_greater, succeeds

CAS = "cas"
Reason = Literal["expired", "superseded", "duplicate"]
Slip = tuple[str, str]  # a shelf, and the id of a certificate on it


@dataclass(frozen=True)
class Kept:
    """A certificate that certdrop imported, as its shelf shows it. *handle* is what its deletion is asked with.

    *created* orders those on one shelf; *has_copies*: another shelf holds one that was taken from it, or that is it;
    *drops* are those that brought a client CA.
    """

    shelf: str
    certificate_id: str
    handle: str
    name: str
    facts: BundleFacts
    created: int = 0
    has_copies: bool = False
    drops: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What it is there for: the names that it serves, of a client CA the drops; a name holds no slash."""
        return tuple(f"drop/{drop}" for drop in self.drops) if self.facts.kind == "ca" else self.facts.names

    @property
    def slip(self) -> Slip:
        """What it is marked by."""
        return self.shelf, self.certificate_id


@dataclass(frozen=True)
class Useless:
    """A certificate that may go, and why."""

    kept: Kept
    reason: Reason


@dataclass(frozen=True)
class Ask:
    """One question of a census: a region's load balancers, the listeners of one, or what a listener shows."""

    service: Literal["alb", "clb"]
    region: str
    name: str = ""
    port: int = 0


@dataclass
class Census:
    """What listeners show: asked question by question, complete when none is left."""

    begun: datetime
    asks: list[Ask]
    used: set[str] = field(default_factory=set)


@dataclass
class Cleaning:
    """What an instance of the poller remembers of its cleaning."""

    due: datetime | None = None
    census: Census | None = None
    facts: dict[str, BundleFacts] = field(default_factory=dict)  # by the name of a certificate
    regions: dict[str, str] = field(default_factory=dict)  # by the key of what is served


@dataclass(frozen=True)
class Marks:
    """The certificates found unused and superseded, and those that are retired; since when."""

    unused: Mapping[Slip, datetime] = field(default_factory=dict)
    retired: Mapping[Slip, datetime] = field(default_factory=dict)


def find_useless(
    kept: Sequence[Kept],
    now: datetime,
    *,
    used: Collection[str] | None = None,
    retired: Collection[Slip] = (),
    shelves: Collection[str] = (),
) -> list[Useless]:
    """Return what is of no more use; superseded ones only on *shelves*.

    *used* are the ids that listeners show. Without them everything that might be useless is returned.
    """
    fingerprints = _fingerprints(kept, used or ())
    neighbours = _by_line(kept)
    found = []
    for one in kept:
        if not one.lines or _is_used(one, used, fingerprints):
            continue
        others = [other for other in neighbours[one.shelf, one.lines[0]] if other is not one]
        if one.shelf != CAS and any(_replaces_twin(other, one, retired) for other in others):
            found.append(Useless(one, "duplicate"))
        elif one.facts.not_after <= now:
            found.append(Useless(one, "expired"))
        elif one.shelf in shelves and any(_supersedes(other, one, used, fingerprints, now) for other in others):
            found.append(Useless(one, "superseded"))
    return found


def find_used(kept: Sequence[Kept], used: Collection[str]) -> set[Slip]:
    """Return what listeners show of *kept*, given the ids that they show."""
    fingerprints = _fingerprints(kept, used)
    return {one.slip for one in kept if _is_used(one, used, fingerprints)}


def _fingerprints(kept: Iterable[Kept], used: Collection[str]) -> set[str]:
    return {one.facts.fingerprint for one in kept if one.certificate_id in used}


def _by_line(kept: Iterable[Kept]) -> dict[tuple[str, str], list[Kept]]:
    """Group by shelf and each name: whatever holds all names of another holds its first."""
    groups: dict[tuple[str, str], list[Kept]] = {}
    for one in kept:
        for line in one.lines:
            groups.setdefault((one.shelf, line), []).append(one)
    return groups


def _is_used(one: Kept, used: Collection[str] | None, fingerprints: Collection[str]) -> bool:
    """Tell whether a listener shows it; of CAS, also one whose copy elsewhere is shown."""
    if used is None:
        return False
    return one.certificate_id in used or (one.shelf == CAS and one.facts.fingerprint in fingerprints)


def _replaces_twin(other: Kept, one: Kept, retired: Collection[Slip]) -> bool:
    """Tell whether *other* is *the* one of two that hold the same bundle: the one that everybody chooses."""
    return (
        other.facts.fingerprint == one.facts.fingerprint
        and other.slip not in retired
        and (other.created, other.certificate_id) < (one.created, one.certificate_id)
    )


def _supersedes(
    other: Kept, one: Kept, used: Collection[str] | None, fingerprints: Collection[str], now: datetime
) -> bool:
    """Tell whether *other* succeeds *one* and is served: a successor that nobody serves is no reason to delete."""
    is_served = used is None or _is_used(other, used, fingerprints)
    return is_served and other.facts.not_after > now and _succeeds(other, one)


def _succeeds(other: Kept, one: Kept) -> bool:
    """Tell whether *other* succeeds *one*; of client CAs the drops count, not names and kinds of keys."""
    if one.facts.kind == "ca":
        return set(one.drops) <= set(other.drops) and is_greater(other.facts, one.facts)
    return succeeds(other.facts, one.facts)


def needs_census(found: Iterable[Useless], marks: Marks, now: datetime, grace: timedelta) -> bool:
    """Tell whether a next step of anything that may be useless asks what listeners show."""
    return any(
        one.kept.slip in marks.retired or one.kept.slip not in marks.unused or is_retirable(one, marks, now, grace)
        for one in found
    )


def is_retirable(one: Useless, marks: Marks, now: datetime, grace: timedelta) -> bool:
    """Tell whether something useless is to be retired: when superseded after its grace, else at once."""
    unused = now - marks.unused.get(one.kept.slip, now)
    return one.kept.slip not in marks.retired and (one.reason != "superseded" or unused >= grace)
