"""Work that the cloud refuses or that fails again and again: it ends or stalls instead of repeating without end."""

from collections.abc import Sequence

from certdrop.deployment.deliberation import Deliberation
from certdrop.deployment.ledger import FAILURES_TO_STALL, count_no_effect
from certdrop.deployment.operations import StallOf, Step
from certdrop.deployment.slots import shows
from certdrop.deployment.work import SeenWork, end_of
from certdrop.errors import Fate


def settle_failures(deliberation: Deliberation, works: Sequence[SeenWork]) -> list[SeenWork]:
    """End what the cloud refused and stall what failed for the third time; return the rest."""
    rest = []
    ledger = deliberation.ledger
    failed = ledger.failed
    for work in works:
        count = ledger.failures.get(work.deployment, 0)
        concerned = ledger.concerns(work)
        if failed and concerned and failed.fate is Fate.REFUSE and len(ledger.concerned) == 1:
            deliberation.ends.append(end_of(work, "refused", failed.code, failed.message, failed.remedy))
        elif failed and concerned and count >= FAILURES_TO_STALL and not ledger.stalled_since(work):
            stall = StallOf(work, failed.code, failed.message, failed.remedy, failed.request_id)
            deliberation.stalls.append(stall)
        else:
            rest.append(work)
    return rest


def end_expired(deliberation: Deliberation, works: Sequence[SeenWork]) -> list[SeenWork]:
    """End bundles that expired before they were served; return the rest."""
    listener = deliberation.seen.listener
    served = [one for one in (listener.default, *listener.additional) if one] if listener else []
    served += [one.certificate for one in listener.extensions] if listener else []
    rest = []
    for work in works:
        is_over = work.facts.kind == "server" and work.facts.not_after <= deliberation.now
        if is_over and not any(shows(one, work, deliberation.seen) for one in served):
            message = f"it expired on {work.facts.not_after:%Y-%m-%d %H:%M} UTC, before it was served"
            deliberation.ends.append(end_of(work, "refused", "expired", message, "drop a renewed certificate"))
        else:
            rest.append(work)
    return rest


def weigh(deliberation: Deliberation, step: Step) -> Step:
    """Stall instead of repeating a step without effect, or one that has waited for 15 minutes."""
    if deliberation.ledger.repeats(step):
        deliberation.ledger = count_no_effect(deliberation.ledger, step)
        failures = deliberation.ledger.failures
        failing = [work for work in step.works if failures.get(work.deployment, 0) >= FAILURES_TO_STALL]
    elif deliberation.ledger.waiting_since and set(step.deployments) & deliberation.ledger.concerned:
        failing = [work for work in step.works if deliberation.ledger.has_waited_long(work, deliberation.now)]
    else:
        return step
    ledger = deliberation.ledger
    failing = [work for work in failing if not ledger.stalled_since(work)]
    if not failing:
        return step
    end = ledger.failed or (ledger.last.end if ledger.last else None)
    code, message = (end.code, end.message) if end else ("waited-too-long", "")
    return deliberation.stall(failing, code, message, end.remedy if end else "")
