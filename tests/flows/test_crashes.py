"""A process killed before or after any single call of the main flow: the ticks that follow end it, once."""

import re
from collections.abc import Callable

import pytest

from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.flows.pipeline import Killed, Pipeline, troubled


def alb(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.drop("blog", **bundle("blog.example", key="p-256").files)


def clb(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **bundle().files)
    pipeline.drop("blog", **bundle("blog.example").files)


def mutual_tls(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target(client_ca={"drop": "blog"}))
    pipeline.drop("shop", **bundle().files)
    pipeline.drop("blog", ca_pem=authority().pem.decode())


FLOWS: dict[str, Callable[[Pipeline], None]] = {"alb": alb, "clb": clb, "mutual-tls": mutual_tls}
DONE = {
    "alb": ["AssociateAdditionalCertificatesWithListener", "CreateListener", "UploadUserCertificate"],
    "clb": [
        "CreateDomainExtension",
        "CreateLoadBalancerHTTPSListener",
        "StartLoadBalancerListener",
        "UploadServerCertificate",
        "UploadUserCertificate",
    ],
    "mutual-tls": [
        "CreateLoadBalancerHTTPSListener",
        "StartLoadBalancerListener",
        "UploadCACertificate",
        "UploadServerCertificate",
        "UploadUserCertificate",
    ],
}
TWICE = {"alb": 1, "clb": 2, "mutual-tls": 0}  # actions that two bundles need one each of

LONG_ENOUGH = 8 * 60
IDS = re.compile(r"[0-9a-f]{12,}|\d{10}|(shop|blog)")


def arrows(flow: str) -> list[int]:
    """Run a flow undisturbed and return the numbers of its distinct calls: the first of each function and shape."""
    pipeline = Pipeline()
    FLOWS[flow](pipeline)
    pipeline.advance(LONG_ENOUGH)
    first: dict[tuple[str, str], int] = {}
    for number, sent in enumerate(pipeline.wire.sent, start=1):
        first.setdefault((sent.function, IDS.sub("*", sent.label)), number)
    return sorted(first.values())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("flow", FLOWS)
def test_a_crash_at_every_arrow_ends_served_with_nothing_done_twice(flow: str, when: str) -> None:
    numbers = arrows(flow)
    assert len(numbers) > 40

    for killed in numbers:
        pipeline = Pipeline()

        def kill(number: int, moment: str, killed: int = killed) -> None:
            if (number, moment) == (killed, when):
                raise Killed

        with troubled(pipeline, kill):
            FLOWS[flow](pipeline)
            pipeline.advance(LONG_ENOUGH)
        where = f"killed {when} call {killed}: {pipeline.wire.sent[killed - 1].label}"

        assert [status for _, status, _ in pipeline.standings() + pipeline.standings("blog")] == ["served"] * 2, where
        assert sorted(set(pipeline.mutations())) == DONE[flow], where
        assert len(pipeline.mutations()) == len(set(pipeline.mutations())) + TWICE[flow], where
        assert pipeline.keys("state/open/") == [], where
