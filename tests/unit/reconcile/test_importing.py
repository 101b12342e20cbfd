"""Rule 2's import: once, under the bundle's one name in CAS, whoever tries and whatever is lost."""

import pytest

from certdrop.deployment.cleanup import CAS, Kept, Useless
from certdrop.state.retired import retire
from fakecloud.faults import Fault
from tests.flows.authorities import authority
from tests.flows.bundles import bundle, root
from tests.unit.reconcile.town import Town, facts_of

EC = bundle(key="p-256")
OTHER = bundle("other.example", key="p-256", number=1)


@pytest.fixture
def accepted(town: Town) -> Town:
    """A town whose drop `shop` has a verdict and open work, and nothing in CAS."""
    town.targets(town.target())
    town.drop(made=EC)
    town.fault("UploadUserCertificate", "ServiceUnavailable")
    assert town.look_at_drop().result == "waiting"
    town.calm()
    town.clear_messages()
    return town


def test_an_upload_that_fails_for_now_is_waited_for(town: Town) -> None:
    town.targets(town.target())
    town.drop(made=EC)
    town.fault("UploadUserCertificate", "ServiceUnavailable")

    assert town.look_at_drop().result == "waiting"
    assert town.world.cas.certificates == {}
    assert town.messages("listeners") == []


def test_the_certificate_bears_its_name_and_the_owner_of_the_listener_is_asked(accepted: Town) -> None:
    outcome = accepted.look_at_drop()

    assert outcome.fields == {"imported": True, "certificate": facts_of(EC).cas_name}
    assert [one.name for one in accepted.world.cas.certificates.values()] == [facts_of(EC).cas_name]
    assert accepted.messages() == [("listeners", f"listener/alb.{accepted.alb}.443", 0, 0.0)]


def test_each_owner_of_each_listener_is_asked_once(town: Town) -> None:
    town.targets(
        town.target(),
        town.target("clb", "clb"),
        town.target(name="more", role="additional", port=8443),
        town.target(name="both", role="additional"),
    )
    town.drop()

    town.look_at_drop()

    assert sorted(town.messages()) == sorted(
        [
            ("listeners", f"listener/alb.{town.alb}.443", 0, 0.0),
            ("listeners", f"listener/clb.{town.clb}.443", 0, 0.0),
            ("associations", f"listener/alb.{town.alb}.8443", 0, 0.0),
            ("associations", f"listener/alb.{town.alb}.443", 0, 0.0),
        ]
    )


def test_what_cas_holds_is_not_imported_again(accepted: Town) -> None:
    accepted.import_to_cas(EC)

    assert accepted.look_at_drop().fields["imported"] is False
    assert accepted.mutations() == []


def test_an_upload_whose_answer_was_lost_is_found_by_its_name(accepted: Town) -> None:
    accepted.world.faults.add(Fault(action="UploadUserCertificate", kind="lost"))

    assert accepted.look_at_drop().result == "accepted"
    assert len(accepted.world.cas.certificates) == 1


def test_name_repeat_adopts_the_certificate_of_the_same_fingerprint(accepted: Town) -> None:
    accepted.on_sight("UploadUserCertificate", "before", lambda: accepted.import_to_cas(EC))

    assert accepted.look_at_drop().fields == {"imported": False, "certificate": facts_of(EC).cas_name}


@pytest.mark.parametrize("moment", ["before", "meanwhile"])
def test_a_name_taken_by_a_foreign_certificate_stalls_the_work(accepted: Town, moment: str) -> None:
    def take() -> object:
        return accepted.import_to_cas(OTHER, facts_of(EC).cas_name)

    if moment == "before":
        take()
    else:
        accepted.on_sight("UploadUserCertificate", "before", take)

    assert accepted.look_at_drop().fields["code"] == "cas-name-taken"
    [deployment] = accepted.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("stalled", "cas-name-taken")
    assert facts_of(EC).cas_name in deployment["message"]
    assert accepted.messages() == []


def test_a_key_that_was_removed_before_the_import_stalls_as_key_removed(accepted: Town) -> None:
    accepted.on_sight("ListCertificates", "before", lambda: accepted.bucket.objects.pop("certs/shop/privkey.pem"))

    assert accepted.look_at_drop().fields["code"] == "key-removed"
    [deployment] = accepted.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("stalled", "key-removed")
    assert deployment["remedy"] == "drop the certificate and its key again"


def test_files_that_no_longer_make_the_accepted_bundle_are_not_imported(accepted: Town) -> None:
    accepted.advance(366 * 86400)

    assert accepted.look_at_drop().fields["code"] == "key-removed"
    assert accepted.mutations() == []


@pytest.mark.parametrize(("code", "status"), [("ServiceUnavailable", 503), ("Throttling.User", 400)])
def test_a_cas_that_is_busy_is_waited_for_and_nothing_is_recorded(accepted: Town, code: str, status: int) -> None:
    accepted.fault("ListCertificates", code, status=status)
    before = accepted.keys()

    assert accepted.look_at_drop(hops=1).result == "waiting"
    assert accepted.messages() == [("drops", "drop/shop", 2, 10.0)]
    assert accepted.keys() == before


def test_a_cas_that_refuses_for_good_ends_the_work_as_refused(accepted: Town) -> None:
    accepted.fault("UploadUserCertificate", "-1008", status=400)

    accepted.look_at_drop()

    [deployment] = accepted.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("refused", "-1008")
    assert deployment["request_id"]
    assert accepted.keys("state/open/") == []


def test_all_else_stalls_the_open_work_with_code_request_id_and_remedy(accepted: Town) -> None:
    accepted.fault("UploadUserCertificate", "NoPermission", status=403)

    outcome = accepted.look_at_drop()

    [deployment] = accepted.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("stalled", "NoPermission")
    assert deployment["request_id"] == outcome.fields["call_id"] != ""
    assert deployment["remedy"]


def test_a_cas_that_may_not_be_listed_stalls_too(accepted: Town) -> None:
    accepted.fault("ListCertificates", "NoPermission", status=403)

    assert accepted.look_at_drop().fields["code"] == "NoPermission"


def test_stalled_work_asks_nothing_of_cas_until_it_is_due_and_then_heals(accepted: Town) -> None:
    accepted.fault("UploadUserCertificate", "NoPermission", status=403)
    accepted.look_at_drop()
    accepted.calm()
    calls = len(accepted.world.calls.entries)
    early = accepted.look_at_drop()
    asked = [call for call in accepted.world.calls.entries[calls:] if call.service == "cas"]
    accepted.advance(120)

    assert (early.result, asked) == ("nothing-due", [])
    assert accepted.look_at_drop().fields["imported"] is True


def test_without_open_work_cas_is_not_asked(town: Town) -> None:
    town.targets(town.target(drops=["other"]))
    town.drop(made=EC)

    assert town.look_at_drop().result == "nothing-due"
    assert town.tried("ListCertificates") == 0


def test_an_accepted_ca_bundle_is_reported_and_has_nothing_to_import(town: Town) -> None:
    town.targets(town.target())
    town.drop(ca_pem=root().pem.decode())

    assert town.look_at_drop().result == "nothing-due"
    assert (town.report()["verdict"], town.report()["kind"]) == ("accepted", "ca")


def test_facts_that_are_gone_are_found_again_in_the_files(accepted: Town) -> None:
    [facts] = accepted.keys("state/bundles/")
    before = accepted.read(facts)
    accepted.put(facts, "junk")

    assert accepted.look_at_drop().fields["imported"] is True
    assert accepted.read(facts) == before


def test_facts_that_are_gone_with_the_key_stall_as_key_removed(accepted: Town) -> None:
    [facts] = accepted.keys("state/bundles/")
    accepted.put(facts, "junk")
    accepted.on_sight(f"GET {facts}", "after", lambda: accepted.put("certs/shop/privkey.pem", bundle(number=1).key))

    assert accepted.look_at_drop().fields["code"] == "key-removed"
    assert accepted.tried("ListCertificates") == 1  # none but that of the first try


def test_a_retired_certificate_is_waited_for_until_it_is_deleted_and_then_imported_anew(accepted: Town) -> None:
    identifier = accepted.import_to_cas(EC)
    kept = Kept(CAS, identifier, "1", facts_of(EC).cas_name, facts_of(EC))
    assert retire(accepted.store(), Useless(kept, "superseded"))

    outcome = accepted.look_at_drop()

    assert (outcome.result, outcome.fields["code"]) == ("waiting", "certificate-retired")
    accepted.world.cas.certificates.clear()
    assert accepted.look_at_drop().fields["imported"] is True


def test_a_client_ca_is_not_imported_into_cas_and_the_owner_of_its_listener_is_asked(town: Town) -> None:
    town.targets(town.target("clb", client_ca={"drop": "partners"}))
    town.drop("partners", ca_pem=authority().pem.decode())

    assert town.look_at_drop("partners").fields["imported"] is False
    assert town.messages() == [("listeners", f"listener/clb.{town.clb}.443", 0, 0.0)]
    assert town.tried("ListCertificates") == 0
