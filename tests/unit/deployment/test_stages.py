"""Staged rollout: what is held, when it begins, and what stops it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from certdrop.deployment.stages import FormerStanding, decide_stage, describe_hold, find_held, with_formers
from certdrop.deployment.work import End, Former, SeenWork, end_of
from tests.unit.deployment.builders import NOW, facts, minutes, work

FIRST, SECOND, THIRD = (work(facts(serial=serial)) for serial in "abc")


def former(seen: SeenWork = FIRST, bake: int = 0) -> Former:
    return Former(deployment=seen.deployment, target="canary", place=seen.work.place, stage=1, bake=bake)


def stands(end: str = "", at: datetime = NOW, *, bake: int = 0, **said: Any) -> FormerStanding:
    """Make a former's standing; without an end it is open."""
    if not end:
        return FormerStanding(former(bake=bake), is_open=True)
    return FormerStanding(former(bake=bake), end=end_of(FIRST, end, **said), at=at)  # type: ignore[arg-type]


def test_each_stage_waits_for_the_one_before_in_whichever_order_they_stand() -> None:
    planned = with_formers([(7, 0, THIRD.work), (1, 5, FIRST.work), (2, 9, SECOND.work)])

    assert [one.deployment for one in planned] == [one.deployment for one in (FIRST, SECOND, THIRD)]
    assert [[(held.deployment, held.stage, held.bake) for held in one.after] for one in planned] == [
        [],
        [(FIRST.deployment, 1, 5)],
        [(SECOND.deployment, 2, 9)],
    ]


def test_without_stages_nothing_is_held() -> None:
    assert [one.after for one in with_formers([(1, 5, FIRST.work), (1, 0, SECOND.work)])] == [(), ()]


def of(config: int, opened: float, *, held: bool) -> SeenWork:
    """Make a cause of one deployment: under targets of a number, so many minutes old."""
    seen = work(facts(), config=config, opened=NOW - minutes(opened), cause=f"{config}-{opened}")
    after = (former(SECOND),) if held else ()
    return replace(seen, work=seen.work.model_copy(update={"after": after}))


@pytest.mark.parametrize(
    ("causes", "count"),
    [
        ((of(1, 5, held=True),), 1),
        ((of(1, 5, held=False),), 0),
        ((of(1, 5, held=True), of(2, 1, held=False)), 0),
        ((of(2, 1, held=True), of(1, 5, held=False)), 1),
        ((of(1, 1, held=True), of(1, 5, held=False)), 1),
    ],
)
def test_of_several_causes_the_newest_targets_and_then_the_latest_say_whether_it_is_held(
    causes: tuple[SeenWork, ...], count: int
) -> None:
    assert len(find_held(causes)) == count


@pytest.mark.parametrize(
    ("standings", "decided"),
    [
        ((stands(),), "hold"),
        ((FormerStanding(former()),), "hold"),
        ((stands("served"),), "begin"),
        ((stands("served"), stands()), "hold"),
        ((stands("served", NOW - minutes(4), bake=5),), "hold"),
        ((stands("served", NOW - minutes(5), bake=5),), "begin"),
        ((stands("superseded"), stands()), "hold"),
    ],
)
def test_it_begins_when_all_of_the_stage_before_is_served_and_has_baked(
    standings: tuple[FormerStanding, ...], decided: str
) -> None:
    assert decide_stage(SECOND, standings, NOW) == decided


@pytest.mark.parametrize("end", ["refused", "disproved"])
def test_a_failure_stops_the_next_stage_even_while_others_are_under_way(end: str) -> None:
    decided = decide_stage(SECOND, (stands(), stands(end, code="why")), NOW)

    assert isinstance(decided, End)
    assert (decided.deployment, decided.end, decided.code) == (SECOND.deployment, "refused", "stage-stopped")
    assert decided.message == f"stage 1 stopped at canary: {end} (why)"


def test_what_is_superseded_in_one_stage_is_in_the_next() -> None:
    decided = decide_stage(SECOND, (stands("served"), stands("superseded")), NOW)

    assert isinstance(decided, End)
    assert decided.end == "superseded"


def test_what_it_is_held_for_is_said() -> None:
    assert describe_hold([former(), former(bake=30)]) == (
        "begins when stage 1 (canary, canary) is served and has been for 30 minutes"
    )
    assert describe_hold([former()]) == "begins when stage 1 (canary) is served"
