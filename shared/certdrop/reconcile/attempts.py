"""Attempts at judging a snapshot: written before its files are read, ended after every orderly end."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from certdrop.bundle.findings import Finding
from certdrop.deployment.work import STALL_DOUBLINGS
from certdrop.errors import Fate, StateError
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.snapshots import Snapshot
from certdrop.reconcile.telling import tell
from certdrop.reconcile.troubles import Trouble, refuse_snapshot, trouble_of
from certdrop.reconcile.verdicts import give_verdict
from certdrop.state import keys
from certdrop.state.config import Config
from certdrop.state.drops import (
    Attempt,
    AttemptEnd,
    Attempts,
    Verdict,
    begin_attempt,
    read_last_attempt_end,
    read_verdict,
)
from certdrop.views.notices import notice_of_attempt
from certdrop.views.reports import write_report


@dataclass
class Attempting:
    """An attempt under way; *outcome* is set when there is nothing to attempt."""

    outcome: Outcome | None = None


@contextmanager
def attempting(house: House, snapshot: Snapshot, config: Config, attempts: Attempts) -> Iterator[Attempting]:
    """Make an attempt of what happens inside, after former *attempts*, unless the snapshot is poison or not due yet."""
    last = read_last_attempt_end(house.store, snapshot.drop, snapshot.id, attempts)
    outcome = _refuse_poison(house, snapshot, config, attempts) or _leave_until_due(house, last)
    number = attempts.next_number
    key = keys.attempt_end(snapshot.drop, snapshot.id, number)
    outcome = outcome or _begin(house, snapshot, number, key)
    if outcome:
        yield Attempting(outcome)
        return
    try:
        yield Attempting()
    except StateError as error:
        _end_unreached(house, key, error)
        raise
    except Exception as error:
        end = _end_with(error, house.store.now, last.stalls if last else 0)
        if end.next_look and end.stalls == 1:
            tell(house, notice_of_attempt(snapshot.drop, snapshot.id, end, house.store.now))
        house.store.create(key, end)
        if end.next_look:
            _report_stall(house, snapshot, config, end)
        raise
    house.store.create(key, AttemptEnd())


def _begin(house: House, snapshot: Snapshot, number: int, key: str) -> Outcome | None:
    attempt = Attempt(request_id=snapshot.correlation_id, nonce=house.ids.new())
    try:
        begun = begin_attempt(house.store, snapshot.drop, snapshot.id, number, attempt)
    except StateError as error:  # it may have been written all the same
        _end_unreached(house, key, error)
        raise
    return None if begun else Outcome("left", {"reason": "another attempt began at the same moment"})


def _end_unreached(house: House, key: str, error: StateError) -> None:
    """End an attempt that did not reach state/ in order: three of these are no poison."""
    with suppress(StateError):
        house.store.create(key, AttemptEnd(fate=Fate.WAIT, code="state-unreachable", message=str(error)))


def _end_with(error: Exception, now: datetime, stalls: int) -> AttemptEnd:
    trouble = trouble_of(error)
    is_stall = trouble.fate is not Fate.WAIT
    return AttemptEnd(
        fate=trouble.fate,
        code=trouble.code,
        message=trouble.message,
        remedy=trouble.remedy,
        request_id=trouble.request_id,
        stalls=stalls + is_stall,
        next_look=now + timedelta(minutes=2 ** min(stalls + 1, STALL_DOUBLINGS)) if is_stall else None,
    )


def _report_stall(house: House, snapshot: Snapshot, config: Config, end: AttemptEnd) -> None:
    """Tell, in the drop's report, why it could not be judged and when that is tried again."""
    if read_verdict(house.store, snapshot.drop, snapshot.id, config.number):
        return
    unjudged = Verdict(
        drop=snapshot.drop,
        snapshot=snapshot.id,
        config=config.number,
        verdict="waiting",
        ignored=snapshot.ignored,
        correlation_id=snapshot.correlation_id,
    )
    write_report(house.store, unjudged, "stalled", end)


def _leave_until_due(house: House, last: AttemptEnd | None) -> Outcome | None:
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
    refuse_snapshot(house, snapshot.id, config.number, Trouble(finding.code, finding.message, finding.fix))
    standing = give_verdict(house, verdict)
    return Outcome(standing.verdict, {"findings": [one.code for one in standing.findings]})
