"""Attempts at judging a snapshot: written before its files are read, ended after every orderly end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from certdrop.bundle.findings import Finding
from certdrop.cloud.catalogue import fate_of, find_entry
from certdrop.deployment.work import STALL_DOUBLINGS
from certdrop.errors import CloudError, Fate, StateError
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.snapshots import Snapshot
from certdrop.state import keys
from certdrop.state.config import Config
from certdrop.state.drops import (
    Attempt,
    AttemptEnd,
    Attempts,
    Verdict,
    read_attempts,
    read_last_attempt_end,
    write_verdict,
)
from certdrop.views.reports import write_report


@dataclass
class Attempting:
    """An attempt under way; *outcome* is set when there is nothing to attempt."""

    outcome: Outcome | None = None


@contextmanager
def attempting(house: House, snapshot: Snapshot, config: Config) -> Iterator[Attempting]:
    """Make an attempt of what happens inside, unless the snapshot is poison or not due yet."""
    attempts = read_attempts(house.store, snapshot.drop, snapshot.id)
    outcome = _refuse_poison(house, snapshot, config, attempts) or _leave_until_due(house, snapshot, attempts)
    number = attempts.next_number
    attempt = Attempt(request_id=snapshot.correlation_id)
    if outcome is None and not house.store.create(keys.attempt(snapshot.drop, snapshot.id, number), attempt):
        outcome = Outcome("left", {"reason": "another attempt began at the same moment"})
    if outcome:
        yield Attempting(outcome)
        return
    key = keys.attempt_end(snapshot.drop, snapshot.id, number)
    try:
        yield Attempting()
    except StateError:
        raise
    except Exception as error:
        house.store.create(key, _end_with(error, house.store.now, len(attempts.ended) + 1))
        raise
    house.store.create(key, AttemptEnd())


def _end_with(error: Exception, now: datetime, times: int) -> AttemptEnd:
    next_look = now + timedelta(minutes=2 ** min(times, STALL_DOUBLINGS))
    if not isinstance(error, CloudError):
        return AttemptEnd(fate=Fate.STALL, code="internal", message=type(error).__name__, next_look=next_look)
    fate = fate_of(error)
    return AttemptEnd(
        fate=fate,
        code=error.code,
        message=error.message,
        remedy=find_entry(error.code).remedy,
        request_id=error.request_id,
        next_look=None if fate is Fate.WAIT else next_look,
    )


def _leave_until_due(house: House, snapshot: Snapshot, attempts: Attempts) -> Outcome | None:
    last = read_last_attempt_end(house.store, snapshot.drop, snapshot.id, attempts)
    if last is None or last.next_look is None or last.next_look <= house.store.now:
        return None
    return Outcome("stalled", {"code": last.code, "next_look": last.next_look.isoformat()})


def _refuse_poison(house: House, snapshot: Snapshot, config: Config, attempts: Attempts) -> Outcome | None:
    if not attempts.is_poison(house.store.now):
        return None
    finding = Finding(
        code="poison",
        severity="error",
        subject=snapshot.drop,
        message="reading this drop ended the function three times without a word (out of memory or of time)",
        fix="look at the files; drop the certificate again as plain PEM files",
    )
    verdict = Verdict(
        drop=snapshot.drop,
        snapshot=snapshot.id,
        config=config.number,
        verdict="refused",
        findings=(finding,),
        ignored=snapshot.ignored,
        correlation_id=snapshot.correlation_id,
    )
    write_report(house.store, verdict)
    write_verdict(house.store, verdict)
    return Outcome("refused", {"findings": ["poison"]})
