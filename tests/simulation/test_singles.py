"""Single faults, none left out: what the main flows survive whole is played by make; here, that a defect is found."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from unittest.mock import patch

from certdrop.cloud.carrying import Answer, Patience, Request, Trouble
from tests.simulation.branches import READ_AGAIN, TRIED_AGAIN, is_read
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


def test_a_call_that_is_tried_again_changes_nothing_but_the_time() -> None:
    """So it is not played what kept a call from being done, or the answer of a read away: it is as a slow call."""
    undisturbed = play_first({})
    first = {action: number for number, (_, action) in reversed([*enumerate(undisturbed, 1)])}

    assert sum(map(is_read, first)) > 8
    assert len(first) > 12
    for kind in READ_AGAIN:
        tried = sorted(number for action, number in first.items() if is_read(action) or kind in TRIED_AGAIN)
        played = play_first({number + before: kind for before, number in enumerate(tried)})
        for number in tried:
            assert played.pop(number) == played[number - 1]
        assert of_functions(played) == of_functions(undisturbed)


def test_a_run_that_dies_leaves_what_was_changed_until_then() -> None:
    """So its death after a change, or before its first call, stands for those until its next change."""
    calls = play_first({})
    changes = [number for number, (_, action) in enumerate(calls, 1) if not is_read(action)]
    pairs = [(one, other) for one, other in pairwise(changes) if len({run for run, _ in calls[one - 1 : other]}) == 1]

    assert len(pairs) > 15
    for one, other in pairs[::4]:
        after, before = play_first({one: "killed after"}), play_first({other: "killed before"})
        assert of_functions(after[one:]) == of_functions(before[other:])


def play_first(ordered: Mapping[int, Kind]) -> list[tuple[str, str]]:
    """Play a first deployment with these faults; return which run made which call."""
    simulation = Simulation(SEED, Faults(random.Random(SEED), ordered=ordered), concurrent=False)
    simulation.wire.latency = lambda: 0.0
    calls: list[tuple[str, str]] = []
    carry = Wire.__call__

    def note(wire: Wire, request: Request, patience: Patience) -> Answer | Trouble:
        assert simulation.scheduler.current
        calls.append((simulation.scheduler.current.name, action_of(request)))
        return carry(wire, request, patience)

    at_once = patch.object(simulation.scheduler, "sleep", lambda seconds: None)
    with patch.object(Wire, "__call__", note), at_once:
        scenario = FIRST[0].build(simulation)
        scenario.watch.begin()
        simulation.advance(scenario.user.seconds)
        Settling(scenario).settle()
    simulation.close()
    return calls


def of_functions(calls: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return calls by the functions that made them, whichever run of theirs it was."""
    return [(run.partition("#")[0], action) for run, action in calls]
