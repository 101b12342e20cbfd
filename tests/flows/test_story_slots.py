"""Whose a slot is: two drops for one place, somebody's own hand, what others have on the same listener, a move."""

import pytest

from tests.flows.bundles import Made, bundle
from tests.flows.hands import Console
from tests.flows.pipeline import Pipeline
from tests.flows.probe import EVERY_ORDER, Probe

OLD, NEW = bundle(month=9), bundle()
ASSOCIATE = "AssociateAdditionalCertificatesWithListener"


@pytest.fixture
def console(pipeline: Pipeline) -> Console:
    return Console(pipeline)


@pytest.mark.parametrize("service", ["alb", "clb"])
def test_of_two_drops_that_claim_one_default_slot_the_second_is_told_who_holds_it(
    pipeline: Pipeline, probe: Probe, service: str
) -> None:
    target = pipeline.alb_target if service == "alb" else pipeline.clb_target
    pipeline.targets(target("both", drops=("shop", "other")))
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(20)
    pipeline.drop("other", **bundle("other.example").files)
    pipeline.advance(300)
    pipeline.drop("shop", **NEW.files)
    pipeline.advance(300)

    assert pipeline.standings("shop") == [("both", "served", "")]
    [refused] = pipeline.report("other")["deployments"]
    assert (refused["status"], refused["code"]) == ("refused", "slot-taken")
    assert OLD.fingerprint[:16] in refused["message"]
    assert probe.shown(None) == {NEW.fingerprint}


def test_a_target_moved_to_another_load_balancer_is_served_there_and_stays_where_it_was(
    pipeline: Pipeline, probe: Probe
) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(180)
    here, pipeline.alb = pipeline.alb, pipeline.world.alb.create_load_balancer().id

    pipeline.targets(pipeline.alb_target())
    pipeline.advance(300)
    moved = probe.shown(None)
    pipeline.drop("shop", **NEW.files)
    pipeline.advance(300)

    assert moved == {OLD.fingerprint}
    assert {where[1] for where in probe.names} == {here, pipeline.alb}
    assert probe.shown(None) == {OLD.fingerprint, NEW.fingerprint}
    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.mutations().count("CreateListener") == 2


@pytest.mark.parametrize("seconds", [1, 25])
@pytest.mark.parametrize(
    ("by_hand", "end", "shown"),
    [
        (bundle(month=11, number=1), "superseded", bundle(month=11, number=1)),
        (bundle("other.example"), "refused", bundle("other.example")),
        (bundle(month=8), "served", NEW),
    ],
)
def test_a_default_swapped_by_hand_while_work_is_under_way_is_compared_anew(
    pipeline: Pipeline, probe: Probe, console: Console, by_hand: Made, end: str, shown: Made, seconds: int
) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(240)
    pipeline.drop("shop", **NEW.files)
    pipeline.advance(seconds)

    with probe.looking_away():
        console.swap_default(by_hand)
    pipeline.advance(600)

    assert [status for _, status, _ in pipeline.standings()] == [end]
    assert probe.shown(None) == {shown.fingerprint}
    assert pipeline.keys("state/open/") == []


@EVERY_ORDER
def test_what_others_have_on_the_same_listener_stays_though_cas_answers_no_names(
    pipeline: Pipeline, probe: Probe, console: Console
) -> None:
    foreign = [bundle("blog.example", month=8, number=1), bundle("strange.example", number=1)]
    assert not pipeline.world.cas.returns_alternative_names
    console.create_listener(bundle("base.example", number=1))
    console.associate(*map(console.upload, foreign))
    pipeline.targets(pipeline.alb_target("more", role="additional", drops=("blog",)))
    for month in (9, 10):
        pipeline.drop("blog", **bundle("blog.example", month=month).files)
        pipeline.advance(300)

    named = {one.certificate.chain.pem for one in console.listener.additional.values()}
    assert {one.fullchain for one in foreign} <= named
    assert len(named) == len(foreign) + 1
    assert probe.shown("base.example") == {bundle("base.example", number=1).fingerprint}


def test_ten_drops_in_one_minute_become_one_association_of_ten(pipeline: Pipeline, probe: Probe) -> None:
    names = [f"n{number}.example" for number in range(10)]
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=tuple(names)))
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(180)

    for name in names:
        pipeline.drop(name, **bundle(name).files)
        pipeline.advance(6)
    pipeline.advance(300)

    assert pipeline.mutations().count(ASSOCIATE) == 1
    assert [pipeline.standings(name) for name in names] == [[("more", "served", "")]] * 10
    assert [probe.shown(name) for name in names] == [{bundle(name).fingerprint} for name in names]
