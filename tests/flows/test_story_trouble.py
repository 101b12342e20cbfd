"""Troubles on the way to a certificate that is served: no room, jobs that fail; told once, and nothing is lost."""

from datetime import datetime, timedelta, timezone

import pytest

from fakecloud.authority import leaf
from tests.flows.bundles import Made, bundle, intermediate, key_of
from tests.flows.hands import Console
from tests.flows.pipeline import Pipeline
from tests.flows.probe import Probe
from tests.flows.receiver import Receiver

ROOM = 3
BLOG = bundle("blog.example")


@pytest.fixture
def pipeline() -> Pipeline:
    """A World whose ALB instance takes three additional certificates."""
    made = Pipeline(environment={"CERTDROP_ALB_ADDITIONAL_CERTIFICATES": str(ROOM)})
    made.world.alb.limits.additional_certificates = {"Basic": ROOM, "Standard": ROOM, "StandardWithWaf": ROOM}
    made.webhook = Receiver()
    return made


def serve(pipeline: Pipeline, *drops: str) -> None:
    """Let the default be served, and a target for *drops* stand ready."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=drops or ("blog",)))
    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(180)
    assert pipeline.standings() == [("shop", "served", "")]


def ends_soon(name: str) -> Made:
    """Make a bundle that expires half an hour after the World began."""
    begun = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
    return Made(
        leaf(
            issuer=intermediate(),
            names=(name,),
            key=key_of("rsa-2048", 7),
            not_before=begun - timedelta(days=30),
            not_after=begun + timedelta(minutes=30),
        )
    )


def test_at_full_quota_it_stalls_saying_who_uses_it_and_goes_on_when_there_is_room(
    pipeline: Pipeline, probe: Probe
) -> None:
    console = Console(pipeline)
    serve(pipeline, "blog")
    theirs = [console.upload(bundle(f"theirs-{number}.example", number=1)) for number in range(ROOM)]
    console.associate(*theirs)

    pipeline.drop("blog", **BLOG.files)
    pipeline.advance(300)
    [stalled] = pipeline.report("blog")["deployments"]
    with probe.looking_away():
        console.dissociate(theirs[0])
    pipeline.advance(600)

    assert (stalled["status"], stalled["code"]) == ("stalled", "additional-certificate-quota")
    assert "by-hand-" in stalled["message"]
    assert "CERTDROP_ALB_ADDITIONAL_CERTIFICATES" in stalled["remedy"]
    assert pipeline.webhook
    assert pipeline.webhook.told("deployment-stalled") == ["deployment-stalled"]
    assert pipeline.standings("blog") == [("more", "served", "")]
    assert probe.shown("blog.example") == {BLOG.fingerprint}


def test_at_full_quota_what_expired_makes_room(pipeline: Pipeline) -> None:
    gone = ends_soon("gone.example")
    serve(pipeline, "gone", "blog", "api", "news")
    pipeline.drop("gone", **gone.files)
    for name in ("api", "news"):
        pipeline.drop(name, **bundle(f"{name}.example").files)
    pipeline.advance(35 * 60)

    pipeline.drop("blog", **BLOG.files)
    pipeline.advance(300)

    assert pipeline.standings("blog") == [("more", "served", "")]
    listener = Console(pipeline).listener
    assert sorted(one.certificate.chain.names[0] for one in listener.additional.values()) == [
        "api.example",
        "blog.example",
        "news.example",
    ]


def test_at_full_quota_a_renewal_never_takes_what_serves_away_first(pipeline: Pipeline, probe: Probe) -> None:
    serve(pipeline, "blog", "api", "news")
    for name in ("blog", "api", "news"):
        pipeline.drop(name, **bundle(f"{name}.example", month=9).files)
    pipeline.advance(300)

    pipeline.drop("blog", **BLOG.files)
    pipeline.advance(600)

    [stalled] = pipeline.report("blog")["deployments"]
    assert (stalled["status"], stalled["code"]) == ("stalled", "additional-certificate-quota")
    assert probe.shown("blog.example") == {bundle("blog.example", month=9).fingerprint}


def test_a_job_that_failed_three_times_is_told_once_and_tried_again_later(pipeline: Pipeline, probe: Probe) -> None:
    serve(pipeline)
    for _ in range(3):
        pipeline.world.alb.jobs.fail_next("UpdateListenerAttribute", "InternalError", "The job failed.")

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(100)
    [stalled] = pipeline.report()["deployments"]
    shown = probe.shown(None)
    pipeline.advance(600)

    assert (stalled["status"], stalled["code"], stalled["message"]) == ("stalled", "InternalError", "The job failed.")
    assert shown == {bundle(month=9).fingerprint}
    assert pipeline.webhook
    assert pipeline.webhook.told("deployment-stalled") == ["deployment-stalled"]
    assert pipeline.mutations().count("UpdateListenerAttribute") == 4
    assert probe.shown(None) == {bundle().fingerprint}


def test_one_that_fails_does_not_hold_up_those_that_came_with_it(pipeline: Pipeline, probe: Probe) -> None:
    names = ("api", "blog", "news")
    serve(pipeline, *names)
    pipeline.world.alb.jobs.fail_next("AssociateAdditionalCertificatesWithListener", "InternalError", "No.")
    for name in names:
        pipeline.drop(name, **bundle(f"{name}.example").files)

    pipeline.advance(400)

    assert [pipeline.standings(name) for name in names] == [[("more", "served", "")]] * 3
    assert all(probe.shown(f"{name}.example") == {bundle(f"{name}.example").fingerprint} for name in names)
    assert pipeline.mutations().count("AssociateAdditionalCertificatesWithListener") == 1 + len(names)
