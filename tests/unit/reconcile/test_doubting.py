"""What a mark of disproof takes back of an additional certificate at ALB: only what was associated for that work."""

from typing import Any

from certdrop.deployment.observations import HandshakeSeen, Observation
from certdrop.deployment.operations import Operation, StepKind
from certdrop.deployment.work import Before, OpenWork, SeenWork
from certdrop.reconcile.doubting import mark_disproved
from certdrop.state import keys
from certdrop.state.listeners import begin_operation
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import NOON, Town

EC = bundle(key="p-256")
OWN, OTHER = "1-cn-hangzhou", "2-cn-hangzhou"


def begin(town: Town, work: OpenWork, number: int, *before: str) -> None:
    """Let an association have been begun when *before* were there."""
    operation = Operation(
        number=number,
        step=StepKind.ASSOCIATE,
        deployments=(work.deployment,),
        certificates=(OWN, OTHER),
        before=Before(additional=before),
        nonce="n",
        function="f",
    )
    assert begin_operation(town.store(), work.place.listener, operation)


def mark(town: Town, work: OpenWork) -> Any:
    handshakes = {work.deployment: HandshakeSeen("another", "ff", "shop.example")}
    seen = Observation(None, {work.bundle.fingerprint: OWN}, handshakes=handshakes)
    mark_disproved(town.house(), SeenWork(work, NOON), None, seen)
    return town.read(keys.disproved(work.place.listener, work.deployment, work.cause))


def test_a_certificate_that_was_there_before_every_association_is_not_taken_away(town: Town) -> None:
    work = town.open(EC, slot="additional")
    begin(town, work, 1, OWN)
    begin(town, work, 2, OWN)

    found = mark(town, work)

    assert (found["operation"], found["shown"], found["certificates"]) == (2, "ff", [])
    assert found["before"]["additional"] == []


def test_a_certificate_that_an_earlier_association_brought_is_taken_away_and_no_other_of_its_batch(
    town: Town,
) -> None:
    work = town.open(EC, slot="additional")
    begin(town, work, 1)
    begin(town, work, 2, OWN)

    found = mark(town, work)

    assert (found["operation"], found["certificates"]) == (2, [OWN])
