"""What becomes of a trouble that met a look: written down where people and the next look find it."""

from collections.abc import Iterable
from dataclasses import dataclass

from certdrop.cloud.catalogue import fate_of, find_entry
from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import SeenWork, end_of, find_taking_part
from certdrop.errors import CloudError, Fate, UnreadableError
from certdrop.reconcile import pacing
from certdrop.reconcile.ending import end_works, record_stalls
from certdrop.reconcile.house import House, Outcome, Tick
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.state.listeners import read_open_work
from certdrop.state.opened import list_open
from certdrop.views.notices import SPOILT, SPOILT_REMEDY


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
    if isinstance(error, UnreadableError):
        return Trouble(SPOILT, str(error), SPOILT_REMEDY)
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
    works = _due_works(house, listeners, fingerprint)
    record_stalls(
        house,
        [StallOf(work, trouble.code, trouble.message, trouble.remedy, trouble.request_id) for work in works],
    )


def refuse_works(house: House, listeners: Iterable[object], trouble: Trouble, fingerprint: str) -> None:
    """End the open work of one bundle at *listeners* as refused."""
    ended = []
    for work in _due_works(house, listeners, fingerprint):
        end = end_of(work, "refused", trouble.code, trouble.message, trouble.remedy)
        ended.append((end.model_copy(update={"request_id": trouble.request_id}), work))
    end_works(house, ended)


def refuse_snapshot(house: House, snapshot: str, config: int, trouble: Trouble) -> None:
    """End as refused what dead attempts at a snapshot left open under the targets of number *config*."""
    ended = [
        (end_of(work, "refused", trouble.code, trouble.message, trouble.remedy), work)
        for listener in list_open(house.store).listeners
        for work in read_open_work(house.store, listener)
        if (work.work.snapshot, work.work.config) == (snapshot, config)
    ]
    end_works(house, ended)


def _due_works(house: House, listeners: Iterable[object], fingerprint: str | None) -> list[SeenWork]:
    return [
        work
        for listener in listeners
        for work in find_taking_part(read_open_work(house.store, listener), house.store.now)
        if fingerprint in (None, work.facts.fingerprint)
    ]
