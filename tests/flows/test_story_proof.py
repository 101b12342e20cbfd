"""What the handshake shows decides: proved, not reached, or another certificate, and then the way back."""

from dataclasses import replace
from typing import Any

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.reconcile.house import Handshake
from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline
from tests.flows.probe import EVERY_ORDER, Probe, leaf_of
from tests.flows.receiver import Receiver

OLD, NEW = bundle(month=9), bundle()
ON_ALB_AND_CLB = pytest.mark.parametrize("service", ["alb", "clb"])
TWELVE_MINUTES = 12 * 60


def serve(pipeline: Pipeline, service: str, role: str) -> None:
    target = pipeline.alb_target if service == "alb" else pipeline.clb_target
    others = [target("base", drops=("base",))] if role == "additional" else []
    pipeline.targets(*others, target("it", role=role))
    pipeline.drop("base", **bundle("base.example").files)
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(360)
    assert pipeline.standings() == [("it", "served", "")]


def show_for_ever(pipeline: Pipeline, fingerprint: str, *names: str | None) -> None:
    """Let the data plane hang: these names show what they showed."""
    real = pipeline.dial

    def dial(host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        shown = real(host, port, server_name, key_kind)
        return Handshake(fingerprint) if server_name in names else shown

    pipeline.dial = dial  # type: ignore[method-assign]


def served_ids(pipeline: Pipeline, service: str) -> set[str]:
    """Return the fingerprints of all that the one listener has."""
    shown = (pipeline.world.alb if service == "alb" else pipeline.world.clb).shown(getattr(pipeline, service), 443)
    return {leaf_of(chain.pem).sha256 for chain in (shown.default, *shown.additional)} if shown else set()


@ON_ALB_AND_CLB
@pytest.mark.parametrize("role", ["default", "additional"])
def test_what_shows_another_certificate_is_disproved_told_and_restored(
    pipeline: Pipeline, probe: Probe, service: str, role: str
) -> None:
    pipeline.webhook = Receiver()
    serve(pipeline, service, role)
    before = served_ids(pipeline, service)
    show_for_ever(pipeline, OLD.fingerprint, None if role == "default" else "shop.example")

    with probe.rolling_back(OLD.fingerprint):
        pipeline.drop("shop", **NEW.files)
        pipeline.advance(TWELVE_MINUTES + 180)
    after = len(pipeline.mutations())
    pipeline.advance(30 * 60)

    assert pipeline.standings() == [("it", "disproved", "another-certificate-served")]
    assert OLD.fingerprint in pipeline.report()["deployments"][0]["message"]
    assert pipeline.webhook.told("deployment-disproved") == ["deployment-disproved"]
    assert OLD.fingerprint in {one.chain.leaf.sha256 for one in pipeline.world.cas.certificates.values()}
    assert len(pipeline.mutations()) == after
    assert probe.shown("shop.example") == {OLD.fingerprint}
    assert served_ids(pipeline, service) == before


@pytest.mark.parametrize(("service", "role"), [("alb", "default"), ("clb", "additional")])
def test_what_a_newer_one_would_supersede_is_served_when_that_one_is_disproved(
    pipeline: Pipeline, probe: Probe, service: str, role: str
) -> None:
    between, newest = bundle(), bundle(month=11)
    serve(pipeline, service, role)
    real = pipeline.dial
    show_for_ever(pipeline, OLD.fingerprint, None if role == "default" else "shop.example")
    with probe.rolling_back(OLD.fingerprint):
        pipeline.drop("shop", **newest.files)
        pipeline.advance(120)
        pipeline.drop("shop", **between.files)
        pipeline.advance(60)
        assert [status for _, status, _ in pipeline.standings()] == ["open"]
        pipeline.advance(TWELVE_MINUTES - 60)
    pipeline.dial = real  # type: ignore[method-assign]
    pipeline.advance(600)

    assert pipeline.standings() == [("it", "served", "")]
    assert probe.shown("shop.example") == {between.fingerprint}


def test_a_disproved_renewal_is_tried_again_for_a_new_snapshot(pipeline: Pipeline, probe: Probe) -> None:
    serve(pipeline, "alb", "default")
    real = pipeline.dial
    show_for_ever(pipeline, OLD.fingerprint, None)
    with probe.rolling_back(OLD.fingerprint):
        pipeline.drop("shop", **NEW.files)
        pipeline.advance(TWELVE_MINUTES + 180)
    pipeline.dial = real  # type: ignore[method-assign]

    pipeline.drop("shop", copy_pem=NEW.certificate, **NEW.files)
    pipeline.advance(300)

    assert pipeline.standings() == [("it", "served", "")]
    assert probe.shown(None) == {NEW.fingerprint}


@ON_ALB_AND_CLB
def test_a_load_balancer_that_is_not_reached_serves_unproven_and_says_why(
    pipeline: Pipeline, probe: Probe, service: str
) -> None:
    serve(pipeline, service, "default")

    def dial(*_: Any) -> Handshake:
        raise TimeoutError(110, "Connection timed out")

    pipeline.dial = dial  # type: ignore[method-assign, assignment]
    pipeline.drop("shop", **NEW.files)
    pipeline.advance(300)

    [deployment] = pipeline.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("served", "unproven")
    assert "Connection timed out" in deployment["message"]
    assert probe.shown(None) == {NEW.fingerprint}


@pytest.mark.parametrize(("service", "role"), [("alb", "default"), ("clb", "additional")])
def test_a_chain_that_is_shown_out_of_order_is_served_and_reported(
    pipeline: Pipeline, probe: Probe, service: str, role: str
) -> None:
    serve(pipeline, service, role)
    real = pipeline.dial

    def dial(*asked: Any) -> Handshake:
        return replace(real(*asked), is_in_order=False)

    pipeline.dial = dial  # type: ignore[method-assign, assignment]
    pipeline.drop("shop", **NEW.files)
    pipeline.advance(360)

    assert pipeline.standings() == [("it", "served", "chain-out-of-order")]
    assert probe.shown("shop.example") == {NEW.fingerprint}


@EVERY_ORDER
def test_two_of_ours_that_share_a_name_are_both_served_whichever_shows(pipeline: Pipeline, probe: Probe) -> None:
    one, other = bundle("a.example", "shared.example"), bundle("b.example", "shared.example", number=1)
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("one", "other")))
    pipeline.drop("shop", **OLD.files)
    pipeline.drop("one", **one.files)
    pipeline.drop("other", **other.files)
    pipeline.advance(TWELVE_MINUTES + 300)

    ends = [pipeline.report(name)["deployments"][0] for name in ("one", "other")]
    assert [end["status"] for end in ends] == ["served", "served"]
    assert {end["code"] for end in ends} <= {"", "names-shadowed"}
    assert probe.shown("a.example") == {one.fingerprint}
    assert probe.shown("b.example") == {other.fingerprint}


def test_a_name_of_the_default_that_an_additional_certificate_shows_is_reported(
    pipeline: Pipeline, probe: Probe
) -> None:
    beside = bundle("www.shop.example", "blog.example", number=1, month=8)
    pipeline.targets(pipeline.alb_target("it"), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(180)
    with probe.looking_away():
        pipeline.drop("blog", **beside.files)
        pipeline.advance(300)

    pipeline.drop("shop", **NEW.files)
    pipeline.advance(300)

    [deployment] = pipeline.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("served", "names-shadowed")
    assert "www.shop.example" in deployment["message"]
    assert beside.fingerprint[:16] in deployment["message"]
    assert pipeline.standings("blog") == [("more", "served", "")]
