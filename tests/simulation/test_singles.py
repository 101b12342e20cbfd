"""Single faults, none left out: what the main flows survive whole is played by make; here, that a defect is found."""

import random
from collections.abc import Mapping
from dataclasses import replace
from unittest.mock import patch

from certdrop.cloud.carrying import Answer, Patience, Request, Trouble
from tests.simulation.branches import is_read
from tests.simulation.faults import Faults, Kind
from tests.simulation.sabotage import planted
from tests.simulation.settling import Settling
from tests.simulation.simulation import Simulation
from tests.simulation.singles import FIRST, SEED, play_all
from tests.simulation.wire import Wire, action_of

FLOW = replace(FIRST[0], kinds=("killed after",))


def test_a_defect_that_shows_after_one_death_is_found() -> None:
    with planted("the verdict before the open work"):
        histories = play_all([FLOW], 1, processes=1)

    assert [one.problem for one in histories if one.problem]


def test_a_read_is_tried_again_in_the_same_way_whatever_kept_its_answer_away() -> None:
    """So one of these faults is played at a read, and stands for the others."""
    undisturbed = play_first({})
    first = {action: number for number, (_, action) in reversed([*enumerate(undisturbed, 1)]) if is_read(action)}

    assert len(first) > 8
    for number in first.values():
        error, *others = (play_first({number: kind}) for kind in ("error", "throttled", "unsent", "lost"))
        assert others == [error] * 3
        assert error != undisturbed


def play_first(ordered: Mapping[int, Kind]) -> list[tuple[str, str]]:
    """Play a first deployment with these faults; return who made which call."""
    simulation = Simulation(SEED, Faults(random.Random(SEED), ordered=ordered), concurrent=False)
    simulation.wire.latency = lambda: 0.1
    calls: list[tuple[str, str]] = []
    carry = Wire.__call__

    def note(wire: Wire, request: Request, patience: Patience) -> Answer | Trouble:
        assert simulation.scheduler.current
        calls.append((simulation.scheduler.current.name.partition("#")[0], action_of(request)))
        return carry(wire, request, patience)

    with patch.object(Wire, "__call__", note):
        scenario = FIRST[0].build(simulation)
        scenario.watch.begin()
        simulation.advance(scenario.user.seconds)
        Settling(scenario).settle()
    simulation.close()
    return calls
