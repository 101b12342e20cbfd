"""A process killed before or after any single call of the main flow: the ticks that follow end it, once."""

import io
import os
import pickle
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

import pytest

from fakecloud.agenda import Entry
from fakecloud.calls import Call
from fakecloud.persistence import SERVICES
from fakecloud.world import World
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.flows.pipeline import BUCKET, Killed, Pipeline, troubled


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

LONGEST = 8  # minutes
IDS = re.compile(r"[0-9a-f]{12,}|\d{10}|(shop|blog)")


@dataclass(frozen=True)
class Crash:
    """The instance is killed just before or just after the call of this number."""

    number: int
    when: str


def crashes(flow: str) -> list[Crash]:
    """Play a flow undisturbed and return a crash for every arrow: before and after the first call of each shape.

    Of the crashes of one invocation that have no write between them only one is returned: what an instance has read
    dies with it, so the others leave the same World.
    """
    pipeline = Pipeline()
    play(flow, pipeline)
    calls = [call for call in pipeline.world.calls.entries if call.service != "fc"]
    shapes: set[tuple[str, str]] = set()
    found: set[Crash] = set()
    invocation = 0
    for number, (sent, call) in enumerate(zip(pipeline.wire.sent, calls, strict=True), start=1):
        if sent.invocation != invocation:
            invocation, left = sent.invocation, Crash(number, "before")
        before, left = left, Crash(number, "after") if call.mutating else left
        shape = (sent.function, IDS.sub("*", sent.label))
        if shape not in shapes:
            shapes.add(shape)
            found |= {before, left}
    assert len(shapes) > 40
    return sorted(found, key=attrgetter("number"))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("flow", FLOWS)
def test_a_crash_at_every_arrow_ends_served_with_nothing_done_twice(flow: str) -> None:
    """The flow is played once; at each arrow a copy of this process lives through the crash, and the flow goes on.

    What is *left* at the end was never met, or did not end well: the copy has said why on stderr.
    """
    left = crashes(flow)
    pipeline = Pipeline()
    lived_through: list[Crash] = []

    def crash(number: int, when: str) -> None:
        here = Crash(number, when)
        if lived_through or here not in left:
            return
        copy = os.fork()
        if not copy:
            lived_through.append(here)
            raise Killed
        if os.waitpid(copy, 0)[1] == 0:
            left.remove(here)

    try:
        with troubled(pipeline, crash):
            play(flow, pipeline)
        assert_done(pipeline, flow)
    except BaseException:
        if not lived_through:
            raise
        traceback.print_exc()
        os._exit(1)
    if lived_through:
        os._exit(0)
    assert left == []


def play(flow: str, pipeline: Pipeline) -> None:
    """Play a flow until it is over, and for a minute more."""
    FLOWS[flow](pipeline)
    for _ in range(LONGEST):
        is_over = pipeline.keys("reports/blog") and not pipeline.keys("state/open/")
        pipeline.advance(60)
        if is_over:
            break


def assert_done(pipeline: Pipeline, flow: str) -> None:
    assert [status for _, status, _ in pipeline.standings() + pipeline.standings("blog")] == ["served"] * 2
    assert sorted(set(pipeline.mutations())) == DONE[flow]
    assert len(pipeline.mutations()) == len(set(pipeline.mutations())) + TWICE[flow]
    assert pipeline.keys("state/open/") == []


@pytest.mark.parametrize("flow", FLOWS)
def test_a_read_leaves_the_world_as_it_was_so_its_crash_is_that_of_the_write_before(flow: str) -> None:
    pipeline = Pipeline()
    pictures: list[bytes] = []
    writes: list[Call] = []

    def look(_: int, when: str) -> None:
        pictures.append(picture(pipeline.world))
        if when == "after" and pictures[-2] != pictures[-1]:
            writes.append(pipeline.world.calls.entries[-1])

    with troubled(pipeline, look):
        play(flow, pipeline)

    assert writes == [call for call in pipeline.world.calls.entries if call.mutating and not call.code]


class Picture(pickle.Pickler):
    """Writes what services hold, without the World around it and what is to happen in it."""

    def persistent_id(self, obj: object) -> str | None:
        return type(obj).__name__ if isinstance(obj, World | Entry) or callable(obj) else None


def picture(world: World) -> bytes:
    for stored in world.oss.buckets[BUCKET].objects.values():
        assert stored.crc64 >= 0  # it is worked out when it is first asked for, and kept
    buffer = io.BytesIO()
    Picture(buffer).dump([getattr(world, name) for name in SERVICES])
    return buffer.getvalue()
