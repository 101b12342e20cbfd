"""What somebody changed by hand at a listener is told once, and put right only where a target says `heal: true`."""

import json
from typing import Any

import pytest

from fakecloud.clb.certificates import Label
from tests.flows import hands
from tests.flows.authorities import authority
from tests.flows.bundles import Made, bundle
from tests.flows.console import certdrop
from tests.flows.mutual_tls import PARTNERS, checked_against, drop_ca
from tests.flows.pipeline import Pipeline
from tests.flows.receiver import Receiver

HOUR = 3600
SERVICES = ("alb", "clb")
SHOP, BLOG = bundle(), bundle("blog.example", number=1)
STRANGE = bundle("shop.example", "other.example", number=2, month=9)


def deploy(pipeline: Pipeline, service: str = "alb", *others: dict[str, Any], heal: bool = False) -> None:
    """Serve the drop shop by default; the first survey comes at five past."""
    pipeline.webhook = Receiver()
    target = pipeline.alb_target(heal=heal) if service == "alb" else pipeline.clb_target(heal=heal)
    pipeline.targets(target, *others)
    pipeline.drop("shop", **SHOP.files)
    pipeline.advance(240)
    assert pipeline.standings() == [(target["name"], "served", "")]


def told(pipeline: Pipeline) -> list[str]:
    assert pipeline.webhook
    return [event for event in pipeline.webhook.told() if event.startswith("drift-")]


def drifts(pipeline: Pipeline) -> list[str]:
    """Return what the last survey found to differ."""
    found = pipeline.read("state/survey/listeners.json")["listeners"]
    assert {listener["trouble"] for listener in found.values()} == {""}
    return [one["event"] for listener in found.values() for one in listener["drifts"]]


def shows(pipeline: Pipeline, made: Made, name: str | None = None) -> bool:
    """Tell whether the one listener shows a certificate."""
    (listener,) = (*pipeline.world.alb.tls_listeners(), *pipeline.world.clb.tls_listeners())
    return pipeline.dial(listener.address, 443, name).fingerprint == made.fingerprint


def wait_for_two_surveys(pipeline: Pipeline) -> None:
    """Let what was changed be found, and looked at once more an hour later."""
    pipeline.advance(600)
    pipeline.leap(HOUR)
    pipeline.advance(660)


def by_hand(pipeline: Pipeline, service: str, change: str) -> None:
    if change == "swap":
        hands.swap_default(pipeline, service, STRANGE)
    elif change == "stop":
        hands.stop(pipeline, service)
    else:
        hands.delete(pipeline, service)


CHANGES = {
    "swap": "drift-certificate-replaced",
    "stop": "drift-listener-stopped",
    "delete": "drift-listener-missing",
}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_by_hand_is_told_once_and_left_alone(pipeline: Pipeline, service: str, change: str) -> None:
    deploy(pipeline, service)
    by_hand(pipeline, service, change)
    before = len(pipeline.world.calls.entries)

    wait_for_two_surveys(pipeline)

    assert told(pipeline) == drifts(pipeline) == [CHANGES[change]]
    assert pipeline.mutations(since=before) == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_by_hand_is_put_right_where_the_target_heals(
    pipeline: Pipeline, service: str, change: str
) -> None:
    deploy(pipeline, service, heal=True)
    by_hand(pipeline, service, change)

    pipeline.advance(1200)

    assert shows(pipeline, SHOP)
    assert told(pipeline) == [CHANGES[change]]
    assert drifts(pipeline) == pipeline.keys("state/open/") == []


def test_what_is_changed_by_hand_again_is_told_and_healed_again(pipeline: Pipeline) -> None:
    deploy(pipeline, heal=True)
    for number in (2, 3):
        hands.swap_default(pipeline, "alb", bundle("strange.example", number=number, month=number))
        wait_for_two_surveys(pipeline)

    assert shows(pipeline, SHOP)
    assert told(pipeline) == ["drift-certificate-replaced"] * 2


@pytest.mark.parametrize("heal", [False, True])
@pytest.mark.parametrize("service", SERVICES)
def test_an_additional_certificate_that_was_taken_away_is_told_and_comes_back_only_to_heal(
    pipeline: Pipeline, service: str, *, heal: bool
) -> None:
    target = pipeline.alb_target if service == "alb" else pipeline.clb_target
    pipeline.drop("blog", **BLOG.files)
    deploy(pipeline, service, target("more", role="additional", drops=("blog",), heal=heal))
    if service == "alb":
        hands.dissociate(pipeline)
    else:
        hands.delete_extension(pipeline, "blog.example")

    pipeline.advance(1200)

    assert told(pipeline) == ["drift-certificate-missing"]
    assert shows(pipeline, BLOG, "blog.example") is heal
    assert shows(pipeline, SHOP)


def test_what_others_put_beside_ours_is_no_drift_and_stays(pipeline: Pipeline) -> None:
    deploy(pipeline, heal=True)
    foreign = hands.import_into_cas(pipeline, STRANGE)
    listener = hands.alb_listener(pipeline)
    pipeline.world.alb.associate_additional_certificates_with_listener(listener.id, [foreign])

    pipeline.advance(HOUR + 600)

    assert told(pipeline) == []
    assert list(listener.additional) == [foreign]


def test_a_listener_of_somebody_else_that_was_stopped_is_told_and_never_started(pipeline: Pipeline) -> None:
    deploy(pipeline, heal=True)
    hands.alb_listener(pipeline).tags = {}
    hands.stop(pipeline, "alb")
    before = len(pipeline.world.calls.entries)

    pipeline.advance(1200)

    assert told(pipeline) == ["drift-listener-stopped"]
    assert pipeline.mutations(since=before) == []


@pytest.mark.parametrize("heal", [False, True])
def test_a_client_ca_replaced_by_hand_is_told_and_comes_back_only_to_heal(pipeline: Pipeline, *, heal: bool) -> None:
    pipeline.webhook = Receiver()
    pipeline.targets(pipeline.clb_target(heal=heal, **PARTNERS))
    drop_ca(pipeline, authority())
    pipeline.drop("shop", **SHOP.files)
    pipeline.advance(240)
    certificates, theirs = pipeline.world.clb.certificates, authority("Theirs", number=205)
    kept = certificates.upload_ca_certificate(pipeline.world.region, theirs.pem.decode(), Label("theirs"))
    hands.set_clb(pipeline, CACertificateId=kept.certificate_id)

    pipeline.advance(1200)

    assert told(pipeline) == ["drift-client-ca"]
    assert checked_against(pipeline) == (authority() if heal else theirs).fingerprint


def test_what_a_handshake_disproved_is_not_healed(pipeline: Pipeline) -> None:
    deploy(pipeline, heal=True)
    (key,) = pipeline.keys("state/deployments/")
    ended = {**pipeline.read(key), "end": "disproved"}
    pipeline.put(key.replace(".json", "0.json"), json.dumps(ended))
    hands.swap_default(pipeline, "alb", STRANGE)
    pipeline.advance(1200)

    assert told(pipeline) == ["drift-certificate-replaced"]
    assert shows(pipeline, STRANGE)
    assert pipeline.keys("state/open/") == []


def test_a_target_that_begins_to_heal_puts_right_what_was_told_before(pipeline: Pipeline) -> None:
    deploy(pipeline)
    hands.swap_default(pipeline, "alb", STRANGE)
    pipeline.advance(600)
    pipeline.targets(pipeline.alb_target(heal=True))

    pipeline.advance(HOUR)

    assert told(pipeline) == ["drift-certificate-replaced"] * 2
    assert shows(pipeline, SHOP)


def test_certdrop_status_tells_what_is_served_for_how_long_and_what_was_changed(pipeline: Pipeline) -> None:
    deploy(pipeline)
    hands.swap_default(pipeline, "alb", STRANGE)
    pipeline.advance(300)

    said = certdrop(pipeline, "read", "status").out
    (listener,) = certdrop(pipeline, "read", "status", "--json").json["listeners"]

    assert f"alb.{pipeline.alb}.443  running  shop  seen 2026-11-01 12:05 UTC" in said
    assert "  default  other.example, shop.example  until 2027-09-01, 303 days left" in said
    assert "  X  drift-certificate-replaced  since 2026-11-01 12:05 UTC" in said
    assert [one["days_left"] for one in listener["certificates"]] == [303]
    assert certdrop(pipeline, "read", "status", "shop", "--json").json["listeners"] == []
