"""Rule 4: who makes which step, and the queue by which the owner is asked."""

import pytest

from certdrop.deployment.operations import Step, StepKind
from certdrop.reconcile.owners import owner_of, owner_of_slot, queue_of
from tests.unit.deployment.builders import work

TABLE = {
    "Import": "on-cert-uploaded",
    "ImportToClb": "create-https-listener",
    "CreateListener": "create-https-listener",
    "StartListener": "create-https-listener",
    "ReplaceDefault": "create-https-listener",
    "SetClientCa": "create-https-listener",
    "SetAttributes": "create-https-listener",
    "Associate": "associate-additional-cert",
    "SetExtension": "associate-additional-cert",
    "Dissociate": "associate-additional-cert",
    "Withdraw": "associate-additional-cert",
    "Verify": "job-status-poller",
    "Wait": None,
    "Stall": None,
    "Done": None,
}


@pytest.mark.parametrize("kind", [kind for kind in StepKind if kind is not StepKind.RESTORE])
def test_every_step_has_the_owner_of_the_table(kind: StepKind) -> None:
    assert owner_of(Step(kind)) == TABLE[kind.value]


@pytest.mark.parametrize(
    ("slot", "owner"),
    [
        ("default", "create-https-listener"),
        ("client_ca", "create-https-listener"),
        ("additional", "associate-additional-cert"),
    ],
)
def test_a_restore_belongs_to_the_owner_of_the_slot(slot: str, owner: str) -> None:
    assert owner_of(Step(StepKind.RESTORE, (work(slot=slot),))) == owner
    assert owner_of_slot(slot) == owner  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("function", "queue"),
    [
        ("on-cert-uploaded", "certdrop-drops"),
        ("create-https-listener", "certdrop-listeners"),
        ("associate-additional-cert", "certdrop-associations"),
        ("job-status-poller", None),
    ],
)
def test_owners_are_asked_by_their_queue_and_the_poller_never(function: str, queue: str | None) -> None:
    assert queue_of(function, "certdrop") == queue
