"""Look at a listener: read, observe, decide, and make the one next step if it is ours (the protocol's rule 3)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from certdrop.deployment.client_ca import is_authority
from certdrop.deployment.decide import decide
from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Decision, LastOperation, Operation, StepKind
from certdrop.deployment.places import Listener
from certdrop.deployment.work import Before, SeenWork, find_taking_part
from certdrop.reconcile import pacing
from certdrop.reconcile.asking import with_shown_facts
from certdrop.reconcile.clb_certificates import import_to_clb
from certdrop.reconcile.ending import close_left_overs
from certdrop.reconcile.handshakes import with_handshakes
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.observing import observe
from certdrop.reconcile.operations import make_call
from certdrop.reconcile.owners import JOB_STATUS_POLLER, owner_of
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.scenes import Scene
from certdrop.reconcile.settings_drift import with_changes
from certdrop.reconcile.settling import settle
from certdrop.reconcile.staging import find_begun
from certdrop.reconcile.usage import with_usage
from certdrop.state.listeners import (
    begin_operation,
    end_operation,
    is_in_flight,
    is_newest,
    read_last_operation,
    read_open_work,
    settle_unknown,
)
from certdrop.state.retired import list_retired

CHOOSING = frozenset(  # steps that put a certificate, or import one from where another lies
    {
        StepKind.ASSOCIATE,
        StepKind.CREATE_LISTENER,
        StepKind.IMPORT_TO_CLB,
        StepKind.REPLACE_DEFAULT,
        StepKind.SET_CLIENT_CA,
        StepKind.SET_EXTENSION,
    }
)


def look_at_listener(request: ReconcileRequest, house: House) -> Outcome:
    """Look at one listener; make the step that is ours, ask the owner of one that is not."""
    listener, store = request.listener, house.store
    if listener is None:
        return Outcome("not-ours", {"reason": "the request names no listener"})
    last = read_last_operation(store, listener)
    if is_in_flight(last, store.now):
        pacing.look_later(house, request)
        return Outcome("left", {"reason": "an operation is under way"})
    if last is not None and last.end is None:
        last = settle_unknown(store, listener, last)
    works = find_begun(house, read_open_work(store, listener))
    if not find_taking_part(works, store.now):
        return Outcome("stalled" if works else "nothing-open")
    decision, seen = _decide(house, listener, works, last)
    if (decision.ends or decision.doubts) and not is_newest(store, listener, last):
        pacing.look_later(house, request)
        return Outcome("left", {"reason": "an operation was begun meanwhile"})
    settle(house, works, last, seen, decision)
    return _act(request, house, listener, last, seen, decision)


def _decide(
    house: House, listener: Listener, works: list[SeenWork], last: LastOperation | None
) -> tuple[Decision, Observation]:
    now = house.store.now
    concerned = _concerned(works, now)
    seen = _see(house, listener, concerned, last)
    decision = decide(works, last, seen, now)
    retired = list_retired(house.store) if decision.step.kind in CHOOSING else frozenset()
    if retired and (decision.step.kind is StepKind.IMPORT_TO_CLB or retired.intersection(seen.certificates.values())):
        seen = _see(house, listener, concerned, last, retired)
        decision = decide(works, last, seen, now)
    if decision.unproved and house.function == JOB_STATUS_POLLER:
        seen = with_handshakes(house, listener, decision.unproved, seen)
        decision = decide(works, last, seen, now)
    if decision.step.kind is StepKind.ASSOCIATE and house.function == owner_of(decision.step):
        seen = with_usage(house, listener, decision.step.works[0].work.region, seen)
        decision = decide(works, last, seen, now)
    return decision, seen


def _see(
    house: House,
    listener: Listener,
    works: Sequence[SeenWork],
    last: LastOperation | None,
    retired: Collection[str] = (),
) -> Observation:
    """Observe a listener, and ask for what only a handshake or the targets in force tell, where *works* need that."""
    seen = with_shown_facts(house, listener, works, observe(house, listener, works, last, retired))
    return with_changes(house, listener, works, seen)


def _concerned(works: list[SeenWork], now: datetime) -> list[SeenWork]:
    """Return the works whose bundles are looked up: those that take part, and the client CAs that they ask for."""
    taking = find_taking_part(works, now)
    asked = any(work.work.client_ca for work in taking)
    return [work for work in works if work in taking or (asked and is_authority(work))]


def _act(
    request: ReconcileRequest,
    house: House,
    listener: Listener,
    last: LastOperation | None,
    seen: Observation,
    decision: Decision,
) -> Outcome:
    step = decision.step
    said = {"step": step.kind.value, "ended": len(decision.ends), "stalled": len(decision.stalls)}
    owner = owner_of(step)
    if step.kind is StepKind.WAIT:
        pacing.look_later(house, request, step.seconds)
        return Outcome("waiting", {**said, "reason": step.reason})
    if step.kind is StepKind.IMPORT:
        for drop in sorted({work.work.drop for work in step.works}):
            pacing.pass_on(house, str(owner), request.model_copy(update={"reconcile": f"drop/{drop}"}))
        return Outcome("asked", {**said, "owner": owner})
    if owner is None or step.kind is StepKind.VERIFY:
        return Outcome("looked", said)
    if owner != house.function:
        pacing.pass_on(house, owner, request)
        return Outcome("asked", {**said, "owner": owner})
    return _operate(request, house, Scene(house, listener, seen, step), last, decision, said)


def _operate(
    request: ReconcileRequest,
    house: House,
    scene: Scene,
    last: LastOperation | None,
    decision: Decision,
    said: Mapping[str, object],
) -> Outcome:
    """Create operation n+1, make its one call, write its end; not for causes that have ended."""
    step, listener = scene.step, scene.listener
    if len(close_left_overs(house, step.works)) < len(step.works):
        pacing.look_again(house, request)
        return Outcome("left", {**said, "reason": "a cause of this work has ended"})
    if step.kind is StepKind.IMPORT_TO_CLB:
        return import_to_clb(request, house, step, scene.seen.retired)
    operation = Operation(
        number=(last.operation.number if last else 0) + 1,
        step=step.kind,
        deployments=step.deployments,
        certificates=step.certificates,
        before=scene.seen.listener.before() if scene.seen.listener else Before(),
        failures=decision.failures,
        waiting_since=decision.waiting_since,
        domain=step.domain,
        client_ca=step.client_ca,
        unstarted=decision.unstarted,
        notes=decision.notes,
        nonce=house.ids.new(),
        function=house.function,
        correlation_ids=tuple(dict.fromkeys(work.work.correlation_id for work in step.works)),
    )
    if not begin_operation(house.store, listener, operation):
        pacing.look_later(house, request)
        return Outcome("left", {**said, "reason": "someone was faster"})
    end = make_call(scene, operation)
    end_operation(house.store, listener, operation, end)
    pacing.look_again(house, request, end)
    return Outcome("operated", {**said, "operation": operation.number, "code": end.code, "call_id": end.request_id})
