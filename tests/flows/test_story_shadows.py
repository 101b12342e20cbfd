"""Somebody else's additional certificate has a name of ours at the same ALB listener: what is reported then."""

import pytest

from fakecloud.dataplane.choosing import Order
from tests.flows.bundles import bundle
from tests.flows.hands import Console
from tests.flows.pipeline import Pipeline
from tests.flows.probe import EVERY_ORDER, Probe

FIFTEEN_MINUTES = 15 * 60
FOREIGN = bundle("blog.example", number=9, month=8)
WIDE_FOREIGN = bundle("blog.example", "wiki.example", number=9, month=8)
NEWER_FOREIGN = bundle("blog.example", number=9, month=11)
OURS, RENEWED = bundle("blog.example", month=9), bundle("blog.example")


@pytest.fixture
def console(pipeline: Pipeline) -> Console:
    return Console(pipeline)


def set_up(pipeline: Pipeline) -> None:
    """Serve the drop shop by default, and want the drop blog beside it."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(180)


def present(console: Console) -> set[str]:
    return {one.certificate.chain.pem for one in console.listener.additional.values()}


def associate(probe: Probe, console: Console, identifier: str) -> None:
    with probe.looking_away():
        console.associate(identifier)


@EVERY_ORDER
def test_a_foreign_certificate_with_our_name_decides_by_what_the_listener_shows_and_stays_itself(
    pipeline: Pipeline, probe: Probe, console: Console
) -> None:
    """The one who is shown decides: nobody documents which of two certificates of a name a listener shows."""
    set_up(pipeline)
    associate(probe, console, console.upload(FOREIGN))
    with probe.rolling_back(FOREIGN.fingerprint):
        pipeline.drop("blog", **OURS.files)
        pipeline.advance(FIFTEEN_MINUTES)

    [end] = pipeline.report("blog")["deployments"]
    order: Order = pipeline.world.selection.order
    expected = {"newest": {"served"}, "oldest": {"disproved"}, "random": {"served", "disproved"}}
    assert end["status"] in expected[order]
    if end["status"] == "disproved":
        assert end["code"] == "another-certificate-served"
        assert end["message"] == (
            f"the handshake showed {FOREIGN.fingerprint}, and the listener has other certificates for blog.example: "
            f"by-hand-{FOREIGN.fingerprint[:8]}; it is left at the listener"
        )
    assert present(console) == {FOREIGN.fullchain, OURS.fullchain}


@EVERY_ORDER
def test_a_renewal_beside_a_foreign_certificate_is_served_where_it_shows_and_undone_where_it_does_not(
    pipeline: Pipeline, probe: Probe, console: Console
) -> None:
    set_up(pipeline)
    pipeline.drop("blog", **OURS.files)
    pipeline.advance(180)
    associate(probe, console, console.upload(WIDE_FOREIGN))
    with probe.rolling_back(OURS.fingerprint), probe.rolling_back(WIDE_FOREIGN.fingerprint):
        pipeline.drop("blog", **RENEWED.files)
        pipeline.advance(FIFTEEN_MINUTES + 120)

    [end] = pipeline.report("blog")["deployments"]
    order: Order = pipeline.world.selection.order
    expected = {"newest": {"served"}, "oldest": {"disproved"}, "random": {"served", "disproved"}}
    assert end["status"] in expected[order]
    left = {"served": RENEWED, "disproved": OURS}[end["status"]]
    assert present(console) == {WIDE_FOREIGN.fullchain, left.fullchain}
    assert end["status"] == "served" or f"by-hand-{WIDE_FOREIGN.fingerprint[:8]}" in end["message"]


def test_a_newer_foreign_certificate_with_all_our_names_supersedes_the_renewal_and_is_named(
    pipeline: Pipeline, probe: Probe, console: Console
) -> None:
    set_up(pipeline)
    pipeline.drop("blog", **OURS.files)
    pipeline.advance(180)
    associate(probe, console, console.upload(NEWER_FOREIGN))
    pipeline.drop("blog", **RENEWED.files)
    pipeline.advance(FIFTEEN_MINUTES)

    [end] = pipeline.report("blog")["deployments"]
    assert (end["status"], end["message"]) == ("superseded", f"superseded by by-hand-{NEWER_FOREIGN.fingerprint[:8]}")
    assert present(console) == {NEWER_FOREIGN.fullchain, OURS.fullchain}


def test_names_of_the_default_that_a_foreign_certificate_shows_are_reported(
    pipeline: Pipeline, probe: Probe, console: Console
) -> None:
    pipeline.targets(pipeline.alb_target("it"))
    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(180)
    foreign = bundle("www.shop.example", number=9, month=8)
    associate(probe, console, console.upload(foreign))
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(300)

    [end] = pipeline.report()["deployments"]
    assert (end["status"], end["code"]) == ("served", "names-shadowed")
    assert f"www.shop.example (by-hand-{foreign.fingerprint[:8]})" in end["message"]
    assert "shop.example (" not in end["message"].replace("www.shop.example (", "")
    assert foreign.fullchain in present(console)
