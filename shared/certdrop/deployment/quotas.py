"""How many additional certificates an ALB instance takes, who has them, and which may go to make room. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from certdrop.deployment.deliberation import Deliberation
from certdrop.deployment.observations import CertificateUsage, SeenListener, ShownCertificate
from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.succession import succeeds
from certdrop.deployment.work import SeenWork

FULL = "additional-certificate-quota"
LABELS_IN_MESSAGE = 30

# by LoadBalancerEdition, the default certificates of listeners not counted, one on two listeners counted twice
OF_EDITIONS = {"basic": 10, "standard": 25, "standardwithwaf": 25}


def allowed_in(edition: str, setting: int | None) -> int | None:
    """Return how many additional certificates an instance takes; None when nobody tells."""
    return OF_EDITIONS.get(edition.lower()) if setting is None else setting


def make_room(deliberation: Deliberation, batch: Sequence[SeenWork], wanted: Collection[str]) -> Step | None:
    """Return the association that there is room for, else the dissociation that makes room; None: *batch* stalls."""
    usage, listener = deliberation.seen.usage, deliberation.seen.listener
    fitting = list(batch)
    if usage and usage.allowed is not None and listener:
        room = max(usage.allowed - usage.count, 0)
        first = tuple(dict.fromkeys(work.deployment for work in batch))[:room]
        fitting = [work for work in batch if work.deployment in first]
        removable = [] if fitting else find_removable(listener, wanted, deliberation.now)
        if removable:
            certificates = tuple(removable[: deliberation.seen.limits.dissociate_at_once])
            return Step(StepKind.DISSOCIATE, tuple(batch), certificates)
        if not fitting:
            _stall(deliberation, batch, usage, listener)
            return None
    return Step(StepKind.ASSOCIATE, tuple(fitting), deliberation.certificates(fitting))


def find_removable(listener: SeenListener, wanted: Collection[str], now: datetime) -> list[str]:
    """Return our additional certificates that are of no more use: expired, or with a good successor that is there."""
    present = [*([listener.default] if listener.default else []), *listener.additional]
    good = [one for one in present if one.status == "associated" and one.facts and one.facts.not_after > now]
    return [
        one.certificate_id
        for one in listener.additional
        if one.ours and one.status == "associated" and one.certificate_id not in wanted and _is_useless(one, good, now)
    ]


def _is_useless(one: ShownCertificate, good: Sequence[ShownCertificate], now: datetime) -> bool:
    facts = one.facts
    if facts is None:
        return False
    is_succeeded = one.is_known and any(other.facts and succeeds(other.facts, facts) for other in good)
    return facts.not_after <= now or is_succeeded


def _stall(
    deliberation: Deliberation, batch: Sequence[SeenWork], usage: CertificateUsage, listener: SeenListener
) -> None:
    labels = [one.label or one.certificate_id for one in listener.additional]
    more = f" and {len(labels) - LABELS_IN_MESSAGE} more" if len(labels) > LABELS_IN_MESSAGE else ""
    here = f" here ({', '.join(labels[:LABELS_IN_MESSAGE])}{more})" if labels else " here"
    elsewhere = "".join(f", {count} at port {port}" for port, count in sorted(usage.elsewhere.items()) if count)
    family = "basic" if usage.edition.lower() == "basic" else "standard"
    deliberation.stall(
        batch,
        FULL,
        f"the load balancer (edition {usage.edition}) has {usage.count} of {usage.allowed} additional certificates: "
        f"{len(labels)}{here}{elsewhere}",
        "take certificates away that nobody needs; or have "
        f"alb_quota_loadbalancer_certificates_num_{family}_edition raised in the Quota Center and tell certdrop by "
        "CERTDROP_ALB_ADDITIONAL_CERTIFICATES",
    )
