"""Delete certificates of ours that are of no more use: found unused, retired, and ten minutes later deleted.

Hourly, and sooner while something is on its way. What listeners show is asked anew before anything is retired and again
before it is deleted; what open work needs, or may put back, is left alone. Two pollers at once do nothing twice: marks
are created once, and what is gone is not found.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from certdrop.deployment.cleanup import CAS, Census, Kept, Marks, find_used, find_useless, is_retirable, needs_census
from certdrop.errors import CloudError
from certdrop.reconcile.census import begin_census, take_census
from certdrop.reconcile.holding import find_held
from certdrop.reconcile.house import House
from certdrop.reconcile.shelves import LEAST_SECONDS, OutOfTimeError, find_regions, find_trusted, list_shelves
from certdrop.reconcile.telling import tell
from certdrop.state.config import Config
from certdrop.state.retired import (
    forget_retired,
    forget_unused,
    mark_unused,
    read_marks,
    read_retired,
    retire,
)
from certdrop.views.notices import notice_of_removal

FIRST_MINUTE = 35  # of an hour, in which an instance begins: away from the sweep and the status page
PERIOD = timedelta(hours=1)
SETTLED = timedelta(minutes=10)  # after it, whoever chose a certificate before it was retired has acted, and it shows
FORGOTTEN_AFTER = timedelta(days=1)
CENSUS_LASTS = timedelta(minutes=15)
CALLS_AT_ONCE = 300  # of a census, in a minute
DELETED_AT_ONCE = 20  # in a minute; CLB takes 90
NOT_FOUND = ("CACertificateId.NotFound", "ServerCertificateId.NotFound", "NotFound")


@dataclass(frozen=True)
class _Run:
    """One run: what certdrop keeps, the marks, and how long what is superseded stays."""

    house: House
    now: datetime
    grace: timedelta
    kept: list[Kept]
    marks: Marks
    shelves: frozenset[str]


def clean(house: House, config: Config) -> Mapping[str, int]:
    """Do what is due of the cleaning; return how much was retired and deleted."""
    memory, now = house.memory.cleaning, house.store.now
    is_due = memory.due <= now if memory.due else now.minute == FIRST_MINUTE
    if not is_due or house.time_left() < LEAST_SECONDS:
        return {}
    memory.due = now + PERIOD  # after a trouble too
    try:
        regions = find_regions(house, config)
        kept = list_shelves(house, regions, find_trusted(config))
    except OutOfTimeError:
        return _continue(house)
    clb = {f"clb.{region}" for region in regions}
    shelves = frozenset(clb | {CAS} if config.targets.cleanup == "superseded" else clb)
    grace = timedelta(days=house.settings.cleanup_grace_days)
    run = _Run(house, now, grace, kept, read_marks(house.store), shelves)
    _tidy(run)
    if not needs_census(find_useless(kept, now, shelves=shelves), run.marks, now, grace):
        return {}
    if memory.census is None or now - memory.census.begun > CENSUS_LASTS:
        memory.census = begin_census(regions, now)
    if not take_census(house, memory.census, least_seconds=LEAST_SECONDS, calls=CALLS_AT_ONCE):
        return _continue(house)
    census, memory.census = memory.census, None
    return _go_on(run, census)


def _continue(house: House) -> Mapping[str, int]:
    """Go on in the next minute."""
    house.memory.cleaning.due = house.store.now
    return {"cleaning": 1}


def _tidy(run: _Run) -> None:
    """Take away the marks of what is gone; that a certificate was deleted is told by then, if nobody could before."""
    store, slips = run.house.store, {one.slip for one in run.kept}
    for slip in sorted(run.marks.unused.keys() - slips):
        forget_unused(store, slip)
    for slip, since in run.marks.retired.items():
        if slip not in slips and run.now - since >= FORGOTTEN_AFTER:
            mark = read_retired(store, slip)
            if mark:
                tell(run.house, notice_of_removal(mark, run.now), again=True)
            forget_retired(store, slip)


def _go_on(run: _Run, census: Census) -> Mapping[str, int]:
    """Mark, retire and delete, now that it is known what listeners show."""
    marks, store = run.marks, run.house.store
    held = find_held(run.house)
    used = find_used(run.kept, census.used)
    useless = find_useless(run.kept, run.now, used=census.used, retired=marks.retired, shelves=run.shelves)
    for slip in sorted(marks.unused.keys() - {one.kept.slip for one in useless}):
        forget_unused(store, slip)
    retired = 0
    for one in useless:
        if is_retirable(one, marks, run.now, run.grace):
            retired += not one.kept.has_copies and not held.holds(one.kept) and retire(store, one)
        elif one.reason == "superseded" and one.kept.slip not in marks.unused:
            mark_unused(store, one)
    ready = [
        one
        for one in run.kept
        if one.slip not in used
        and one.slip in marks.retired
        and census.begun - marks.retired[one.slip] >= SETTLED
        and not one.has_copies
        and one.certificate_id not in held.certificates
    ]
    deleted = sum(_delete(run, one) for one in ready[:DELETED_AT_ONCE])
    _come_again(run, sooner=len(ready) > DELETED_AT_ONCE, retired=retired)
    return {"certificates_retired": retired, "certificates_deleted": deleted}


def _delete(run: _Run, one: Kept) -> bool:
    """Delete a retired certificate and tell it; one that is refused stays retired, and is tried again."""
    house = run.house
    if house.time_left() < LEAST_SECONDS:
        return False
    mark = read_retired(house.store, one.slip)
    if mark is None:
        return False
    try:
        if one.shelf == CAS:
            house.cloud.cas.delete_user_certificate(int(one.handle))
        else:
            clb = house.cloud.clb(one.shelf.partition(".")[2])
            (clb.delete_ca_certificate if one.facts.kind == "ca" else clb.delete_server_certificate)(one.handle)
    except CloudError as error:
        if error.code not in NOT_FOUND:
            fields = {"shelf": one.shelf, "certificate": one.name, "code": error.code, "call_id": error.request_id}
            house.log.warning("certificate-not-deleted", reason=error.message, **fields)
            return False
    tell(house, notice_of_removal(mark, run.now))
    return True


def _come_again(run: _Run, *, sooner: bool, retired: int) -> None:
    """Come again when the next step of something is due, but within an hour."""
    moments = [run.now + PERIOD]
    moments += [run.now] if sooner else []
    moments += [run.now + SETTLED + timedelta(minutes=1)] if retired else []
    moments += [since + run.grace for since in run.marks.unused.values() if since + run.grace > run.now]
    run.house.memory.cleaning.due = min(moments)
