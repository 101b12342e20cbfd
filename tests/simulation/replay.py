"""One seed from its beginning to its end."""

import random
import traceback
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from certdrop.reconcile.cleaning import FIRST_MINUTE
from tests.simulation import pool
from tests.simulation.breaking import BrokenInvariantError
from tests.simulation.faults import ACTIONS, ALB, ANY, CLB, Faults, Kind, find_focus
from tests.simulation.settling import Settling
from tests.simulation.simulation import Simulation
from tests.simulation.worlds import Scenario, build_world

RATES = (0.0, 0.01, 0.03, 0.08)
LOOK, BETWEEN_LOOKS = 120.0, 480.0  # seconds
CLEANING_LOOKS = 11  # within which what is superseded was marked, an hour later retired, and then deleted
COMMON = (ANY, ALB, CLB)  # calls of every flow: not only the first of them is looked at


@dataclass
class Played:
    """What came of a seed: *problem* is empty when every invariant held."""

    seed: int
    problem: str
    trace: str
    calls: int
    settled_after: float
    hit: Mapping[tuple[str, Kind], int] = field(default_factory=dict)
    history: list[tuple[int, str, Kind]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list, repr=False)
    logs: str = field(default="", repr=False)

    def in_brief(self) -> "Played":
        """Return it without its lines, which are many."""
        return replace(self, lines=[], logs="")


def play(seed: int, *, allowed: Collection[int] | None = None) -> Played:
    """Play a seed; only the drawn faults whose numbers are *allowed* come to pass, when that is given."""
    chance = random.Random(f"world {seed}")
    focus = find_focus(seed)
    needs = ACTIONS[focus[0]] if focus else ANY
    skip = chance.choice((0, 1, 3, 9)) if needs in COMMON else 0
    source = random.Random(f"faults {seed}")
    faults = Faults(source, rate=chance.choice(RATES if focus else RATES[1:]), focus=focus, skip=skip, allowed=allowed)
    simulation = Simulation(seed, faults, concurrent=chance.random() < 0.5)
    scenario = build_world(simulation, chance, needs)
    problem, settled = "", 0.0
    try:
        scenario.watch.begin()
        simulation.advance(scenario.user.seconds)
        simulation.advance(simulation.wire.outage)
        faults.end()
        simulation.misled_until = 0.0
        settling = Settling(scenario)
        if not (faults.is_met or needs.stopped):
            _insist(simulation, scenario, settling)
        settled = settling.settle()
        settling.check_end()
        if scenario.heals:
            settling.heal(chance, needs)
        settling.look_again()
    except BrokenInvariantError as broken:
        problem = str(broken)
    except Exception as error:  # noqa: BLE001 the seed must be told, whatever it met
        simulation.logs.write(traceback.format_exc())
        problem = f"{type(error).__name__}: {error}"
    finally:
        simulation.close()
    wire = simulation.wire
    return Played(
        seed,
        problem,
        wire.trace.hexdigest(),
        len(wire.lines),
        settled,
        dict(faults.hit),
        faults.history,
        wire.lines,
        simulation.logs.getvalue(),
    )


def _insist(simulation: Simulation, scenario: Scenario, settling: Settling) -> None:
    """Let the focus be met: by what is still to do, else by a renewal and the cleaning after it, and by one more."""
    faults = simulation.faults

    def is_over() -> bool:
        return faults.is_met or settling.is_settled()

    simulation.advance(settling.patience(), is_over)
    for generation in pool.LATE_GENERATIONS:
        if not faults.is_met:
            scenario.user.renew(generation)
            simulation.advance(settling.patience(), is_over)
        if not faults.is_met and scenario.user.cleanup == "superseded":
            _await_cleaning(simulation)


def _await_cleaning(simulation: Simulation) -> None:
    """Let the cleaning mark, retire and delete what is superseded; between its looks the clock leaps."""
    world = simulation.world
    begins = world.clock.now().replace(minute=FIRST_MINUTE) - timedelta(minutes=1)
    simulation.leap((begins - world.clock.now()) % timedelta(hours=1) / timedelta(seconds=1))
    for _ in range(CLEANING_LOOKS):
        if simulation.advance(LOOK, lambda: simulation.faults.is_met):
            return
        simulation.leap(BETWEEN_LOOKS)


def play_briefly(seed: int) -> Played:
    """Play a seed in a process of its own."""
    return play(seed).in_brief()
