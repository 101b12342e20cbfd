"""Rule 5: how soon somebody looks again, and when silence is kept."""

import base64
import json

import pytest

from certdrop.deployment.work import OpenWork
from certdrop.reconcile import pacing
from certdrop.reconcile.owners import ASSOCIATE_ADDITIONAL_CERT, JOB_STATUS_POLLER
from certdrop.reconcile.requests import ReconcileRequest
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town

EC = bundle(key="p-256")


@pytest.fixture
def wanted(town: Town) -> OpenWork:
    """Open work for the default slot of a missing ALB listener, its bundle in CAS."""
    town.targets(town.target())
    town.import_to_cas(EC)
    return town.open(EC)


def listener_of(work: OpenWork) -> str:
    return f"listener/{work.place.listener}"


@pytest.mark.parametrize("hops", [0, 2, 3])
def test_after_an_own_operation_one_request_to_oneself_with_no_hops_after_5_seconds(
    town: Town, wanted: OpenWork, hops: int
) -> None:
    town.look(wanted.place.listener, hops=hops)

    assert town.messages() == [("listeners", listener_of(wanted), 0, 5.0)]


def test_an_operation_that_the_cloud_was_too_busy_for_is_a_wait(town: Town, wanted: OpenWork) -> None:
    town.fault("CreateListener", "SystemBusy", status=400)

    town.look(wanted.place.listener, hops=1)
    town.look(wanted.place.listener, hops=3)

    assert town.messages() == [("listeners", listener_of(wanted), 2, 10.0)]


@pytest.mark.parametrize(("hops", "delay"), [(0, 5.0), (1, 10.0), (2, 20.0)])
def test_on_wait_and_on_leave_one_request_with_a_hop_more_after_5_10_20_seconds(
    town: Town, wanted: OpenWork, hops: int, delay: float
) -> None:
    town.look(wanted.place.listener)
    town.clear_messages()

    assert town.look(wanted.place.listener, hops=hops).result == "waiting"
    assert town.messages() == [("listeners", listener_of(wanted), hops + 1, delay)]


def test_at_three_hops_there_is_silence(town: Town, wanted: OpenWork) -> None:
    town.look(wanted.place.listener)
    town.clear_messages()

    assert town.look(wanted.place.listener, hops=3).result == "waiting"
    assert town.messages() == []


@pytest.mark.parametrize("hops", [0, 1, 2])
def test_passing_on_to_the_owner_counts_as_a_hop_and_goes_at_once(town: Town, wanted: OpenWork, hops: int) -> None:
    outcome = town.look(wanted.place.listener, ASSOCIATE_ADDITIONAL_CERT, hops=hops)

    assert outcome.fields["owner"] == "create-https-listener"
    assert town.messages() == [("listeners", listener_of(wanted), hops + 1, 0.0)]
    assert town.mutations() == []


def test_at_three_hops_nothing_is_passed_on(town: Town, wanted: OpenWork) -> None:
    assert town.look(wanted.place.listener, ASSOCIATE_ADDITIONAL_CERT, hops=3).result == "asked"
    assert town.messages() == []


def test_the_poller_asks_at_three(town: Town, wanted: OpenWork) -> None:
    town.tick()

    assert town.messages() == [("listeners", listener_of(wanted), 3, 0.0)]


def test_what_lacks_its_import_is_asked_for_at_every_drop_that_wants_it(town: Town) -> None:
    works = [town.open(EC, drop=drop, cause=f"{drop}-1") for drop in ("shop", "blog")]

    town.look(works[0].place.listener, hops=1)

    assert town.messages() == [("drops", "drop/blog", 2, 0.0), ("drops", "drop/shop", 2, 0.0)]


def test_nobody_asks_the_poller(town: Town) -> None:
    pacing.ask(town.house(), JOB_STATUS_POLLER, ReconcileRequest.for_drop("shop"))

    assert town.messages() == []


def test_a_request_that_cannot_be_sent_changes_only_when_somebody_looks(town: Town, wanted: OpenWork) -> None:
    town.fault("SendMessage", "AccessDenied", status=403)

    assert town.look(wanted.place.listener).result == "operated"
    assert town.log.lines[-1][0] == "request-not-sent"
    town.calm()
    town.advance(60)
    assert town.tick().fields["looked"] == 1


def test_a_request_keeps_the_correlation_id_it_came_with(town: Town, wanted: OpenWork) -> None:
    request = ReconcileRequest.for_listener(wanted.place.listener, correlation_id="0123456789ab")
    pacing.look_later(town.house(), request)
    pacing.look_again(town.house(), request)
    pacing.pass_on(town.house(), ASSOCIATE_ADDITIONAL_CERT, request)

    bodies = [one.body for queue in town.world.mns.queues.values() for one in queue.messages.values()]
    assert [json.loads(base64.b64decode(body))["correlation_id"] for body in bodies] == ["0123456789ab"] * 3


def test_requests_die_out_when_nothing_changes(town: Town, wanted: OpenWork) -> None:
    town.look(wanted.place.listener)  # the job runs: from here on, looks only wait
    rounds = []
    for _ in range(6):
        asked = town.messages("listeners")
        town.clear_messages()
        rounds.append(len(asked))
        for _queue, _name, hops, _delay in asked:
            town.look(wanted.place.listener, hops=hops)

    assert rounds == [1, 1, 1, 1, 0, 0]
