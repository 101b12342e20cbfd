"""Of every certificate that a target's listener serves people are warned in time, once for each threshold."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.bundle.leaf import read_leaf
from certdrop.reconcile.house import Handshake, Memory
from certdrop.state.drops import write_bundle
from fakecloud.alb.changes import Changes
from fakecloud.alb.resources import Listener
from tests.flows.bundles import Made, bundle
from tests.unit.reconcile.town import Town, facts_of

EC, RENEWED = bundle(key="p-256"), bundle(key="p-256", month=11)
STRANGE = bundle("strange.example", key="p-256", month=9)
ENDS = datetime(2027, 10, 1, tzinfo=timezone.utc)


@pytest.fixture
def listener(town: Town) -> Listener:
    """The drop shop is served by default at an ALB listener."""
    town.targets(town.target())
    town.import_to_cas(EC)
    write_bundle(town.store(), facts_of(EC))
    work = town.open(EC)
    town.look(work.place.listener)
    town.advance(10)
    town.dial = shows(EC)
    town.tick()
    del town.bucket.objects["state/survey/listeners.json"]  # what was found at once, when it was served
    (made,) = town.world.alb.listeners.values()
    return made


def shows(made: Made) -> Any:
    def dial(host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
        return Handshake(made.fingerprint, leaf=read_leaf(made.leaf.der))

    return dial


def survey_at(town: Town, moment: datetime) -> None:
    """Go to the first survey from *moment* on."""
    ahead = moment - town.world.clock.now()
    town.advance(ahead.total_seconds())
    town.advance((5 - town.world.clock.now().minute) % 10 * 60)
    town.tick()


def told(town: Town, *events: str) -> list[dict[str, Any]]:
    wanted = events or ("certificate-expires", "certificate-expired")
    return [fields for event, fields in town.log.lines if event in wanted]


def certificates(town: Town) -> list[dict[str, Any]]:
    found = town.read("state/survey/listeners.json")["listeners"].values()
    return [one for listener in found for one in listener["certificates"]]


def days_before(days: float) -> datetime:
    return ENDS - timedelta(days=days)


def test_each_warning_is_given_once_and_the_end_too(town: Town, listener: Listener) -> None:
    said = []
    for days in (31, 30, 29.5, 29, 14, 13, 7, 3, 2.5, 1, 0, -1, -5):
        before = len(told(town))
        survey_at(town, days_before(days))
        said += [days] * (len(told(town)) - before)

    assert said == [30, 14, 7, 3, 1, 0]
    assert [one["code"] for one in told(town)] == ["certificate-expires"] * 5 + ["certificate-expired"]


def test_a_warning_says_what_expires_where_when_and_what_to_do(town: Town, listener: Listener) -> None:
    survey_at(town, days_before(7))
    [warning] = told(town)

    assert warning["subject"] == f"certificate/{EC.fingerprint}"
    assert warning["message"] == (
        f"the certificate for shop.example, www.shop.example, served at alb.{town.alb}.443 (default), "
        "expires in 6 days, on 2027-10-01 00:00 UTC"
    )
    assert "certs/shop/" in warning["remedy"]


def test_days_that_nobody_was_there_for_are_warned_of_with_the_last_threshold_only(
    town: Town, listener: Listener
) -> None:
    survey_at(town, days_before(31))
    survey_at(town, days_before(2))

    assert len(told(town)) == 1
    assert [one["warned"] for one in certificates(town)] == [3]


def test_a_renewed_certificate_ends_its_warnings(town: Town, listener: Listener) -> None:
    survey_at(town, days_before(20))
    renewed = town.import_to_cas(RENEWED)
    town.world.alb.update_listener_attribute(listener.id, Changes(default_certificate=renewed))
    for days in (13, 5, 1):
        survey_at(town, days_before(days))

    assert ["2027-10-01" in one["message"] for one in told(town)] == [True]
    survey_at(town, days_before(-2))
    assert "expires in 28 days, on 2027-11-01" in told(town)[-1]["message"]


def test_a_certificate_that_certdrop_did_not_deploy_is_warned_of_too(town: Town, listener: Listener) -> None:
    foreign = town.import_to_cas(STRANGE, "by-hand")
    town.world.alb.associate_additional_certificates_with_listener(listener.id, [foreign])
    survey_at(town, datetime(2027, 8, 31, tzinfo=timezone.utc))
    [warning] = told(town)

    assert "strange.example" in warning["message"]
    assert "(additional)" in warning["message"]
    assert "certdrop did not deploy it" in warning["remedy"]


def test_one_certificate_at_two_listeners_is_warned_of_once(town: Town, listener: Listener) -> None:
    town.targets(town.target(), town.target(name="b", port=8443, listener=None), number=2)
    town.memory = Memory()
    changes = Changes(default_certificate=listener.settings.default.id, server_groups=(town.group,))  # type: ignore[union-attr]
    town.world.alb.create_listener(town.alb, "HTTPS", 8443, changes)
    for days in (30, 29):
        survey_at(town, days_before(days))

    assert len(certificates(town)) == 2
    assert len(told(town)) == 1


def test_a_default_certificate_that_cas_does_not_hold_is_asked_for_by_a_handshake(
    town: Town, listener: Listener
) -> None:
    foreign = town.import_to_cas(STRANGE, "by-hand")
    town.world.alb.update_listener_attribute(listener.id, Changes(default_certificate=foreign))
    town.advance(10)
    for certificate_id, kept in list(town.world.cas.certificates.items()):
        if kept.name == "by-hand":
            del town.world.cas.certificates[certificate_id]
    town.dial = shows(STRANGE)
    survey_at(town, datetime(2027, 8, 20, tzinfo=timezone.utc))
    [one] = certificates(town)

    assert (one["fingerprint"], one["not_after"]) == (STRANGE.fingerprint, "2027-09-01T00:00:00Z")
    assert one["names"] == ["strange.example"]
    assert len(told(town)) == 1


def test_what_nobody_can_tell_is_noted_as_unknown(town: Town, listener: Listener) -> None:
    town.world.cas.certificates.clear()
    town.targets(town.target(drops=["other"]), number=2)
    town.memory = Memory()
    town.dial = Town().dial
    survey_at(town, days_before(1))

    assert [one["not_after"] for one in certificates(town)] == [None]
    assert told(town) == []


@pytest.mark.parametrize(
    ("code", "status", "trouble"), [("Throttling.User", 400, ""), ("NoPermission", 403, "NoPermission")]
)
def test_an_address_that_is_not_told_just_now_is_asked_for_next_time_and_one_that_may_not_be_is_told(
    town: Town, listener: Listener, code: str, status: int, trouble: str
) -> None:
    town.world.cas.certificates.clear()
    town.targets(town.target(drops=["other"]), number=2)
    town.memory = Memory()
    town.fault("GetLoadBalancerAttribute", code, status=status)
    survey_at(town, town.world.clock.now())
    [found] = town.read("state/survey/listeners.json")["listeners"].values()

    assert [one["not_after"] for one in found["certificates"]] == ([] if trouble else [None])
    assert found["trouble"].startswith(trouble)
    assert bool(found["trouble"]) is bool(trouble)
