"""Single faults, none left out: what the main flows survive whole is played by make; here, that a defect is found."""

from dataclasses import replace

import pytest

from tests.simulation.sabotage import planted
from tests.simulation.singles import FIRST, play_all

FLOW = replace(FIRST[0], kinds=("killed after",))


@pytest.mark.parametrize("defect", ["the verdict before the open work", "open work deleted before its end is written"])
def test_a_defect_that_shows_after_one_death_is_found(defect: str) -> None:
    with planted(defect):
        histories = play_all([FLOW], 1, processes=1)

    assert [one.problem for one in histories if one.problem]
