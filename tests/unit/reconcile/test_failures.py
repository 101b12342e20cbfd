"""Rules 3 and 6: failures go from entry to entry, three stall, and a stall heals by itself."""

import pytest

from certdrop.deployment.work import OpenWork
from certdrop.reconcile.owners import ASSOCIATE_ADDITIONAL_CERT
from certdrop.state import keys
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town

EC = bundle(key="p-256")
SETTLED = 10  # seconds after which fakecloud's listener takes changes


@pytest.fixture
def wanted(town: Town) -> OpenWork:
    """Open work for the default slot of a missing ALB listener, its bundle in CAS."""
    town.targets(town.target())
    town.import_to_cas(EC)
    return town.open(EC)


def test_failures_are_carried_from_entry_to_entry_and_the_third_stalls(town: Town, wanted: OpenWork) -> None:
    town.fault("CreateListener", "NoPermission", status=403)

    for _ in range(3):
        town.look(wanted.place.listener)
    outcome = town.look(wanted.place.listener)

    entries = [town.read(keys.operation(wanted.place.listener, number)) for number in (1, 2, 3)]
    assert [entry["failures"] for entry in entries] == [{}, {wanted.deployment: 1}, {wanted.deployment: 2}]
    assert outcome.fields["stalled"] == 1
    stall = town.read(keys.stalled(wanted.place.listener, wanted.deployment, 1))
    assert stall["code"] == "NoPermission"
    assert stall["request_id"]
    assert stall["remedy"]
    assert town.tried("CreateListener") == 3


def test_a_stall_heals_by_itself_when_the_cause_is_gone(town: Town, wanted: OpenWork) -> None:
    town.fault("CreateListener", "NoPermission", status=403)
    for _ in range(4):
        town.look(wanted.place.listener)
    town.calm()
    town.advance(120)

    assert town.look(wanted.place.listener).fields["code"] == ""
    assert town.log.events().count("deployment-stalled") == 1


def test_work_that_stalls_on_and_on_is_told_once_and_tried_at_a_growing_distance(town: Town, wanted: OpenWork) -> None:
    town.fault("CreateListener", "NoPermission", status=403, times=999)
    tries = []
    for minute in range(66):
        before = town.tried("CreateListener")
        for _ in range(5 if minute == 0 else 2):
            town.look(wanted.place.listener)
        tries += [minute] * (town.tried("CreateListener") - before)
        town.advance(60)

    assert town.log.events().count("deployment-stalled") == 1
    assert tries == [0, 0, 0, 2, 6, 14, 30, 62]
    assert len(town.keys("state/open/")) <= 7


def test_a_failed_job_counts_as_a_failure_with_the_jobs_code(town: Town, wanted: OpenWork) -> None:
    town.world.alb.fail_next_job("CreateListener", "OperationFailed.Quota", "no more")
    town.look(wanted.place.listener)
    town.advance(SETTLED)

    town.look(wanted.place.listener)

    assert town.read(keys.operation(wanted.place.listener, 2))["failures"] == {wanted.deployment: 1}


def test_not_found_within_10_minutes_of_its_import_is_waited_for_and_stalls_later(town: Town, wanted: OpenWork) -> None:
    town.fault("CreateListener", "ResourceNotFound.Certificate", status=404)
    town.advance(9 * 60)
    town.look(wanted.place.listener)
    town.advance(60)
    town.look(wanted.place.listener)

    ends = [town.read(keys.operation_end(wanted.place.listener, number))["fate"] for number in (1, 2)]
    assert ends == ["wait", "stall"]


def test_a_failing_certificate_does_not_fail_its_batch_for_ever(town: Town, wanted: OpenWork) -> None:
    town.look(wanted.place.listener)
    town.advance(SETTLED)
    works = []
    for number, name in enumerate(("a.example", "b.example", "c.example"), start=1):
        made = bundle(name, key="p-256", number=number)
        town.import_to_cas(made)
        works.append(town.open(made, slot="additional"))
    town.fault("AssociateAdditionalCertificatesWithListener", "InvalidParameter", status=400, times=1)
    for _ in range(12):
        town.look(wanted.place.listener, ASSOCIATE_ADDITIONAL_CERT)
        town.advance(SETTLED)

    sizes = [len(entry["deployments"]) for entry in town.read_all(keys.log(wanted.place.listener)) if "step" in entry]
    assert sizes[::-1][:2] == [1, 3]  # the creation, the failing batch
    assert set(sizes[::-1][2:]) == {1}
    shown = town.world.alb.shown(town.alb, 443)
    assert shown is not None
    assert len(shown.additional) == len(works)
