"""What becomes of a trouble that met a look: written down where people and the next look find it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from certdrop.cloud.catalogue import fate_of, find_entry
from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import SeenWork, end_of
from certdrop.errors import CloudError, Fate
from certdrop.reconcile import pacing
from certdrop.reconcile.house import House, Outcome, Tick
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.state.listeners import read_open_work, write_end, write_stall
from certdrop.views.notices import tell_end, tell_stall
from certdrop.views.reports import render_report


@dataclass(frozen=True)
class Trouble:
    """Why something does not get on."""

    code: str
    message: str = ""
    remedy: str = ""
    request_id: str = ""
    fate: Fate = Fate.STALL


def trouble_of(error: Exception) -> Trouble:
    """Classify an exception: the cloud's by the catalogue, everything else as `internal`."""
    if isinstance(error, CloudError):
        remedy = find_entry(error.code).remedy
        return Trouble(error.code, error.message, remedy, error.request_id, fate_of(error))
    return Trouble("internal", type(error).__name__, "read the function's log by its request id, and report the defect")


def record_trouble(item: ReconcileRequest | Tick, house: House, error: Exception) -> Outcome:
    """Write down the trouble that a look at *item* ended with: wait, or stall the open work of its listener."""
    trouble = trouble_of(error)
    said = {"code": trouble.code, "message": trouble.message, "call_id": trouble.request_id}
    if isinstance(item, Tick):
        return Outcome("failed", said)
    if trouble.fate is Fate.WAIT:
        pacing.look_later(house, item)
        return Outcome("waiting", said)
    if item.listener is not None:
        stall_works(house, [item.listener], trouble)
    return Outcome("stalled", said)


def stall_works(house: House, listeners: Iterable[object], trouble: Trouble, fingerprint: str | None = None) -> None:
    """Stall the open work of *listeners* that is due (only that of one bundle, when it is named)."""

    def stall(work: SeenWork) -> None:
        record = StallOf(work, trouble.code, trouble.message, trouble.remedy, trouble.request_id)
        tell_stall(house.log, record, write_stall(house.store, record).times)

    _settle(house, listeners, fingerprint, stall)


def refuse_works(house: House, listeners: Iterable[object], trouble: Trouble, fingerprint: str) -> None:
    """End the open work of one bundle at *listeners* as refused."""

    def refuse(work: SeenWork) -> None:
        end = end_of(work, "refused", trouble.code, trouble.message, trouble.remedy)
        if write_end(house.store, end.model_copy(update={"request_id": trouble.request_id}), work):
            tell_end(house.log, end)

    _settle(house, listeners, fingerprint, refuse)


def _settle(
    house: House, listeners: Iterable[object], fingerprint: str | None, settle: Callable[[SeenWork], None]
) -> None:
    for listener in listeners:
        works = [
            work
            for work in read_open_work(house.store, listener)
            if work.takes_part(house.store.now) and fingerprint in (None, work.facts.fingerprint)
        ]
        for work in works:
            settle(work)
        for drop in {work.work.drop: work for work in works}.values():
            render_report(house.store, drop.work.drop, drop.work.snapshot, drop.work.config)
