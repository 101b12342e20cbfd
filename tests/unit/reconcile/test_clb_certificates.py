"""The certificates that CLB keeps in a region: a log of their own, each imported once, by reference to CAS."""

from itertools import permutations

import pytest

from certdrop.cloud.clb_answers import ServerCertificate
from certdrop.deployment.operations import Operation, StepKind
from certdrop.deployment.work import Before, OpenWork
from certdrop.reconcile.finding import find_in_clb
from certdrop.state import keys
from certdrop.state.listeners import begin_operation, open_work
from fakecloud.faults import Fault
from tests.flows.bundles import Made, bundle
from tests.unit.reconcile.town import Town, facts_of

RSA = bundle()
BLOG = bundle("blog.example")
UPLOAD = "UploadServerCertificate"


@pytest.fixture
def log(town: Town) -> str:
    """The region's log."""
    return f"clb-certificates.{town.world.region}"


@pytest.fixture
def wanted(town: Town) -> OpenWork:
    """Open work for the default slot of a missing CLB listener, its bundle in CAS and not in CLB."""
    town.targets(town.target("clb"))
    town.import_to_cas(RSA)
    return town.open(RSA, "clb")


def test_an_import_is_an_operation_of_the_regions_log_and_no_key_travels(
    town: Town, wanted: OpenWork, log: str
) -> None:
    outcome = town.look(wanted.place.listener)

    assert (outcome.fields["step"], outcome.fields["operation"]) == ("ImportToClb", 1)
    assert town.read(keys.operation(log, 1))["deployments"] == [wanted.deployment]
    assert town.read(keys.operation_end(log, 1))["code"] == ""
    assert town.keys(keys.log(wanted.place.listener)) == []
    assert not any(b"PRIVATE" in body for body in town.wire.bodies)
    assert town.messages() == [("listeners", f"listener/{wanted.place.listener}", 0, 5.0)]


def test_what_clb_holds_is_used_and_not_imported(town: Town, wanted: OpenWork) -> None:
    town.look(wanted.place.listener)

    assert town.look(wanted.place.listener).fields["step"] == "CreateListener"
    assert town.mutations().count(UPLOAD) == 1


def shown(number: str, stamp: int, made: Made = RSA) -> ServerCertificate:
    return ServerCertificate(
        server_certificate_id=number,
        fingerprint=facts_of(made).sha1,
        create_time_stamp=stamp,
    )


def test_of_duplicates_the_smallest_by_time_and_id_is_the_one_for_everyone() -> None:
    every = [shown("c", 2), shown("b", 1), shown("a", 2), shown("0", 0, BLOG), shown("d", 1)]

    for order in permutations(every):
        found = find_in_clb(order, facts_of(RSA))
        assert found is not None
        assert found.server_certificate_id == "b"


def test_without_a_certificate_of_its_fingerprint_a_bundle_is_not_in_clb() -> None:
    assert find_in_clb([shown("0", 0, BLOG)], facts_of(RSA)) is None


def begun(town: Town, log: str, work: OpenWork, number: int = 1) -> None:
    operation = Operation(
        number=number,
        step=StepKind.IMPORT_TO_CLB,
        deployments=(work.deployment,),
        certificates=(),
        before=Before(),
        nonce="another's",
        function="create-https-listener",
    )
    assert begin_operation(town.store(), log, operation)


def test_an_import_in_flight_is_left_be_it_for_another_listener(town: Town, wanted: OpenWork, log: str) -> None:
    begun(town, log, wanted)
    town.advance(89)

    assert town.look(wanted.place.listener).fields == {"reason": "an import is under way"}
    assert town.mutations() == []


def test_an_older_import_without_an_end_is_settled_and_made_again(town: Town, wanted: OpenWork, log: str) -> None:
    begun(town, log, wanted)
    town.advance(90)

    assert town.look(wanted.place.listener).fields["operation"] == 2
    assert town.read(keys.operation_end(log, 1))["code"] == "unknown"


def test_who_finds_the_number_taken_leaves_without_an_upload(town: Town, wanted: OpenWork, log: str) -> None:
    town.on_sight("PUT state/listeners", "before", lambda: begun(town, log, wanted))

    assert town.look(wanted.place.listener).fields == {"reason": "someone was faster"}
    assert town.mutations() == []


def test_an_upload_that_was_made_since_the_log_was_read_is_adopted(town: Town, wanted: OpenWork, log: str) -> None:
    def upload() -> None:
        town.look(wanted.place.listener)

    town.on_sight(f"LIST {keys.log(log)}", "before", upload)

    assert town.look(wanted.place.listener).result == "adopted"
    assert town.mutations() == [UPLOAD]


def test_a_lost_answer_leaves_one_certificate(town: Town, wanted: OpenWork, log: str) -> None:
    town.world.faults.add(Fault(action=UPLOAD, kind="lost", times=9))
    town.look(wanted.place.listener)
    town.calm()

    assert town.read(keys.operation_end(log, 1))["code"] == "unknown"
    assert town.look(wanted.place.listener).fields["step"] == "CreateListener"
    assert len(town.world.clb.certificates.server) == 1


def test_what_cas_no_longer_holds_when_it_is_referred_to_is_waited_for(town: Town, wanted: OpenWork, log: str) -> None:
    town.on_sight("PUT state/listeners", "after", town.world.cas.certificates.clear)

    town.look(wanted.place.listener)

    end = town.read(keys.operation_end(log, 1))
    assert (end["code"], end["fate"]) == ("not-in-cas", "wait")
    assert town.look(wanted.place.listener).fields["step"] == "Import"


def test_a_reference_that_clb_does_not_know_yet_is_waited_for(town: Town, wanted: OpenWork, log: str) -> None:
    town.world.cas.spreading = 60

    town.look(wanted.place.listener)
    town.advance(60)
    again = town.look(wanted.place.listener)

    assert town.read(keys.operation_end(log, 1))["fate"] == "wait"
    assert again.fields["code"] == ""


def test_imports_that_only_wait_stall_after_15_minutes_and_are_tried_once_more_when_due(
    town: Town, wanted: OpenWork, log: str
) -> None:
    town.fault(UPLOAD, "SystemBusy", status=400, times=9999)
    for _ in range(17):
        town.look(wanted.place.listener)
        town.advance(60)
    stalled = town.read_all(f"state/open/{wanted.place.listener}/{wanted.deployment}.stalled-")
    town.calm()
    town.advance(120)

    assert [stall["code"] for stall in stalled] == ["SystemBusy"]
    assert town.look(wanted.place.listener).fields["code"] == ""


def test_what_is_refused_for_good_ends_as_refused_and_a_redrive_tries_it_again(
    town: Town, wanted: OpenWork, log: str
) -> None:
    town.fault(UPLOAD, "CertificateTypeMismatched", status=400)
    town.look(wanted.place.listener)
    town.look(wanted.place.listener)
    ended = town.read(keys.end(wanted.deployment, wanted.cause))
    town.calm()
    town.advance(60)
    town.open(RSA, "clb", cause="f" * 32)

    assert (ended["end"], ended["code"]) == ("refused", "CertificateTypeMismatched")
    assert ended["request_id"]
    assert town.look(wanted.place.listener).fields["code"] == ""


def test_three_failures_stall_and_each_stall_allows_one_more_try_for_ever(
    town: Town, wanted: OpenWork, log: str
) -> None:
    town.fault(UPLOAD, "Forbidden", status=403, times=9999)
    tries = []
    for _ in range(8):
        for _ in range(5):
            town.look(wanted.place.listener)
        tries.append(town.tried(UPLOAD))
        town.advance(64 * 60)

    assert tries == list(range(3, 11))


def test_two_that_fail_in_one_region_do_not_hammer_in_turns(town: Town, wanted: OpenWork, log: str) -> None:
    town.import_to_cas(BLOG)
    other = town.work(BLOG, "clb").model_copy(
        update={"place": wanted.place.model_copy(update={"port": 8443}), "deployment": "b" * 32}
    )
    assert open_work(town.store(), other)
    town.fault(UPLOAD, "Forbidden", status=403, times=9999)
    for _ in range(6):
        town.look(wanted.place.listener)
        town.look(other.place.listener)
    first = town.tried(UPLOAD)
    for _ in range(7):
        town.advance(64 * 60)
        for _ in range(3):
            town.look(wanted.place.listener)
            town.look(other.place.listener)

    assert first == 6
    assert town.tried(UPLOAD) == 6 + 2 * 7
