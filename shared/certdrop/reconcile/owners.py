"""Who makes which step: the only table, and the queues by which owners are asked."""

from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.places import Slot

ON_CERT_UPLOADED = "on-cert-uploaded"
CREATE_HTTPS_LISTENER = "create-https-listener"
ASSOCIATE_ADDITIONAL_CERT = "associate-additional-cert"
JOB_STATUS_POLLER = "job-status-poller"

_OWNERS = {
    StepKind.IMPORT: ON_CERT_UPLOADED,
    StepKind.IMPORT_TO_CLB: CREATE_HTTPS_LISTENER,
    StepKind.CREATE_LISTENER: CREATE_HTTPS_LISTENER,
    StepKind.START_LISTENER: CREATE_HTTPS_LISTENER,
    StepKind.REPLACE_DEFAULT: CREATE_HTTPS_LISTENER,
    StepKind.SET_ATTRIBUTES: CREATE_HTTPS_LISTENER,
    StepKind.SET_CLIENT_CA: CREATE_HTTPS_LISTENER,
    StepKind.ASSOCIATE: ASSOCIATE_ADDITIONAL_CERT,
    StepKind.SET_EXTENSION: ASSOCIATE_ADDITIONAL_CERT,
    StepKind.DISSOCIATE: ASSOCIATE_ADDITIONAL_CERT,
    StepKind.WITHDRAW: ASSOCIATE_ADDITIONAL_CERT,
    StepKind.VERIFY: JOB_STATUS_POLLER,
}

_QUEUES = {
    ON_CERT_UPLOADED: "drops",
    CREATE_HTTPS_LISTENER: "listeners",
    ASSOCIATE_ADDITIONAL_CERT: "associations",
}


def owner_of_slot(slot: Slot) -> str:
    """Return the function that changes a slot of a listener."""
    return ASSOCIATE_ADDITIONAL_CERT if slot == "additional" else CREATE_HTTPS_LISTENER


def owner_of(step: Step) -> str | None:
    """Return the function that makes *step*; None for what whoever looks settles (Wait, Stall, Done)."""
    if step.kind is StepKind.RESTORE:
        return owner_of_slot(step.works[0].work.place.slot)
    return _OWNERS.get(step.kind)


def queue_of(function: str, prefix: str) -> str | None:
    """Return the queue by which *function* is asked; None for the poller, whose minute comes."""
    name = _QUEUES.get(function)
    return f"{prefix}-{name}" if name else None


def dead_letters(prefix: str) -> str:
    """Return the queue of what nobody could treat: what cannot be read, and what a function failed on to the end."""
    return f"{prefix}-dead-letters"
