"""Renewals without a gap, in every slot of both services; what comes late displaces nothing."""

from typing import Any

import pytest

from fakecloud.authority import KeyName
from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline
from tests.flows.probe import Probe

NAMES = ("shop.example", "www.shop.example")


def serve(pipeline: Pipeline, month: int) -> None:
    """Let the bundle of a month be served in all four slots: default, additional, and a CLB listener's extensions."""
    more: dict[str, Any] = {"role": "additional", "port": 8443}
    pipeline.targets(
        pipeline.alb_target("alb"),
        pipeline.clb_target("clb"),
        pipeline.alb_target("alb-base", drops=("base",), port=8443),
        pipeline.clb_target("clb-base", drops=("base",), port=8443),
        pipeline.alb_target("alb-more", **more),
        pipeline.clb_target("clb-more", **more),
    )
    pipeline.drop("base", **bundle("base.example").files)
    pipeline.drop("shop", **bundle(month=month).files)
    pipeline.advance(420)
    assert ends(pipeline) == ["served"] * 4


def ends(pipeline: Pipeline) -> list[str]:
    return [status for _, status, _ in pipeline.standings()]


def shown(probe: Probe) -> list[set[str]]:
    return [probe.shown(name) for name in NAMES]


def test_a_renewal_is_served_without_a_gap_in_every_slot(pipeline: Pipeline, probe: Probe) -> None:
    serve(pipeline, month=9)

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(600)

    assert ends(pipeline) == ["served"] * 4
    assert shown(probe) == [{bundle().fingerprint}] * 2
    assert pipeline.keys("state/open/") == []


def test_an_older_drop_that_arrives_late_displaces_nothing_in_any_slot(pipeline: Pipeline, probe: Probe) -> None:
    serve(pipeline, month=10)
    before = pipeline.mutations()

    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(600)

    assert ends(pipeline) == ["superseded"] * 4
    assert shown(probe) == [{bundle().fingerprint}] * 2
    assert set(pipeline.mutations()[len(before) :]) <= {"UploadUserCertificate"}


def test_older_drops_in_the_middle_of_a_renewal_are_never_shown_after_it(pipeline: Pipeline, probe: Probe) -> None:
    serve(pipeline, month=7)

    for month in (8, 10, 9):
        pipeline.drop("shop", **bundle(month=month).files)
        pipeline.advance(10)
    pipeline.advance(900)

    assert shown(probe) == [{bundle().fingerprint}] * 2
    assert pipeline.keys("state/open/") == []


def test_a_wildcard_and_its_apex_are_renewed_together(pipeline: Pipeline, probe: Probe) -> None:
    names = ("*.wild.example", "wild.example")
    old, new = bundle(*names, month=9), bundle(*names)
    more: dict[str, Any] = {"role": "additional", "drops": ("wild",)}
    pipeline.targets(
        pipeline.alb_target(),
        pipeline.clb_target(),
        pipeline.alb_target("alb-wild", **more),
        pipeline.clb_target("clb-wild", **more),
    )
    pipeline.drop("shop", **bundle().files)
    pipeline.drop("wild", **old.files)
    pipeline.advance(600)
    assert probe.shown("probe.wild.example") == probe.shown("wild.example") == {old.fingerprint}

    pipeline.drop("wild", **new.files)
    pipeline.advance(900)

    assert pipeline.standings("wild") == [("alb-wild", "served", ""), ("clb-wild", "served", "")]
    assert probe.shown("probe.wild.example") == probe.shown("wild.example") == {new.fingerprint}


@pytest.mark.parametrize("renewed", [("p-256",), ("rsa-2048", "p-256")])
def test_an_rsa_and_an_ec_certificate_of_the_same_names_are_renewed_side_by_side(
    pipeline: Pipeline, probe: Probe, renewed: tuple[KeyName, ...]
) -> None:
    pipeline.targets(
        pipeline.alb_target("base", drops=("base",)),
        pipeline.alb_target("pair", role="additional", drops=("rsa-2048", "p-256")),
    )
    pipeline.drop("base", **bundle("base.example").files)
    keys: tuple[KeyName, ...] = ("rsa-2048", "p-256")
    for key in keys:
        pipeline.drop(key, **bundle(key=key, month=9).files)
    pipeline.advance(600)

    for key in renewed:
        pipeline.drop(key, **bundle(key=key).files)
        pipeline.advance(30)
    pipeline.advance(600)

    shown = [probe.shown("shop.example", kind) for kind in ("rsa", "ec")]
    assert shown == [{bundle(key=key, month=10 if key in renewed else 9).fingerprint} for key in keys]
    assert [pipeline.standings(key) for key in keys] == [[("pair", "served", "")]] * 2
