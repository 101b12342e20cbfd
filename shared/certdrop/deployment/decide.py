"""The one decision: what a listener needs next, and which of its open work has ended or stalls. Pure."""

from collections.abc import Sequence
from datetime import datetime

from certdrop.deployment.client_ca import TAKEN as CLIENT_CA_TAKEN
from certdrop.deployment.client_ca import Gate, find_gate, find_required, find_served, is_authority, settle_client_ca
from certdrop.deployment.deliberation import Deliberation
from certdrop.deployment.extensions import settle_extensions
from certdrop.deployment.failing import end_expired, settle_failures, weigh
from certdrop.deployment.ledger import read_ledger
from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Decision, LastOperation, Step, StepKind
from certdrop.deployment.proving import end_disproved, verify_step
from certdrop.deployment.restoring import find_restore
from certdrop.deployment.slots import Settled, settle_additional, settle_default
from certdrop.deployment.steps import (
    additional_step,
    client_ca_step,
    default_step,
    dissociate_step,
    import_step,
    settings_step,
    start_step,
)
from certdrop.deployment.work import SeenWork, find_taking_part


def decide(works: Sequence[SeenWork], last: LastOperation | None, seen: Observation, now: datetime) -> Decision:
    """Return the one next step of a listener, with the ends and stalls that show already.

    *works* is all open work of the listener, *last* its newest operation (with an end), *seen* what was observed
    after reading both. Stalled work that is not yet due takes no part.
    """
    authorities = [work for work in works if is_authority(work)]
    deployments = frozenset(work.deployment for work in works)
    deliberation = Deliberation(read_ledger(last, seen.job), seen, now, authorities, deployments)
    concerned = find_taking_part(works, now)
    healed = [work for work in find_served(authorities, seen) if concerned and work not in concerned]
    taking = settle_failures(deliberation, [*concerned, *healed])
    step = _choose(deliberation, taking) if taking else Step(StepKind.STALL if works else StepKind.DONE)
    return deliberation.conclude(weigh(deliberation, step))


def _choose(deliberation: Deliberation, works: Sequence[SeenWork]) -> Step:
    """Choose the step: what mends first, then the default slot, additional certificates, imports, proof."""
    listener = deliberation.seen.listener
    if deliberation.ledger.processing:
        return deliberation.wait(works, "the last operation's job is running")
    if listener and listener.status == "busy":
        return deliberation.wait(works, "the listener is being configured")
    if listener and not listener.https:
        return deliberation.stall(works, "listener-not-https", "the port's listener does not speak HTTPS or QUIC")
    marked = [work for work in works if work.disproved]
    unmarked = [work for work in works if not work.disproved]
    wanted = frozenset(deliberation.certificates(deliberation.imported(unmarked)))
    restore = find_restore(marked, deliberation.seen, wanted)
    if restore:
        return restore
    end_disproved(deliberation, marked)
    return _choose_for_slots(deliberation, end_expired(deliberation, unmarked))


def _choose_for_slots(deliberation: Deliberation, works: Sequence[SeenWork]) -> Step:
    default, additional, authority = _settle_slots(deliberation, works)
    needing = [*authority.needing, *default.needing, *additional.needing]
    gate = find_gate(find_required(works), deliberation.authorities, deliberation.seen)
    held = [] if gate.is_open else [*default.hand_over(), *additional.hand_over()]
    satisfied = [*default.satisfied, *additional.satisfied]
    wanting = [work for work in works if work not in (*default.deferred, *additional.deferred)]
    steps = (
        client_ca_step(deliberation, authority, held, gate),
        start_step(deliberation, default.satisfied or default.needing or additional.satisfied),
        default_step(deliberation, default, gate),
        additional_step(deliberation, additional, wanting),
        dissociate_step(deliberation, satisfied, wanting),
        settings_step(deliberation, default.satisfied),
    )
    chosen = next((step for step in steps if step), None)
    if chosen:
        return chosen
    proof = verify_step(deliberation, [*satisfied, *authority.satisfied])
    deliberation.unproved = proof.works if proof else ()
    chosen = import_step(deliberation, needing) or proof
    if chosen:
        return chosen
    waiting = [*additional.needing, *authority.needing, *_hold(deliberation, held, gate)]
    reason = gate.reason if held else "the listener is not there yet"
    return deliberation.wait(waiting, reason) if waiting else Step(_idle(deliberation, works))


def _settle_slots(deliberation: Deliberation, works: Sequence[SeenWork]) -> tuple[Settled, Settled, Settled]:
    """Settle the default slot, the additional one and that of the client CA."""
    seen = deliberation.seen
    default = settle_default([work for work in works if work.work.place.slot == "default"], seen)
    additional = _settle_additional([work for work in works if work.work.place.slot == "additional"], seen)
    authority = settle_client_ca([work for work in works if is_authority(work)], seen, deliberation.authorities)
    for settled in (authority, default, additional):
        deliberation.ends += settled.ends
        deliberation.stalls += settled.stalls
        deliberation.notes |= settled.notes
    if seen.listener is None and default.needing and not any(one.work.creates for one in default.needing):
        missing = "no listener at this port, and the target says not how"
        deliberation.stall(default.needing, "listener-missing", missing)
        default.needing.clear()
    return default, additional, authority


def _settle_additional(works: Sequence[SeenWork], seen: Observation) -> Settled:
    if seen.listener is None:
        return Settled(needing=list(works))
    service = works[0].work.place.service if works else "alb"
    return (settle_additional if service == "alb" else settle_extensions)(works, seen, seen.listener)


def _hold(deliberation: Deliberation, held: Sequence[SeenWork], gate: Gate) -> list[SeenWork]:
    """Stall what will not get its client CA by waiting; return the rest."""
    is_taken = gate.code == CLIENT_CA_TAKEN
    now = deliberation.now
    tired = [work for work in held if is_taken or deliberation.ledger.has_waited_long(work, now)]
    deliberation.stall(tired, gate.code, gate.reason, gate.remedy)
    return [work for work in held if work not in tired]


def _idle(deliberation: Deliberation, works: Sequence[SeenWork]) -> StepKind:
    stalled = {stall.work for stall in deliberation.stalls}
    return StepKind.STALL if any(work in stalled for work in works) else StepKind.DONE
