"""A listener's operation log and its open work."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from certdrop.deployment.operations import UNKNOWN, LastOperation, Operation, OperationEnd, StallOf, StepKind
from certdrop.deployment.places import Slot
from certdrop.deployment.work import STALL_DOUBLINGS, Before, Disproved, End, OpenWork, SeenWork, Stall, Stalled
from certdrop.errors import StateError
from certdrop.state import keys
from certdrop.state.opened import mark_of, sort_keys
from certdrop.state.parsed_keys import NumberedKey, parse_operation
from certdrop.state.store import Entry, Read, Store

IN_FLIGHT = timedelta(seconds=90)  # a function times out after 60
_LASTING = ("served", "disproved")  # ends that a change of the targets alone does not undo


def read_last_operation(store: Store, listener: object) -> LastOperation | None:
    """Read the newest entry of a listener's log and its end: one LIST, at most two GETs."""
    entries = _list_log(store, listener, limit=2)
    if entries is None:
        entries = _list_log(store, listener) or {}
    if not entries:
        return None
    number = max(entries).number
    begun, ended = (entries.get(NumberedKey(number, is_end=is_end)) for is_end in (False, True))
    found = _read_operation(store, begun, number) if begun else None
    if begun is None or (found is None and begun.key not in store.unreadable):
        raise StateError(f"operation {number} of {listener} is gone")
    operation = found.document if found else _stand_in(store, listener, number)
    last = LastOperation(operation, found.written if found else begun.last_modified)
    end = store.read(ended, OperationEnd) if ended else None
    if ended and ended.key in store.unreadable:
        spoilt = OperationEnd(code=UNKNOWN, message="its end is spoilt")
        return replace(last, end=spoilt, ended=ended.last_modified)
    return replace(last, end=end.document, ended=end.written) if end else last


def _list_log(store: Store, listener: object, limit: int | None = None) -> dict[NumberedKey, Entry] | None:
    """List a log, the newest first; with a *limit* None when a stranger's key is among what was listed."""
    prefix = keys.log(listener)
    entries = store.list(prefix, limit=limit)
    found = {parsed: entry for entry in entries if (parsed := parse_operation(entry.key.removeprefix(prefix)))}
    return found if limit is None or len(found) == len(entries) else None


def _read_operation(store: Store, entry: str | Entry, number: int) -> Read[Operation] | None:
    return store.read(entry, Operation, lambda one: one.number == number)


def _stand_in(store: Store, listener: object, number: int) -> Operation:
    """Stand in for the spoilt operation *number*: it concerned nobody, and carries on what the one before it knew.

    It may have been the one that created the listener: then nothing has started it since.
    """
    entries = _list_log(store, listener) or {}
    older = [(entry, one.number) for one, entry in entries.items() if not one.is_end and one.number != number]
    before = next((found.document for one in older if (found := _read_operation(store, *one))), None)
    return Operation(
        number=number,
        step=StepKind.WAIT,
        deployments=(),
        certificates=(),
        before=Before(),
        failures=before.failures if before else {},
        waiting_since=before.waiting_since if before else None,
        unstarted=before is None or before.unstarted or before.step is StepKind.CREATE_LISTENER,
        notes=before.notes if before else {},
        nonce="",
        function="",
    )


def is_in_flight(last: LastOperation | None, now: datetime) -> bool:
    """Tell whether somebody may still be at the last operation."""
    return last is not None and last.end is None and now - last.begun < IN_FLIGHT


def settle_unknown(store: Store, listener: object, last: LastOperation) -> LastOperation:
    """Write the end `unknown` of an operation that nobody ended: the observation tells what came of it."""
    key = keys.operation_end(listener, last.operation.number)
    store.create(key, OperationEnd(code=UNKNOWN, message="no answer was recorded"))
    end = store.read(key, OperationEnd)
    if end is None:
        raise StateError(f"the end of operation {last.operation.number} of {listener} is gone")
    return LastOperation(last.operation, last.begun, end.document, end.written)


def find_operations_of(store: Store, listener: object, deployment: str, slot: Slot) -> Iterator[Operation]:
    """Read back through the log to the operations that put *deployment* into *slot*, the newest first."""
    for one, entry in (_list_log(store, listener) or {}).items():
        found = None if one.is_end else _read_operation(store, entry, one.number)
        if found and found.document.puts(deployment, slot):
            yield found.document


def is_newest(store: Store, listener: object, last: LastOperation | None) -> bool:
    """Tell whether no operation was begun since *last* was read: one LIST of one key."""
    entries = _list_log(store, listener, limit=1)
    if entries is None:
        entries = _list_log(store, listener) or {}
    return max((one.number for one in entries), default=0) == (last.operation.number if last else 0)


def begin_operation(store: Store, listener: object, operation: Operation) -> bool:
    """Create entry n+1; False when someone was faster. Our own entry, its answer lost, counts as created."""
    key = keys.operation(listener, operation.number)
    if store.create(key, operation):
        return True
    found = _read_operation(store, key, operation.number)
    return found is not None and found.document.nonce == operation.nonce


def end_operation(store: Store, listener: object, operation: Operation, end: OperationEnd) -> None:
    """Write what came of an operation; who came first is right."""
    store.create(keys.operation_end(listener, operation.number), end)


def read_open_work(store: Store, listener: object, *, tidy: bool = True) -> list[SeenWork]:
    """Read a listener's open work: one LIST, one GET for each (and one for each mark of a handshake).

    Marks and stalls of work that is no longer open are left-overs, and are deleted, unless the reader does not *tidy*.
    """
    found = sort_keys(store.list(keys.open_listener(listener)))
    for key in found.left_over() if tidy else ():
        store.delete(key)
    seen = []
    for work in found.works:
        read = store.read(work, OpenWork, partial(_belongs, work.key))
        if read is not None:
            mark_key = mark_of(work.key)
            mark = store.get(found.disproved[mark_key], Disproved) if mark_key in found.disproved else None
            if tidy and mark_key in store.unreadable:  # the handshake will tell again
                store.delete(mark_key)
            stalled = found.stalled.get(read.document.deployment)
            seen.append(SeenWork(read.document, work.last_modified, stalled, mark))
    return seen


def _belongs(key: str, work: OpenWork) -> bool:
    return keys.open_work(work.place.listener, work.deployment, work.cause) == key


def open_work(store: Store, work: OpenWork) -> bool:
    """Open work, unless its cause has ended, or only the targets changed under what was served or disproved.

    Targets that ask for another client CA do open it again.
    """
    entries = store.list(keys.ends(work.deployment))
    if any(entry.key == keys.end(work.deployment, work.cause) for entry in entries):
        return False
    same_snapshot = keys.ends(work.deployment) + work.cause.partition("-")[0] + "-"
    if any(entry.key.startswith(same_snapshot) for entry in entries):
        latest = store.get(max(entries, key=lambda entry: entry.last_modified), End)
        if latest and latest.end in _LASTING and latest.client_ca == work.client_ca:
            return False
    return store.create(keys.open_work(work.place.listener, work.deployment, work.cause), work)


def has_ended(store: Store, work: OpenWork) -> bool:
    """Tell whether the cause of open work has ended: then its key is a left-over."""
    return store.head(keys.end(work.deployment, work.cause)) is not None


def read_latest_end(store: Store, deployment: str) -> End | None:
    """Read how a deployment stands: its latest end."""
    entries = store.list(keys.ends(deployment))
    return store.get(max(entries, key=lambda entry: entry.last_modified), End) if entries else None


def record_end(store: Store, end: End) -> bool:
    """Write the end of one cause; False when it had ended before."""
    return store.create(keys.end(end.deployment, end.cause), end)


def read_end(store: Store, deployment: str, cause: str) -> End | None:
    """Read how one cause of a deployment ended."""
    return store.get(keys.end(deployment, cause), End)


def close_work(store: Store, seen: SeenWork) -> None:
    """Delete exactly the open key of a cause whose end is written, then its mark."""
    work = seen.work
    store.delete(keys.open_work(work.place.listener, work.deployment, work.cause))
    if seen.disproved:
        store.delete(keys.disproved(work.place.listener, work.deployment, work.cause))


def delete_stalls(store: Store, seen: SeenWork) -> None:
    """Delete the stalls of a deployment of which nothing is open any more."""
    for times in range(1, (seen.stalled.times if seen.stalled else 0) + 1):
        store.delete(keys.stalled(seen.work.place.listener, seen.deployment, times))


def count_stalls(store: Store, seen: SeenWork) -> int:
    """Count how often open work has stalled, beyond the numbers that keys take."""
    if seen.stalled is None:
        return 0
    stall = store.get(keys.stalled(seen.work.place.listener, seen.deployment, seen.stalled.times), Stall)
    return stall.count if stall else seen.stalled.times


def write_stall(store: Store, stall: StallOf) -> Stalled:
    """Record that open work stalls once more; from the sixth time on, over the last record."""
    work = stall.work
    times = min((work.stalled.times if work.stalled else 0) + 1, STALL_DOUBLINGS)
    document = Stall(
        count=count_stalls(store, work) + 1,
        code=stall.code,
        message=stall.message,
        remedy=stall.remedy,
        request_id=stall.request_id,
        correlation_id=work.work.correlation_id,
    )
    store.put(keys.stalled(work.work.place.listener, work.deployment, times), document)
    return Stalled(times, store.now)


def write_disproved(store: Store, seen: SeenWork, mark: Disproved) -> None:
    """Mark open work as disproved by a handshake."""
    store.create(keys.disproved(seen.work.place.listener, seen.deployment, seen.work.cause), mark)
