"""Rule 6: wait, stall, refuse, or internal; each item of a batch by itself."""

import json
from types import SimpleNamespace

import pytest

from certdrop.deployment.operations import OperationEnd
from certdrop.deployment.work import OpenWork
from certdrop.errors import CloudError, Fate, LostAnswerError, StateError, UnreadableError
from certdrop.reconcile.house import House, Outcome, Tick
from certdrop.reconcile.operations.ends import end_of_call, fate_for
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.troubles import Trouble, record_trouble, refuse_works, stall_works, trouble_of
from certdrop.runtime.run import run
from certdrop.state import keys
from tests.flows.bundles import bundle
from tests.unit.deployment.builders import NOW, minutes, work
from tests.unit.reconcile.town import Town, facts_of

EC = bundle(key="p-256")
BLOG = bundle("blog.example", key="p-256", number=1)


def error(code: str, status: int = 400) -> CloudError:
    return CloudError(service="alb", action="X", code=code, message="why", request_id="R", status=status)


LOST = LostAnswerError(service="alb", action="X", code="LostAnswer")


@pytest.fixture
def wanted(town: Town) -> OpenWork:
    """Open work at an ALB listener."""
    return town.open(EC)


def test_a_trouble_of_the_cloud_keeps_code_message_request_id_and_gets_its_fate_and_remedy() -> None:
    trouble = trouble_of(error("NoPermission", 403))

    assert (trouble.code, trouble.message, trouble.request_id, trouble.fate) == ("NoPermission", "why", "R", Fate.STALL)
    assert trouble.remedy


def test_everything_else_is_internal_and_shows_only_its_kind() -> None:
    trouble = trouble_of(ValueError("-----BEGIN PRIVATE KEY-----"))

    assert (trouble.code, trouble.message, trouble.fate) == ("internal", "ValueError", Fate.STALL)


SPOILT = UnreadableError("state/open/x", "it is no OpenWork")


def test_a_spoilt_document_is_told_by_its_key_with_what_the_poller_does() -> None:
    trouble = trouble_of(SPOILT)

    assert (trouble.code, trouble.fate) == ("state-spoilt", Fate.STALL)
    assert "state/open/x" in trouble.message
    assert trouble.remedy


def test_a_call_that_met_a_spoilt_document_is_waited_for_until_that_is_mended(town: Town) -> None:
    def call() -> OperationEnd:
        raise SPOILT

    end = end_of_call(town.house(), [work()], call)

    assert (end.code, end.fate) == ("state-spoilt", Fate.WAIT)
    assert "state/open/x" in end.message
    assert town.log.events() == []


def test_an_operation_that_cannot_read_the_targets_in_force_has_asked_nothing_and_waits(town: Town) -> None:
    def call() -> OperationEnd:
        message = "state/ cannot be reached: oss GetObject: ServiceUnavailable (503)"
        raise StateError(message)

    end = end_of_call(town.house(), [work()], call)

    assert (end.code, end.fate) == ("state-unreachable", Fate.WAIT)
    assert "ServiceUnavailable" in end.message
    assert town.log.events() == []


@pytest.mark.parametrize(
    "trouble", [error("Throttling.User"), error("SystemBusy"), error("AnyCode", 503), error("AnyCode", 429), LOST]
)
def test_busy_throttled_5xx_and_lost_are_waited_for_and_nothing_is_recorded(
    town: Town, wanted: OpenWork, trouble: CloudError
) -> None:
    before = town.keys()
    request = ReconcileRequest.for_listener(wanted.place.listener)

    outcome = record_trouble(request, town.house(), trouble)

    assert outcome.result == "waiting"
    assert town.keys() == before
    assert town.messages() == [("listeners", request.reconcile, 1, 5.0)]


@pytest.mark.parametrize("trouble", [error("NoPermission", 403), error("ResourceQuotaExceeded.X"), error("Unheard.Of")])
def test_all_else_stalls_the_listeners_work_and_is_told_once(town: Town, wanted: OpenWork, trouble: CloudError) -> None:
    for _ in range(2):
        outcome = record_trouble(ReconcileRequest.for_listener(wanted.place.listener), town.house(), trouble)
        town.advance(120)

    stalls = [key for key in town.keys("state/open/") if "stalled" in key]
    assert outcome.result == "stalled"
    assert {town.read(key)["code"] for key in stalls} == {trouble.code}
    assert len(stalls) == 2
    assert town.log.events() == ["deployment-stalled"]
    assert town.messages() == []


def test_a_drops_trouble_stands_in_its_attempt_and_a_ticks_in_its_outcome(town: Town) -> None:
    assert record_trouble(ReconcileRequest.for_drop("shop"), town.house(), error("NoPermission")).result == "stalled"
    assert record_trouble(Tick(), town.house(), error("NoPermission")).fields["code"] == "NoPermission"
    assert town.keys() == []


def test_only_the_work_of_the_bundle_in_question_is_stalled_or_refused(town: Town, wanted: OpenWork) -> None:
    other = town.open(BLOG)
    listener = wanted.place.listener

    stall_works(town.house(), [listener], Trouble("a"), facts_of(EC).fingerprint)
    refuse_works(town.house(), [listener], Trouble("b", request_id="R"), facts_of(BLOG).fingerprint)

    assert [key for key in town.keys("state/open/") if "stalled" in key] == [
        keys.stalled(listener, wanted.deployment, 1)
    ]
    end = town.read(keys.end(other.deployment, other.cause))
    assert (end["end"], end["code"], end["request_id"]) == ("refused", "b", "R")


def test_several_causes_of_one_deployment_stall_once(town: Town, wanted: OpenWork) -> None:
    town.open(EC, cause="bbbbbbbbbbbb-1")

    stall_works(town.house(), [wanted.place.listener], Trouble("a"))

    stalls = [key for key in town.keys("state/open/") if "stalled" in key]
    assert [town.read(key)["count"] for key in stalls] == [1]
    assert town.log.events() == ["deployment-stalled"]


@pytest.mark.parametrize(
    ("code", "age", "fate"),
    [
        ("ResourceNotFound.Certificate", 9.9, Fate.WAIT),
        ("ResourceNotFound.Certificate", 10, Fate.STALL),
        ("CertificateNotExist", 1, Fate.WAIT),
        ("ServerCertificateId.NotFound", 1, Fate.WAIT),
        ("ResourceNotFound.LoadBalancer", 1, Fate.STALL),
    ],
)
def test_a_certificate_not_found_within_10_minutes_of_its_import_is_waited_for(
    code: str, age: float, fate: Fate
) -> None:
    old, young = work(opened=NOW - minutes(60)), work(opened=NOW - minutes(age))

    assert fate_for(error(code, 404), [old, young], NOW) is fate


def test_one_bad_item_of_a_batch_stalls_and_the_next_goes_on(town: Town, wanted: OpenWork) -> None:
    bad = ReconcileRequest.for_listener(wanted.place.listener)
    good = ReconcileRequest.for_drop("good")

    def look(request: ReconcileRequest, house: House) -> Outcome:
        if request == bad:
            raise ZeroDivisionError
        return Outcome("looked")

    wiring = SimpleNamespace(house=lambda context, name: town.house(name), clock=None)
    context = SimpleNamespace(request_id="R", function=SimpleNamespace(name="create-https-listener", timeout=60))
    event = json.dumps([cloud_event(bad), cloud_event(good)]).encode()

    answer = run(event, context, look, wiring)  # type: ignore[arg-type]

    assert answer["results"] == {"stalled": 1, "looked": 1}
    assert "unclassified" in town.log.events()
    assert town.read(keys.stalled(wanted.place.listener, wanted.deployment, 1))["code"] == "internal"


def cloud_event(request: ReconcileRequest) -> dict[str, object]:
    return {
        "id": request.reconcile,
        "source": "certdrop",
        "specversion": "1.0",
        "type": "mns:Queue:SendMessage",
        "data": {"messageBody": request.model_dump_json(), "messageId": request.reconcile},
    }
