"""Each file of a drop has its event: what an instance has done for one of them it does not do again for the others."""

from certdrop.reconcile.drops import look_at_drop
from certdrop.reconcile.house import Memory
from certdrop.reconcile.owners import ON_CERT_UPLOADED
from certdrop.reconcile.requests import ReconcileRequest
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town

EC = bundle(key="p-256")


def test_what_was_done_just_now_is_looked_at_again_when_asked_for_or_when_anything_is_new(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.look_at_drop()
    request = ReconcileRequest.for_drop("shop", correlation_id="0123456789ab")

    asked = look_at_drop(request, town.house(ON_CERT_UPLOADED)).result
    town.targets(town.target(), town.target(name="more", port=8443), number=2)
    under_new_targets = town.look_at_drop().result
    town.drop(made=bundle())
    with_new_files = town.look_at_drop().result
    town.memory = Memory()
    by_another_instance = town.look_at_drop().result

    assert [asked, under_new_targets, with_new_files, by_another_instance] == ["accepted"] * 4


def test_what_was_not_done_whole_is_done_by_the_next_event(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.fault("UploadUserCertificate")
    busy = town.look_at_drop().result
    town.fault("UploadUserCertificate", times=0)

    assert (busy, town.look_at_drop().result) == ("waiting", "accepted")
