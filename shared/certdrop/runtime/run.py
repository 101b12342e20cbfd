"""What every handler does: unwrap the trigger, treat each item by itself, one complete log line an item."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from structlog.contextvars import bound_contextvars, clear_contextvars

from certdrop.errors import CertdropError, EventError, SettingsError, StateError, UnfinishedError
from certdrop.reconcile.house import House, Outcome, Tick
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.context import FcContext, timeout_of
from certdrop.runtime.events import Item, NotOurs, parse_event
from certdrop.runtime.letters import bury
from certdrop.runtime.logging import make_log
from certdrop.runtime.wiring import Wiring, default_wiring

Look = Callable[[Any, House], Outcome]
LEAST_SECONDS = 20.0  # no item is begun with less time left: a look may meet a slow cloud, and always writes its end

TROUBLES = ("unreadable", "left-out", "state-unreachable", "unrecorded")  # results that somebody should read


@dataclass
class Batch:
    """How the items of one invocation went."""

    results: Counter[str] = field(default_factory=Counter)
    state_error: StateError | SettingsError | None = None
    left_out: int = 0


def run(event: bytes, context: FcContext, look: Look, wiring: Wiring | None = None) -> dict[str, Any]:
    """Treat each item of a trigger's event with *look*; return how many came to what.

    Raises StateError (SettingsError for an unfit bucket) when state/ could not be reached, after the other items, and
    UnfinishedError when requests were left out for lack of time: both ask the trigger to deliver the event again, which
    is harmless.
    """
    wiring = wiring or default_wiring()
    clear_contextvars()
    with bound_contextvars(request_id=context.request_id, function=context.function.name):
        house = _build_house(context, wiring)
        batch = Batch()
        for item in _merge(parse_event(event)):
            _treat(item, look, house, batch)
        if batch.state_error:
            raise batch.state_error
        if batch.left_out:
            noun = "request" if batch.left_out == 1 else "requests"
            raise UnfinishedError(f"{batch.left_out} {noun} left out for lack of time")
        return {"request_id": context.request_id, "results": dict(batch.results)}


def _build_house(context: FcContext, wiring: Wiring) -> House:
    try:
        _check_timeout(timeout_of(context))
        return wiring.house(context, context.function.name)
    except SettingsError as error:
        make_log(wiring.clock).warning("settings", problems=error.problems)
        raise


def _check_timeout(seconds: int) -> None:
    if seconds < LEAST_SECONDS:
        raise SettingsError([f"the function's timeout is {seconds} s: at least {LEAST_SECONDS:.0f} s are needed"])


def _merge(items: list[Item]) -> list[Item]:
    """Merge requests to look at the same thing: one look answers all of them, at the lowest of their hops."""
    merged: dict[object, Item] = {}
    for item in items:
        request = item.content
        key = request.reconcile if isinstance(request, ReconcileRequest) else len(merged)
        known = merged.get(key)
        if known is None or (isinstance(request, ReconcileRequest) and request.hops < _hops_of(known)):
            merged[key] = item
    return list(merged.values())


def _hops_of(item: Item) -> int:
    return item.content.hops if isinstance(item.content, ReconcileRequest) else 0


def _treat(item: Item, look: Look, house: House, batch: Batch) -> None:
    """Treat one item and log its line, whatever comes of it."""
    request = item.content if isinstance(item.content, ReconcileRequest) else None
    about = {"reconcile": request.reconcile, "hops": request.hops} if request else {}
    with bound_contextvars(item=item.id, correlation_id=request.correlation_id if request else "", **about):
        started = house.clock.monotonic()
        outcome = _look_at(item, look, house, batch)
        _tell_spoilt(house, batch)
        milliseconds = round((house.clock.monotonic() - started) * 1000)
        batch.results[outcome.result] += 1
        write = house.log.warning if outcome.result in TROUBLES else house.log.info
        write("item", **{"result": outcome.result, "duration_ms": milliseconds, **outcome.fields})


def _tell_spoilt(house: House, batch: Batch) -> None:
    """Tell of spoilt documents that the look met, whatever it came to."""
    if not house.store.unreadable:
        return
    from certdrop.reconcile.mending import tell_spoilt

    try:
        tell_spoilt(house)
    except StateError as error:
        batch.state_error = batch.state_error or error


def _look_at(item: Item, look: Look, house: House, batch: Batch) -> Outcome:
    work = item.content
    if isinstance(work, NotOurs):
        return Outcome("not-ours", {"reason": work.reason})
    if isinstance(work, EventError):
        return bury(house, item, work)
    if house.time_left() < LEAST_SECONDS:
        batch.left_out += isinstance(work, ReconcileRequest)  # the timer's next minute comes by itself
        return Outcome("left-out", {"time_left": round(house.time_left(), 1)})
    try:
        return look(work, house)
    except (StateError, SettingsError) as error:
        batch.state_error = batch.state_error or error
        return Outcome("state-unreachable", {"reason": str(error)})
    except Exception as error:  # noqa: BLE001 one bad item never holds up its batch
        return _record(work, house, error, batch)


def _record(work: ReconcileRequest | Tick, house: House, error: Exception, batch: Batch) -> Outcome:
    """Write down an item's trouble; what has no class is logged with its trace."""
    from certdrop.reconcile.troubles import record_trouble

    if not isinstance(error, CertdropError):
        house.log.warning("unclassified", exc_info=error)
    try:
        return record_trouble(work, house, error)
    except StateError as state_error:
        batch.state_error = batch.state_error or state_error
        return Outcome("state-unreachable", {"reason": str(state_error), "trouble": str(error)})
    except Exception as second:  # a trouble that cannot be written down must not hold up the batch
        house.log.warning("unrecorded", exc_info=second)
        return Outcome("unrecorded", {"trouble": type(error).__name__})
