"""A key of its own for each run, hunted in every sink while every call suffers: it is found nowhere."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from itertools import cycle

import pytest

from fakecloud.authority import KeyName
from tests.flows.pipeline import Pipeline, troubled
from tests.secrets.canary import Canary, found_in, make_canary
from tests.secrets.suffering import PASSING, Kind, Shape, Suffering, shape_of, shapes_of
from tests.secrets.watched import Watched

JUDGE = "on-cert-uploaded"
WRITE = re.compile(r"(?!List|Describe|Get)[A-Z][a-z]|PUT .*/state/(drops|bundles|open)/")
UPLOAD = (JUDGE, "UploadUserCertificate")

Flow = Callable[[Pipeline, Canary, Canary], None]


def alb(pipeline: Pipeline, shop: Canary, blog: Canary) -> None:
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop.made.files)
    pipeline.drop("blog", **blog.made.files)


def clb(pipeline: Pipeline, shop: Canary, blog: Canary) -> None:
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop.made.files)
    pipeline.drop("blog", **blog.made.files)


FLOWS: dict[str, tuple[Flow, KeyName]] = {"alb": (alb, "p-256"), "clb": (clb, "rsa-2048")}


@cache
def canaries(kind: KeyName) -> tuple[Canary, Canary]:
    return make_canary(kind, "shop.example"), make_canary(kind, "blog.example")


@cache
def calls_of(name: str) -> frozenset[Shape]:
    """Return the shapes of the undisturbed flow's writes that every flow makes."""
    pipeline = Watched()
    flow, kind = FLOWS[name]
    flow(pipeline, *canaries(kind))
    pipeline.advance(300)
    assert [status for drop in ("shop", "blog") for _, status, _ in pipeline.standings(drop)] == ["served"] * 2
    return frozenset(
        shape for shape in shapes_of(pipeline) if WRITE.match(shape[1]) and shape[0] != "job-status-poller"
    )


def expect_no_trace(pipeline: Watched, kind: KeyName) -> None:
    pieces = [piece for canary in canaries(kind) for piece in canary.pieces]
    for words in (("status",), ("status", "--json"), ("redrive",), ("redrive", "--json")):
        pipeline.command(*words)

    assert found_in((*pieces, *pipeline.credentials), pipeline.sinks()) == []
    assert [sent.function for sent in pipeline.wire.sent if sent.label == "UploadUserCertificate"]


@pytest.mark.parametrize(("name", "fault"), list(zip(cycle(FLOWS), PASSING, strict=False)))
def test_no_sink_shows_the_key_when_every_call_has_a_fault_that_passes(name: str, fault: Kind) -> None:
    flow, kind = FLOWS[name]
    pipeline = Watched()
    suffering = Suffering(pipeline, fault)
    with troubled(pipeline, suffering), pipeline.watching_exceptions() if fault == "lost" else nullcontext():
        flow(pipeline, *canaries(kind))
        pipeline.advance(300)

    assert calls_of(name) - suffering.hit == set()
    expect_no_trace(pipeline, kind)


def drop_alone(pipeline: Watched, suffering: Suffering | None = None) -> None:
    """Drop a bundle and let who holds its key do all that it does."""
    [canary, _] = canaries("p-256")
    pipeline.targets(pipeline.alb_target())
    with troubled(pipeline, suffering) if suffering else nullcontext():
        pipeline.drop("shop", fullchain_pem=canary.made.fullchain, privkey_pem=canary.pem)
        pipeline.advance(5)


def calls_of_the_judge() -> dict[Shape, int]:
    """Return the shapes of the calls of who holds the key, with the number of the first such call of an instance."""
    pipeline = Watched()
    drop_alone(pipeline)
    shapes = [shape_of(sent) for sent in pipeline.wire.sent if sent.function == JUDGE]
    return {shape: shapes.index(shape) + 1 for shape in shapes}


@pytest.mark.parametrize("fault", ["killed", "echo"])
def test_no_sink_shows_the_key_when_any_one_call_of_who_holds_it_ends_the_invocation(fault: Kind) -> None:
    [canary, _] = canaries("p-256")
    calls = calls_of_the_judge()
    assert calls.keys() >= {UPLOAD, *(shape for shape in calls_of("alb") if shape[0] == JUDGE)}

    for shape, chosen in calls.items():
        pipeline = Watched()
        suffering = Suffering(pipeline, fault, JUDGE, chosen)
        drop_alone(pipeline, suffering)
        if fault == "echo":
            pipeline.command("redrive", "--json")

        assert suffering.hit == {shape}
        assert found_in((*canary.pieces, *pipeline.credentials), pipeline.sinks()) == [], shape
