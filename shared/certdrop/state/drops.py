"""What became of a drop: attempts at judging a snapshot, the verdict on it, the facts of its bundle."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from pydantic import AwareDatetime

from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.findings import Finding
from certdrop.deployment.places import Place
from certdrop.deployment.work import Document
from certdrop.errors import Fate, StateError, UnreadableError
from certdrop.state import keys
from certdrop.state.parsed_keys import parse_attempt, parse_verdict
from certdrop.state.store import Entry, Read, Store

VerdictKind = Literal["accepted", "waiting", "refused"]

DEAD_AFTER = timedelta(seconds=90)
POISON_AFTER = 3


class PlannedDeployment(Document):
    """A deployment that a verdict opened (or refused for its place); *held_for* says what a later stage waits for."""

    deployment: str
    cause: str
    target: str
    place: Place
    held_for: str = ""


class KeyFile(Document):
    """A file that held the private key when it was judged."""

    key: str
    etag: str


class Verdict(Document):
    """What was judged of a snapshot under the targets of number *config*; final.

    *key_files* are those that hold the private key, *without_key* is the snapshot that is left when they are removed.
    *judged* is the snapshot that was judged, where this one is what is left of it.
    """

    version: Literal[1] = 1
    drop: str
    snapshot: str
    config: int
    verdict: VerdictKind
    kind: str | None = None
    fingerprint: str | None = None
    findings: tuple[Finding, ...] = ()
    ignored: tuple[str, ...] = ()
    deployments: tuple[PlannedDeployment, ...] = ()
    key_files: tuple[KeyFile, ...] = ()
    without_key: str = ""
    judged: str = ""
    correlation_id: str = ""


class Attempt(Document):
    """Written before a snapshot's files are read: who dies over them leaves it without an end."""

    version: Literal[1] = 1
    request_id: str
    nonce: str = ""


class AttemptEnd(Document):
    """An orderly end of an attempt; a drop's own stall, the *stalls*-th in a row, stands here."""

    version: Literal[1] = 1
    fate: Fate | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""
    request_id: str = ""
    stalls: int = 0
    next_look: AwareDatetime | None = None


@dataclass(frozen=True)
class Attempts:
    """The attempts at one snapshot."""

    begun: dict[int, datetime]
    ended: frozenset[int]

    @property
    def next_number(self) -> int:
        """The number of the next attempt."""
        return max(self.begun, default=0) + 1

    def died(self, now: datetime) -> int:
        """Count the attempts that died: over 90 seconds old, without an end."""
        return sum(1 for number, at in self.begun.items() if number not in self.ended and now - at > DEAD_AFTER)

    def is_poison(self, now: datetime) -> bool:
        """Tell whether the snapshot killed three attempts."""
        return self.died(now) >= POISON_AFTER


def begin_attempt(store: Store, drop: str, snapshot: str, number: int, attempt: Attempt) -> bool:
    """Create an attempt; False when another began. Our own, its answer lost, counts as created."""
    key = keys.attempt(drop, snapshot, number)
    if store.create(key, attempt):
        return True
    found = store.get(key, Attempt)
    return found is not None and bool(found.nonce) and found.nonce == attempt.nonce


@dataclass(frozen=True)
class History:
    """What a list shows of a snapshot: its verdicts, by the number of targets, and the attempts at it."""

    verdicts: Mapping[int, Entry]
    attempts: Attempts


def read_history(store: Store, drop: str, snapshot: str) -> History:
    """List the verdicts on a snapshot and the attempts at it, in one LIST."""
    verdicts: dict[int, Entry] = {}
    begun: dict[int, datetime] = {}
    ended: set[int] = set()
    prefix = keys.attempts(drop, snapshot)
    for entry in store.list(keys.snapshot(drop, snapshot)):
        verdict = parse_verdict(entry.key)
        attempt = parse_attempt(entry.key.removeprefix(prefix))
        if verdict:
            verdicts[verdict.config] = entry
        elif attempt and attempt.is_end:
            ended.add(attempt.number)
        elif attempt:
            begun[attempt.number] = entry.last_modified
    return History(verdicts, Attempts(begun, frozenset(ended)))


def read_last_attempt_end(store: Store, drop: str, snapshot: str, attempts: Attempts) -> AttemptEnd | None:
    """Read the end of the newest ended attempt."""
    if not attempts.ended:
        return None
    return store.get(keys.attempt_end(drop, snapshot, max(attempts.ended)), AttemptEnd)


def read_listed_verdict(store: Store, history: History, config: int) -> Verdict | None:
    """Read the verdict under the targets of number *config* out of a snapshot's history."""
    return _get_verdict(store, history.verdicts[config]) if config in history.verdicts else None


def read_verdict(store: Store, drop: str, snapshot: str, config: int) -> Verdict | None:
    """Read the verdict on a snapshot under the targets of number *config*."""
    return _get_verdict(store, keys.verdict(drop, snapshot, config))


def _get_verdict(store: Store, where: str | Entry) -> Verdict | None:
    found = _read_verdict(store, where)
    return found.document if found else None


def _read_verdict(store: Store, where: str | Entry) -> Read[Verdict] | None:
    key = where if isinstance(where, str) else where.key
    return store.read(where, Verdict, lambda one: keys.verdict(one.drop, one.snapshot, one.config) == key)


def read_verdicts(store: Store, drop: str) -> list[Verdict]:
    """Read the newest verdict on each snapshot of *drop*: one LIST, one GET for each."""
    newest: dict[str, Entry] = {}
    for entry in store.list(f"{keys.STATE}drops/{drop}/"):  # of one snapshot, the highest number of targets comes first
        parsed = parse_verdict(entry.key)
        if parsed:
            newest.setdefault(parsed.snapshot, entry)
    found = map(partial(_get_verdict, store), newest.values())
    return [verdict for verdict in found if verdict]


def find_newest_verdict(store: Store, drop: str) -> Verdict | None:
    """Find the verdict that was written last, whichever snapshot of the drop it is on: one LIST, one GET."""
    found = read_newest_verdict(store, drop)
    return found.document if found else None


def read_newest_verdict(store: Store, drop: str) -> Read[Verdict] | None:
    """Read the verdict that was written last, with when it was."""
    verdicts = [
        (entry.last_modified, parsed.config, entry.key, entry)
        for entry in store.list(f"{keys.STATE}drops/{drop}/")
        if (parsed := parse_verdict(entry.key))
    ]
    return _read_verdict(store, max(verdicts)[3]) if verdicts else None


def write_verdict(store: Store, verdict: Verdict) -> Verdict:
    """Write a verdict and return the one that stands: who came first is right, unless what he wrote is spoilt."""
    key = keys.verdict(verdict.drop, verdict.snapshot, verdict.config)
    if store.create(key, verdict):
        return verdict
    standing = _get_verdict(store, key)
    if standing is None and key not in store.unreadable:
        raise StateError(f"{key} is gone")
    if standing is None:
        store.put(key, verdict)
    return standing or verdict


def write_bundle(store: Store, facts: BundleFacts) -> None:
    """Write the facts of an accepted bundle; over spoilt ones, but not over those of another bundle."""
    key = keys.bundle(facts.fingerprint)
    if store.create(key, facts):
        return
    known = read_bundle(store, facts.fingerprint)
    if known is None:
        store.put(key, facts)
    elif known.fingerprint != facts.fingerprint:
        raise UnreadableError(key, f"the facts of another bundle, {known.fingerprint}, stand there")


def read_bundle(store: Store, fingerprint: str) -> BundleFacts | None:
    """Read a bundle's facts by its fingerprint, or by the 16 hex digits of its name in CAS."""
    return store.get(*_bundle(fingerprint))


def recall_bundle(store: Store, fingerprint: str) -> BundleFacts | None:
    """Read a bundle's facts as above, once in an instance's life.

    They follow from the certificate alone and are never deleted: only who mends what somebody spoilt reads them again.
    """
    return store.get_lasting(*_bundle(fingerprint))


def _bundle(fingerprint: str) -> tuple[str, type[BundleFacts], Callable[[BundleFacts], bool]]:
    key = keys.bundle(fingerprint)
    return key, BundleFacts, lambda facts: keys.bundle(facts.fingerprint) == key


def judged_snapshots(store: Store) -> set[tuple[str, str, int]]:
    """List every (drop, snapshot, config number) that has a verdict."""
    parsed = (parse_verdict(entry.key) for entry in store.list(f"{keys.STATE}drops/"))
    return {(one.drop, one.snapshot, one.config) for one in parsed if one}


def drops_of(entries: Sequence[keys.Entry]) -> dict[str, list[keys.Entry]]:
    """Sort the objects below certs/ into drops; only those that are read."""
    drops: dict[str, list[keys.Entry]] = {}
    for entry in entries:
        if keys.is_read(entry.key):
            drops.setdefault(entry.key.split("/")[1], []).append(entry)
    return drops
