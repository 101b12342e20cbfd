"""Rule 3: read, observe, decide, and make one numbered operation that nobody else can make at the same time."""

from datetime import timedelta

import pytest

from certdrop.deployment.operations import Operation, StepKind
from certdrop.deployment.steps import QUIET
from certdrop.deployment.work import Before, OpenWork, SeenWork, end_of
from certdrop.reconcile import operations
from certdrop.reconcile.house import Outcome
from certdrop.reconcile.listeners import look_at_listener
from certdrop.reconcile.owners import ASSOCIATE_ADDITIONAL_CERT, JOB_STATUS_POLLER
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.state import keys
from certdrop.state.listeners import begin_operation, record_end
from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import NOON, Killed, Town, kill

EC = bundle(key="p-256")
BLOG = bundle("blog.example", key="p-256", number=1)
SETTLED = 10  # seconds after which fakecloud's listener takes changes


@pytest.fixture
def wanted(town: Town) -> OpenWork:
    """Open work for the default slot of a missing ALB listener, its bundle in CAS."""
    town.targets(town.target())
    town.import_to_cas(EC)
    return town.open(EC)


def log_of(town: Town, work: OpenWork) -> list[str]:
    return [key.removeprefix(keys.log(work.place.listener)) for key in town.keys(keys.log(work.place.listener))]


def operation(work: OpenWork, number: int = 1, nonce: str = "another's") -> Operation:
    return Operation(
        number=number,
        step=StepKind.CREATE_LISTENER,
        deployments=(work.deployment,),
        certificates=("c",),
        before=Before(),
        nonce=nonce,
        function="create-https-listener",
    )


def created(town: Town, work: OpenWork) -> Outcome:
    outcome = town.look(work.place.listener)
    town.advance(SETTLED)
    return outcome


def test_the_step_of_ones_own_is_made_as_operation_n_plus_1_with_one_call_and_its_end(
    town: Town, wanted: OpenWork
) -> None:
    outcome = town.look(wanted.place.listener)

    assert outcome.fields["operation"] == 1
    assert town.mutations() == ["CreateListener"]
    entry, end = (town.read(key(wanted.place.listener, 1)) for key in (keys.operation, keys.operation_end))
    assert entry["step"] == "CreateListener"
    assert entry["deployments"] == [wanted.deployment]
    assert entry["before"] == {"default": "", "additional": [], "client_ca": "", "extensions": {}}
    assert entry["correlation_ids"] == [wanted.correlation_id]
    assert (end["code"], bool(end["job_id"]), bool(end["request_id"])) == ("", True, True)


def test_an_operation_is_written_before_its_call_and_its_end_after(town: Town, wanted: OpenWork) -> None:
    town.look(wanted.place.listener)

    tail = [label.split("/")[-1] for label in town.wire.sent if "state/listeners" in label or label == "CreateListener"]
    assert tail[-3:] == [
        keys.operation(wanted.place.listener, 1).split("/")[-1],
        "CreateListener",
        keys.operation_end(wanted.place.listener, 1).split("/")[-1],
    ]


def test_what_the_listener_served_before_is_written_down(town: Town, wanted: OpenWork) -> None:
    created(town, wanted)
    first = town.world.cas.certificates[next(iter(town.world.cas.certificates))].cert_identifier
    town.import_to_cas(BLOG)
    town.open(BLOG, slot="additional")
    town.advance(QUIET.total_seconds())

    town.look(wanted.place.listener, ASSOCIATE_ADDITIONAL_CERT)

    assert town.read(keys.operation(wanted.place.listener, 2))["before"]["default"] == first


@pytest.mark.parametrize("fault", [("NoPermission", 403), ("ResourceNotFound.ServerGroup", 404), ("SystemBusy", 400)])
def test_whatever_the_call_answers_its_end_is_written(town: Town, wanted: OpenWork, fault: tuple[str, int]) -> None:
    town.fault("CreateListener", fault[0], status=fault[1])

    town.look(wanted.place.listener)

    end = town.read(keys.operation_end(wanted.place.listener, 1))
    assert (end["code"], end["fate"]) == (fault[0], "wait" if fault[0] == "SystemBusy" else "stall")
    assert end["request_id"]


def test_an_exception_in_the_call_is_its_end_too(town: Town, wanted: OpenWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(operations._CALLS, StepKind.CREATE_LISTENER, lambda scene, token: next(iter(())))

    town.look(wanted.place.listener)

    end = town.read(keys.operation_end(wanted.place.listener, 1))
    assert (end["code"], end["fate"], end["message"]) == ("internal", "stall", "StopIteration")
    assert "unclassified" in town.log.events()


def test_a_lost_answer_is_an_unknown_end_and_the_observation_tells_what_came_of_it(
    town: Town, wanted: OpenWork
) -> None:
    town.world.faults.add(Fault(action="CreateListener", kind="lost", times=9))
    town.look(wanted.place.listener)
    town.calm()
    town.advance(SETTLED)

    assert town.read(keys.operation_end(wanted.place.listener, 1))["code"] == "unknown"
    assert town.look(wanted.place.listener).fields["step"] == "Verify"
    assert len(town.world.alb.tls_listeners()) == 1


def test_an_operation_without_an_end_under_90_seconds_old_is_left(town: Town, wanted: OpenWork) -> None:
    begin_operation(town.store(), wanted.place.listener, operation(wanted))
    town.advance(89)

    assert town.look(wanted.place.listener).result == "left"
    assert town.mutations() == []


def test_an_older_one_gets_the_end_unknown_and_the_work_goes_on(town: Town, wanted: OpenWork) -> None:
    begin_operation(town.store(), wanted.place.listener, operation(wanted))
    town.advance(90)

    outcome = town.look(wanted.place.listener)

    assert town.read(keys.operation_end(wanted.place.listener, 1))["code"] == "unknown"
    assert (outcome.result, outcome.fields["operation"]) == ("operated", 2)


def test_who_finds_the_number_taken_by_another_leaves_without_a_call(town: Town, wanted: OpenWork) -> None:
    town.on_sight(
        "PUT state/listeners", "before", lambda: begin_operation(town.store(), wanted.place.listener, operation(wanted))
    )

    outcome = town.look(wanted.place.listener)

    assert outcome.fields["reason"] == "someone was faster"
    assert town.mutations() == []


def test_who_finds_the_number_taken_by_its_own_nonce_goes_on(town: Town, wanted: OpenWork) -> None:
    town.world.faults.add(Fault("oss", "PutObject", kind="lost"))

    assert town.look(wanted.place.listener).result == "operated"
    assert town.tried("PutObject") > 3
    assert town.mutations() == ["CreateListener"]


def test_the_same_listener_looked_at_by_two_at_once_is_operated_by_one(town: Town, wanted: OpenWork) -> None:
    results = []
    town.on_sight("PUT state/listeners", "before", lambda: results.append(town.look(wanted.place.listener).result))

    results.append(town.look(wanted.place.listener).result)

    assert results == ["operated", "left"]
    assert town.mutations() == ["CreateListener"]


def test_an_open_key_whose_end_exists_is_deleted_by_whoever_would_work_it_off_again(
    town: Town, wanted: OpenWork
) -> None:
    record_end(town.store(), end_of(SeenWork(wanted, NOON), "refused"))

    outcome = town.look(wanted.place.listener)

    assert outcome.fields["reason"] == "a cause of this work has ended"
    assert town.keys("state/open/") == []
    assert town.mutations() == []
    assert log_of(town, wanted) == []


def test_an_open_key_whose_end_exists_is_not_stalled_but_deleted(town: Town, wanted: OpenWork) -> None:
    record_end(town.store(), end_of(SeenWork(wanted, NOON), "refused"))
    town.world.cas.certificates.clear()
    town.advance(16 * 60)

    town.look(wanted.place.listener)

    assert town.keys("state/open/") == []


def test_a_request_for_no_listener_is_not_ours(town: Town) -> None:
    request = ReconcileRequest(reconcile="listener/clb-certificates.cn-hangzhou")

    assert look_at_listener(request, town.house()).result == "not-ours"


def test_a_listener_without_open_work_needs_one_list_of_each(town: Town, wanted: OpenWork) -> None:
    other = wanted.place.listener.model_copy(update={"port": 8443})
    before = len(town.wire.sent)

    assert town.look(other).result == "nothing-open"
    assert [label.split()[0] for label in town.wire.sent[before:]] == ["LIST", "LIST"]


def test_stalled_work_that_is_not_due_takes_no_part_and_the_cloud_is_not_asked(town: Town, wanted: OpenWork) -> None:
    town.put(keys.stalled(wanted.place.listener, wanted.deployment, 1), '{"code": "Quota"}')
    town.advance(119)
    calls = [call.service for call in town.world.calls.entries]
    early = town.look(wanted.place.listener)
    asked = [call.service for call in town.world.calls.entries][len(calls) :]
    town.advance(1)

    assert (early.result, set(asked)) == ("stalled", {"oss"})
    assert town.look(wanted.place.listener).result == "operated"


def test_the_last_operations_job_is_waited_for(town: Town, wanted: OpenWork) -> None:
    town.look(wanted.place.listener)

    assert town.look(wanted.place.listener).fields["reason"] == "the last operation's job is running"


def test_verifying_is_the_pollers_and_others_only_look(town: Town, wanted: OpenWork) -> None:
    created(town, wanted)

    assert town.look(wanted.place.listener).fields["step"] == "Verify"
    assert town.look(wanted.place.listener, JOB_STATUS_POLLER).fields["ended"] == 1


def test_times_are_those_of_the_bucket_and_not_of_the_machine(town: Town, wanted: OpenWork) -> None:
    town.advance(timedelta(days=300).total_seconds())
    town.look(wanted.place.listener)

    assert town.bucket.objects[keys.operation(wanted.place.listener, 1)].last_modified == NOON + timedelta(days=300)
    assert town.look(wanted.place.listener).result in ("waiting", "looked")


def test_a_killed_instance_is_followed_up_after_90_seconds(town: Town, wanted: OpenWork) -> None:
    town.on_sight("CreateListener", "after", kill)
    with pytest.raises(Killed):
        town.look(wanted.place.listener)
    town.advance(91)

    assert town.look(wanted.place.listener).fields["step"] == "Verify"
    assert town.mutations() == ["CreateListener"]
