"""Deliveries come twice, late and at once: nothing is done a second time."""

from contextlib import redirect_stdout
from functools import cache

import pytest

from fakecloud.fc.function import Function, Invocation, Result
from tests.flows.bundles import bundle
from tests.flows.instances import TwoInstances
from tests.flows.pipeline import Pipeline


def deploy(pipeline: Pipeline) -> None:
    pipeline.targets(
        pipeline.alb_target(),
        pipeline.alb_target("more", role="additional", drops=("blog",)),
        pipeline.clb_target(),
    )
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(180)
    pipeline.drop("blog", **bundle("blog.example", key="p-256").files)
    pipeline.advance(180)


@cache
def calls_of_one() -> tuple[str, ...]:
    """Return the changes that single deliveries make."""
    pipeline = Pipeline()
    with pipeline.client:
        deploy(pipeline)
    return tuple(pipeline.mutations())


def test_three_deliveries_of_every_event_make_the_calls_of_one(pipeline: Pipeline) -> None:
    pipeline.copies = 3

    deploy(pipeline)

    assert tuple(pipeline.mutations()) == calls_of_one()
    assert pipeline.standings("blog") == [("more", "served", "")]
    assert sorted(pipeline.standings()) == [("clb", "served", ""), ("shop", "served", "")]


@pytest.mark.parametrize("seed", range(3))
def test_every_event_delivered_to_two_instances_at_once_makes_the_calls_of_one(seed: int) -> None:
    twice = TwoInstances(seed)

    deploy(twice)
    twice.advance(120)

    assert sorted(twice.mutations()) == sorted(calls_of_one())
    assert twice.standings("blog") == [("more", "served", "")]
    assert sorted(twice.standings()) == [("clb", "served", ""), ("shop", "served", "")]


def test_redelivered_days_later_every_request_and_event_changes_nothing(pipeline: Pipeline) -> None:
    events: list[tuple[str, bytes]] = []
    invoke = pipeline._invoke

    def note(function: Function, event: bytes, invocation: Invocation) -> Result:
        events.append((function.name, event))
        return invoke(function, event, invocation)

    pipeline._invoke = note  # type: ignore[method-assign]
    deploy(pipeline)
    seen, before = list(events), len(pipeline.world.calls.entries)
    pipeline.leap(3 * 86400)
    pipeline.advance(120)

    for function, event in seen:
        with redirect_stdout(pipeline.logs):
            pipeline.world.fc.invoke(function, event)
    pipeline.advance(120)

    assert pipeline.mutations(since=before) == []


def test_a_finished_deployment_costs_an_idle_tick_two_requests(pipeline: Pipeline) -> None:
    deploy(pipeline)
    pipeline.advance(61)
    while pipeline.world.clock.now().minute % 10 in (9, 0):
        pipeline.advance(60)
    before = len(pipeline.wire.sent)

    pipeline.tick()

    assert [sent.label for sent in pipeline.wire.sent[before:]] == [
        f"GET /certdrop-{pipeline.world.account_id}/",
        f"HEAD /certdrop-{pipeline.world.account_id}/config/targets.yml",
    ]
