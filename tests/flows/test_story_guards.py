"""A bundle that would serve worse than what is there is refused, though only a handshake knows what is there."""

from datetime import datetime, timezone
from functools import partial
from typing import Any

import pytest

from certdrop.reconcile.house import Handshake
from fakecloud.alb.changes import Changes
from fakecloud.authority import leaf
from tests.flows import hands
from tests.flows.bundles import Made, bundle, intermediate, key_of
from tests.flows.pipeline import Pipeline
from tests.flows.probe import Probe

NAMES = ("shop.example", "www.shop.example")
ON_ALB_AND_CLB = pytest.mark.parametrize("service", ["alb", "clb"])


def moment(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=timezone.utc)


def foreign(*names: str, ends: int = 2027) -> Made:
    """Make somebody's certificate, issued in August 2026."""
    return Made(
        leaf(
            issuer=intermediate(),
            names=names or NAMES,
            key=key_of("rsa-2048", 7),
            not_before=moment(2026, 8),
            not_after=moment(ends, 8),
        )
    )


def self_signed() -> dict[str, str]:
    made = leaf(names=NAMES, key=key_of("rsa-2048"), not_before=moment(2026, 10), not_after=moment(2027, 10))
    return {"cert_pem": made.pem.decode(), "privkey_pem": made.key_pem.decode()}


WORSE: list[tuple[str, Made, dict[str, str]]] = [
    ("fewer-names", foreign(*NAMES, "api.shop.example"), bundle().files),
    ("earlier-expiry", foreign(ends=2028), bundle().files),
    ("self-signed", foreign(), self_signed()),
]
EVERY_GUARD = pytest.mark.parametrize(("code", "standing", "files"), WORSE, ids=[row[0] for row in WORSE])


def set_up_by_hand(pipeline: Pipeline, service: str, made: Made, *, is_forgotten: bool = True) -> None:
    """Let somebody create a listener with a certificate that its service then tells nothing of."""
    if service == "alb":
        identifier = hands.import_into_cas(pipeline, made)
        changes = Changes(default_certificate=identifier, server_groups=(pipeline.group,))
        pipeline.world.alb.create_listener(pipeline.alb, "HTTPS", 443, changes)
    else:
        clb, region = pipeline.world.clb, pipeline.world.region
        identifier = hands.import_into_clb(pipeline, made)
        settings = {"ServerCertificateId": identifier, "BackendServerPort": 80, "Bandwidth": -1}
        clb.listeners.create_load_balancer_https_listener(region, pipeline.clb, 443, settings)
        clb.listeners.start_load_balancer_listener(region, pipeline.clb, 443)
    pipeline.advance(20)
    if is_forgotten:
        hide(pipeline, identifier)


def hide(pipeline: Pipeline, identifier: str) -> None:
    """Let neither CAS nor CLB list a certificate any more."""
    kept = pipeline.world.cas.certificates
    for certificate_id in [key for key, one in kept.items() if one.cert_identifier == identifier]:
        del kept[certificate_id]
    certificates = pipeline.world.clb.certificates
    listing = certificates.describe_server_certificates

    def describe_server_certificates(*asked: Any, **more: Any) -> Any:
        return [one for one in listing(*asked, **more) if one.certificate_id != identifier]

    certificates.describe_server_certificates = describe_server_certificates  # type: ignore[method-assign]


def make_target(pipeline: Pipeline, service: str) -> Any:
    return partial(pipeline.alb_target if service == "alb" else pipeline.clb_target, "it")


@ON_ALB_AND_CLB
@EVERY_GUARD
def test_worse_than_what_only_the_handshake_knows_is_refused_unless_the_target_allows_it_by_name(
    pipeline: Pipeline, probe: Probe, service: str, code: str, standing: Made, files: dict[str, str]
) -> None:
    target = make_target(pipeline, service)
    set_up_by_hand(pipeline, service, standing)
    pipeline.targets(target())
    pipeline.drop("shop", **files)
    pipeline.advance(300)
    refused, shown = pipeline.standings(), probe.shown(None)
    with probe.looking_away():
        pipeline.targets(target(allow=[code]))
        pipeline.advance(900)

    assert refused == [("it", "refused", code)]
    assert shown == {standing.fingerprint}
    assert pipeline.standings() == [("it", "served", "")]
    assert probe.shown(None) != {standing.fingerprint}


def test_of_names_of_which_cas_tells_the_first_alone_the_handshake_tells_the_rest(
    pipeline: Pipeline, probe: Probe
) -> None:
    assert not pipeline.world.cas.returns_alternative_names
    set_up_by_hand(pipeline, "alb", foreign(*NAMES, "api.shop.example"), is_forgotten=False)
    pipeline.targets(pipeline.alb_target("it"))
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(300)

    [refused] = pipeline.report()["deployments"]
    assert (refused["status"], refused["code"]) == ("refused", "fewer-names")
    assert "api.shop.example" in refused["message"]


def test_an_extension_domain_is_guarded_by_what_the_handshake_knows(pipeline: Pipeline, probe: Probe) -> None:
    standing = foreign(*NAMES, "api.shop.example")
    set_up_by_hand(pipeline, "clb", bundle("base.example"), is_forgotten=False)
    identifier = hands.import_into_clb(pipeline, standing)
    clb, region = pipeline.world.clb, pipeline.world.region
    clb.extensions.create_domain_extension(region, pipeline.clb, 443, "shop.example", identifier)
    pipeline.advance(20)
    hide(pipeline, identifier)
    pipeline.targets(pipeline.clb_target("it", role="additional", domains=["shop.example"]))
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(300)

    assert pipeline.standings() == [("it", "refused", "fewer-names")]
    assert probe.shown("shop.example") == {standing.fingerprint}


@ON_ALB_AND_CLB
def test_what_is_still_unknown_is_replaced_with_a_warning_and_kept(
    pipeline: Pipeline, probe: Probe, service: str
) -> None:
    def dial(*_: Any) -> Handshake:
        raise TimeoutError(110, "Connection timed out")

    set_up_by_hand(pipeline, service, foreign())
    pipeline.dial = dial  # type: ignore[method-assign, assignment]
    pipeline.targets(make_target(pipeline, service)())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(300)

    [served] = pipeline.report()["deployments"]
    assert (served["status"], served["code"]) == ("served", "unproven")
    assert "nobody could tell all names" in served["message"]
    assert probe.shown(None) == {bundle().fingerprint}
