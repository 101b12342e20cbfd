"""Additional certificates that come one after another go in one call."""

from typing import Any

import pytest

from certdrop.deployment.decide import decide
from certdrop.deployment.operations import OperationEnd, StepKind
from certdrop.errors import Fate
from certdrop.ports import Limits
from tests.unit.deployment.builders import NOW, facts, listener, minutes, operated, seen, work

BASE = facts("base.example", serial="f")
NEW = [facts(f"{letter}.example", serial=letter) for letter in "abc"]


def opened(*seconds: float) -> list[Any]:
    ages = zip(NEW, seconds, strict=False)
    return [work(one, slot="additional", opened=NOW - minutes(age / 60)) for one, age in ages]


@pytest.mark.parametrize(
    ("ages", "seconds"), [((0,), 8), ((7.5,), 1), ((40, 20, 4), 4), ((58, 30, 0), 2), ((0, 58), 2)]
)
def test_as_long_as_more_may_be_coming_they_wait_and_it_is_known_how_long(
    ages: tuple[float, ...], seconds: int
) -> None:
    step = decide(opened(*ages), None, seen(listener(BASE), *NEW), NOW).step

    assert (step.kind, step.seconds) == (StepKind.WAIT, seconds)


@pytest.mark.parametrize("ages", [(8,), (30, 20, 8), (60, 30, 0)])
def test_after_eight_quiet_seconds_or_a_minute_they_go_together(ages: tuple[float, ...]) -> None:
    step = decide(opened(*ages), None, seen(listener(BASE), *NEW), NOW).step

    assert (step.kind, len(step.certificates)) == (StepKind.ASSOCIATE, len(ages))


def test_as_many_as_one_call_takes_go_at_once() -> None:
    step = decide(opened(0, 0, 0), None, seen(listener(BASE), *NEW, limits=Limits(associate_at_once=2)), NOW).step

    assert (step.kind, len(step.certificates)) == (StepKind.ASSOCIATE, 2)


def test_what_failed_before_goes_alone_and_waits_for_nobody() -> None:
    works = opened(30)
    last = operated(StepKind.ASSOCIATE, *works, end=OperationEnd(code="InvalidParameter", fate=Fate.STALL))

    assert decide(works, last, seen(listener(BASE), *NEW), NOW).step.kind is StepKind.ASSOCIATE


def test_one_that_is_not_imported_yet_is_waited_for() -> None:
    assert decide(opened(20, 3), None, seen(listener(BASE), NEW[0]), NOW).step.kind is StepKind.WAIT
