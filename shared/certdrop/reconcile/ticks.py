"""The poller's minute: targets that changed, listeners with open work, and the sweep that finds lost events again."""

from datetime import datetime, timedelta

from certdrop.cloud.oss_wire import OssEntry
from certdrop.deployment.places import Listener
from certdrop.errors import StateError, TargetsError
from certdrop.reconcile import pacing
from certdrop.reconcile.chores import do_chores
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.listeners import look_at_listener
from certdrop.reconcile.mending import judge_spoilt_again, read_in_force
from certdrop.reconcile.owners import ON_CERT_UPLOADED
from certdrop.reconcile.requests import MAXIMUM_HOPS, ReconcileRequest, is_drop_name
from certdrop.reconcile.telling import deliver, tell
from certdrop.reconcile.troubles import record_trouble
from certdrop.state import keys
from certdrop.state.config import Config, write_config
from certdrop.state.drops import drops_of, judged_snapshots
from certdrop.state.opened import Opened, list_open
from certdrop.views.notices import notice_of_targets
from certdrop.views.status import render_status
from certdrop.views.targets import write_targets_report

SWEEP_MINUTES = 10
STATUS_MINUTES = 60
RESTLESS = timedelta(minutes=3)  # so long a run that has just begun may still write a report of what it saw
LEAST_SECONDS = 15.0  # no listener is begun with less time left


def tick(house: House) -> Outcome:
    """Look at every listener with open work, at changed targets, and every ten minutes at every drop."""
    opened = list_open(house.store)
    known = house.memory.config
    changed, config = _take_targets(house)
    is_fresh = config is not known
    looked, unreachable = _look_at_listeners(house, opened)
    asked = 0
    now = house.store.now
    config = judge_spoilt_again(house, config) if config else None
    if config is not None and (house.memory.swept != config.number or now.minute % SWEEP_MINUTES == 0):
        asked = _sweep(house, config if is_fresh else read_in_force(house)[0] or config)
        house.memory.swept = config.number
    done, failed = do_chores(house, config) if config is not None else ({}, None)
    if _is_restless(house, opened) or now.minute % STATUS_MINUTES == 0:
        render_status(house.store, opened.deployments, anew=now.minute % STATUS_MINUTES == 0)
    delivered = deliver(house, waiting=opened.notices)
    trouble = unreachable or failed
    if trouble:
        raise trouble
    counts = {"open_listeners": len(opened.listeners), "looked": looked, "drops_asked": asked, **done}
    return Outcome("ticked", {**counts, "targets_changed": changed, "notices_delivered": delivered})


def _is_restless(house: House, opened: Opened) -> bool:
    """Tell whether something is open or was a moment ago; an instance that knows of no moment ago thinks so."""
    memory, now = house.memory, house.store.now
    if opened.listeners or memory.restless_until is None:
        memory.restless_until = now + RESTLESS
    return now <= memory.restless_until


def _look_at_listeners(house: House, opened: Opened) -> tuple[int, StateError | None]:
    """Look at the listeners, each by itself, beginning every minute at another, so that none starves.

    Where all that is open is stalled, and none of it due, the list of this minute has told it: no look is needed.
    Returns how many, and the first StateError: one unreadable document holds up only its own listener.
    """
    looked, unreachable = 0, None
    busy = [listener for listener in opened.listeners if not opened.keys_at(listener).rests(house.store.now)]
    for listener in rotated(busy, house.store.now):
        if house.time_left() < LEAST_SECONDS:
            break
        request = ReconcileRequest(reconcile=f"listener/{listener}", hops=MAXIMUM_HOPS)
        if request.listener is None:
            continue  # clb-certificates.<region> has a log, never open work; a foreign key is left alone
        try:
            house.log.info("looking", **_look(house, request, request.listener))
        except StateError as error:
            house.log.warning("state-unreachable", listener=listener, reason=str(error))
            unreachable = unreachable or error
        looked += 1
    return looked, unreachable


def _look(house: House, request: ReconcileRequest, listener: Listener) -> dict[str, object]:
    try:
        outcome = look_at_listener(request, house)
    except StateError:
        raise
    except Exception as error:
        house.log.warning("trouble", listener=str(listener), exc_info=error)
        outcome = record_trouble(request, house, error)
    return {"listener": str(listener), "result": outcome.result, **outcome.fields}


def rotated(listeners: list[str], now: datetime) -> list[str]:
    """Begin at another listener each minute."""
    if not listeners:
        return []
    start = int(now.timestamp() // timedelta(minutes=1).total_seconds()) % len(listeners)
    return listeners[start:] + listeners[:start]


def _take_targets(house: House) -> tuple[bool, Config | None]:
    """Put config/targets.yml in force when it changed and validates; one HEAD when it did not."""
    store = house.store
    entry = store.head(keys.TARGETS)
    known = house.memory.config
    if known is not None and (entry is None or entry.etag in (known.etag, house.memory.bad_targets)):
        return False, known
    config, highest = read_in_force(house)
    is_new = entry is not None and (config is None or config.etag != entry.etag)
    written = _put_in_force(house, entry, highest, config) if entry is not None and is_new else None
    house.memory.config = written or config
    return written is not None, house.memory.config


def _put_in_force(house: House, entry: OssEntry, highest: int, config: Config | None) -> Config | None:
    from certdrop.deployment.targets_yaml import parse_targets, refuse_size

    if entry.etag == house.memory.bad_targets:
        return None
    try:
        refuse_size(entry.size)
        content = house.store.read_bytes(keys.TARGETS, entry.etag)
        if content is None:
            return None
        targets = parse_targets(content)
    except TargetsError as error:
        house.memory.bad_targets = entry.etag
        in_force = config.number if config else 0
        write_targets_report(house.store, entry.etag, in_force, error.problems)
        tell(house, notice_of_targets(entry.etag, error.problems, in_force, house.store.now))
        return None
    number = highest + 1
    written = write_config(house.store, number, entry.etag, targets)
    write_targets_report(house.store, entry.etag, number, ())
    house.log.info("targets-in-force", number=number, targets=len(targets.targets))
    return written


def _sweep(house: House, config: Config) -> int:
    """Send a request for every drop whose snapshot has no verdict under the targets in force."""
    judged = judged_snapshots(house.store)
    drops = drops_of(house.store.list(keys.CERTS))
    unjudged = [
        (drop, snapshot)
        for drop, entries in drops.items()
        if is_drop_name(drop) and (drop, snapshot := keys.snapshot_id(entries), config.number) not in judged
    ]
    for drop, snapshot in unjudged:
        request = ReconcileRequest.for_drop(drop, hops=0, correlation_id=snapshot[:12])
        pacing.ask(house, ON_CERT_UPLOADED, request)
    return len(unjudged)
