"""What was served a moment ago is surveyed in the same minute, so that the status page knows it; its turn comes too."""

from datetime import timedelta

import pytest

from certdrop.deployment.observations import Observation
from certdrop.deployment.work import OpenWork
from certdrop.reconcile.house import Memory, Sight
from tests.unit.reconcile.surveyed import serve, ticks
from tests.unit.reconcile.town import NOON, Town

LONG_AGO = Sight(Observation(None), NOON - timedelta(hours=1))


@pytest.fixture
def served(town: Town) -> OpenWork:
    """A certificate that is served by default at an ALB listener since this minute."""
    return serve(town)


def test_a_listener_is_surveyed_in_the_minute_in_which_something_is_served_there_and_at_its_turn(
    town: Town, served: OpenWork
) -> None:
    found = town.read("state/survey/listeners.json")["listeners"]

    assert {key: one["status"] for key, one in found.items()} == {str(served.place.listener): "running"}
    assert town.memory.survey_now == {}
    assert [minute for minute, count in enumerate(ticks(town, 70), 1) if count] == [5, 65]


def test_a_listener_that_no_target_names_any_more_is_not_surveyed_though_something_is_served_there(
    town: Town, served: OpenWork
) -> None:
    town.targets(town.target("clb", "other"), number=2)
    town.memory = Memory()
    ticks(town, 5)
    town.memory.survey_now[str(served.place.listener)] = LONG_AGO

    assert ticks(town, 2) == [0, None]
    assert town.memory.survey_now == {}


def test_without_time_what_is_served_now_is_surveyed_in_the_next_minute(town: Town, served: OpenWork) -> None:
    town.memory.survey_now[str(served.place.listener)] = LONG_AGO
    town.time_left = 19.0
    first = ticks(town, 1)
    town.time_left = 60.0

    assert (first, ticks(town, 1)) == ([None], [1])
