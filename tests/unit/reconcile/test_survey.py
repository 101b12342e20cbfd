"""The hourly survey: when it comes, what it costs, who makes it, and what it leaves alone."""

from collections import Counter
from typing import Any

import pytest

from certdrop.deployment.work import OpenWork
from certdrop.errors import StateError
from certdrop.reconcile import chores
from certdrop.reconcile.house import Memory
from certdrop.state.served import note_served
from certdrop.state.surveys import Claim, claim_survey
from fakecloud.clb.certificates import Label
from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.unit.reconcile.surveyed import serve, ticks
from tests.unit.reconcile.town import Town

FOUND = "state/survey/listeners.json"


@pytest.fixture
def served(town: Town) -> OpenWork:
    """A certificate that is served by default at an ALB listener, five minutes before the first survey."""
    work = serve(town)
    assert town.keys("state/open/") == []
    del town.bucket.objects[FOUND]  # what was found at once, when it was served
    return work


def surveys(town: Town) -> Any:
    return town.read(FOUND)["listeners"]


def test_a_listener_is_surveyed_within_ten_minutes_and_then_once_an_hour(town: Town, served: OpenWork) -> None:
    found = ticks(town, 70)

    assert [minute for minute, count in enumerate(found, 1) if count] == [5, 65]
    assert [minute for minute, count in enumerate(found, 1) if count is not None] == list(range(5, 71, 10))


def test_an_hour_in_which_nothing_changed_costs_one_survey_and_two_requests_a_minute(
    town: Town, served: OpenWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "CHORES", [one for one in chores.CHORES if one[0] == "survey"])
    ticks(town, 65)
    before = len(town.wire.sent)
    ticks(town, 60)

    spent = Counter(town.wire.sent[before:])
    survey = {
        "LIST state/survey/claims/": 1,
        f"LIST state/open/{served.place.listener}/": 1,
        f"LIST state/served/{served.place.listener}/": 1,
        f"GET state/served/{served.place.listener}/default.json": 0,  # the instance's copy is what the list shows
        "ListListeners": 1,
        "ListListenerCertificates": 1,
        "ListCertificates": 0,  # CAS told this instance before what the listener shows
        "PUT state/survey/listeners.json": 1,
        "GET state/survey/listeners.json": 6 + 1 + 1,  # the status page is rendered with it, and hourly
    }
    assert {label: spent[label] for label in survey} == survey
    assert (spent["LIST state/open/"], spent["HEAD config/targets.yml"]) == (60, 60)
    rest = {label for label in spent if "claims/" not in label and "state/config/" not in label} - {
        *survey,
        "LIST state/open/",
        "HEAD config/targets.yml",
    }
    assert rest == {
        "LIST state/drops/",
        "LIST certs/",
        "LIST reports/",
        "PUT status/status.json",
        "PUT status/listeners.json",
        "PUT status/index.html",
    }


def test_many_listeners_ask_cas_once_a_minute_and_are_spread_over_minutes(town: Town) -> None:
    targets = [town.target(name=f"t{port}", port=port, listener=None) for port in range(1, 46)]
    town.targets(*targets)
    found = ticks(town, 10)

    assert found == [None, None, None, None, 20, 20, 5, None, None, None]
    assert town.tried("ListListeners") == 45
    assert town.tried("ListCertificates") <= 3


def test_clb_is_asked_twice_for_a_listener_and_once_a_minute_for_all_certificates(town: Town) -> None:
    listeners = {"backend_port": 8080}
    town.targets(*(town.target("clb", name=f"t{port}", port=port, listener=listeners) for port in (443, 8443)))
    made = bundle()
    kept = town.world.clb.certificates.upload_server_certificate(
        town.world.region, made.fullchain, made.leaf.traditional_key_pem.decode(), Label("by-hand")
    )
    sent = {
        "Bandwidth": -1,
        "BackendServerPort": 8080,
        "HealthCheck": "off",
        "ServerCertificateId": kept.certificate_id,
    }
    for port in (443, 8443):
        town.world.clb.listeners.create_load_balancer_https_listener(town.world.region, town.clb, port, sent)
    ticks(town, 5)

    assert [len(one["certificates"]) for one in surveys(town).values()] == [1, 1]
    assert town.tried("DescribeLoadBalancerAttribute") == 2
    assert town.tried("DescribeLoadBalancerHTTPSListenerAttribute") == 2
    assert town.tried("DescribeServerCertificates") == 1


def test_nothing_is_begun_without_time_left_and_the_rest_comes_the_next_minute(town: Town, served: OpenWork) -> None:
    ticks(town, 4)
    town.time_left = 19.9
    assert ticks(town, 1) == [None]
    town.time_left = 60.0

    assert ticks(town, 10)[9] == 1


def test_two_instances_never_survey_at_the_same_time(town: Town, served: OpenWork) -> None:
    ticks(town, 4)
    town.advance(60)
    claim = claim_survey(town.store(), "another")
    assert claim

    assert town.tick().fields["surveyed"] == 0
    assert FOUND not in town.bucket.objects


def test_the_claim_of_an_instance_that_died_does_not_hold_the_survey_for_ever(town: Town, served: OpenWork) -> None:
    ticks(town, 4)
    assert claim_survey(town.store(), "dead")

    assert ticks(town, 11)[10] == 1
    assert town.keys("state/survey/claims/") == []


def test_whoever_comes_second_in_a_minute_finds_nothing_due(town: Town, served: OpenWork) -> None:
    ticks(town, 5)
    town.memory = Memory()

    assert town.tick().fields["surveyed"] == 0


def test_what_cannot_be_observed_is_noted_and_holds_up_no_other_listener(town: Town, served: OpenWork) -> None:
    town.targets(town.target(), town.target("clb", "other"), number=2)
    town.memory = Memory()
    town.fault("ListListeners", "NoPermission", status=403)
    ticks(town, 5)

    found = surveys(town)
    assert "NoPermission" in found[str(served.place.listener)]["trouble"]
    assert found[f"clb.{town.clb}.443"]["status"] == "missing"


def test_a_listener_that_the_cloud_was_too_busy_for_is_looked_at_again_soon(town: Town, served: OpenWork) -> None:
    town.fault("ListListeners", "Throttling", status=429)
    ticks(town, 5)
    town.calm()
    found = ticks(town, 10)

    assert found[9] == 1
    assert surveys(town)[str(served.place.listener)]["status"] == "running"


def test_a_spoilt_note_of_what_is_served_holds_up_no_survey(town: Town, served: OpenWork) -> None:
    town.put(f"state/served/{served.place.listener}/default.json", "{}")
    ticks(town, 5)

    assert surveys(town)[str(served.place.listener)]["status"] == "running"


def test_a_spoilt_survey_is_made_anew(town: Town, served: OpenWork) -> None:
    ticks(town, 4)
    town.put(FOUND, "[]")

    assert ticks(town, 1) == [1]
    assert list(surveys(town)) == [str(served.place.listener)]


def test_a_state_that_is_not_reached_fails_the_tick_at_its_end_and_no_other_listener(
    town: Town, served: OpenWork
) -> None:
    town.targets(town.target(), town.target("clb", "other"), number=2)
    town.memory = Memory()
    ticks(town, 4)
    town.advance(60)

    def refuse(label: str, when: str) -> None:
        town.world.faults.orders.clear()
        if when == "before" and label == f"LIST state/served/{served.place.listener}/":
            town.world.faults.add(Fault(service="oss", code="AccessDenied", status=403))

    town.wire.trouble = refuse
    with pytest.raises(StateError, match="cannot be reached"):
        town.tick()
    town.calm()

    assert list(surveys(town)) == [f"clb.{town.clb}.443"]


def test_a_listener_in_configuration_is_told_when_it_stays_so_for_15_minutes(town: Town, served: OpenWork) -> None:
    [listener] = town.world.alb.listeners.values()
    listener.status = "Configuring"
    ticks(town, 5)
    first = surveys(town)[str(served.place.listener)]
    ticks(town, 20)
    second = surveys(town)[str(served.place.listener)]

    assert (first["status"], first["drifts"]) == ("busy", [])
    assert [one["event"] for one in second["drifts"]] == ["drift-listener-stuck"]


def test_a_listener_with_work_that_is_looked_at_is_between_two_states_and_not_compared(
    town: Town, served: OpenWork
) -> None:
    town.world.alb.listeners.clear()
    town.open(bundle(key="p-256", number=7), slot="additional")
    town.time_left = 60.0
    for _ in range(5):
        town.advance(60)
        town.tick()

    assert surveys(town)[str(served.place.listener)]["drifts"] == []


def test_listeners_of_no_target_are_forgotten(town: Town, served: OpenWork) -> None:
    ticks(town, 5)
    town.targets(town.target("clb", "other"), number=2)
    town.memory = Memory()
    ticks(town, 10)

    assert list(surveys(town)) == [f"clb.{town.clb}.443"]


def test_what_is_served_for_no_target_any_more_is_kept_and_not_missed(town: Town, served: OpenWork) -> None:
    town.targets(town.target(drops=["blog"]), number=2)
    town.memory = Memory()
    town.world.alb.listeners.clear()
    ticks(town, 5)

    assert surveys(town)[str(served.place.listener)]["drifts"] == []
    assert len(town.keys("state/served/")) == 1


def test_an_additional_certificate_whose_successor_is_served_is_expected_no_more(town: Town, served: OpenWork) -> None:
    town.targets(town.target(), town.target(name="more", role="additional"), number=2)
    town.memory = Memory()
    for month in (9, 10):
        made = bundle("blog.example", key="p-256", month=month)
        note_served(town.store(), town.work(made, slot="additional"))
        newer = town.import_to_cas(made)
    [listener] = town.world.alb.listeners.values()
    town.world.alb.associate_additional_certificates_with_listener(listener.id, [newer])
    ticks(town, 5)

    assert surveys(town)[str(served.place.listener)]["drifts"] == []
    assert len(town.keys(f"state/served/{served.place.listener}/additional.")) == 1


def test_a_claim_says_whose_it_is(town: Town) -> None:
    key = claim_survey(town.store(), "me")

    assert key
    assert Claim.model_validate(town.read(key)).request_id == "me"
