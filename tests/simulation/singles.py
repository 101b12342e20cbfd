"""One fault at every call of a flow, none left out; and two, at every pair of calls of a first deployment.

python -m tests.simulation.singles            every single fault of the main flows: a certificate, and one beside it;
                                              and every death where clients must show a certificate
python -m tests.simulation.singles --pairs    every pair of faults of first deployments (one kind of each class)

A flow is played once; at each of its calls the process forks for each fault that makes another history, and the child
plays on from there until its World stands as one did that came to a good end, but for the time (with --whole: every
fault, to its own end).
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests import garbage
from tests.simulation.branches import Branches, History, Notes
from tests.simulation.breaking import BrokenInvariantError
from tests.simulation.faults import KINDS, Kind
from tests.simulation.settling import SWEEP, Settling
from tests.simulation.simulation import Simulation
from tests.simulation.worlds import Scenario, build_asking_flow, build_first_deployment, build_main_flow

SEED = 1
DEATHS: tuple[Kind, ...] = ("killed before", "killed after")
CLASSES: tuple[Kind, ...] = ("error", "lost", *DEATHS)


@dataclass(frozen=True)
class Flow:
    """A quiet World to be disturbed, and what its calls suffer."""

    name: str
    build: Callable[[Simulation], Scenario]
    kinds: Sequence[Kind] = KINDS


MAIN = (
    Flow("alb", partial(build_main_flow, service="alb")),
    Flow("clb", partial(build_main_flow, service="clb")),
    Flow("asking", build_asking_flow, DEATHS),
)
FIRST = tuple(Flow(f"first-{one}", partial(build_first_deployment, service=one)) for one in ("alb", "clb"))


def play_flow(flow: Flow, branches: Branches) -> None:
    """Play a flow, in every process of the tree, to its end."""
    simulation = Simulation(SEED, branches, concurrent=False)

    def is_known() -> bool:
        return not simulation.scheduler.running and branches.is_known(simulation.world)

    problem = ""
    try:
        scenario = flow.build(simulation)
        scenario.watch.begin()
        settling = Settling(scenario)
        if not simulation.advance(scenario.user.seconds, is_known):
            settling.settle(SWEEP, is_known)  # the one request of a sweep may be what is lost
        settling.check_end()
    except BrokenInvariantError as broken:
        problem = str(broken)
    except BaseException as error:  # noqa: BLE001 a child must not return into its parent's code
        problem = f"{type(error).__name__}: {error}"
    branches.end_process(problem)
    simulation.close()


def play_all(flows: Sequence[Flow], depth: int, *, processes: int, whole: bool = False) -> list[History]:
    """Play every history of *depth* faults; before that those of fewer, so that it is known how Worlds may stand."""
    histories: list[History] = []
    with tempfile.TemporaryDirectory() as folder:
        for flow in flows:
            notes = Notes(Path(folder) / flow.name)
            for most in range(depth if whole else 0, depth + 1):
                branches = Branches(
                    random.Random(SEED),
                    notes=notes,
                    kinds=flow.kinds,
                    depth=most,
                    processes=processes,
                    whole=whole,
                )
                play_flow(flow, branches)
            histories += notes.histories()
    return histories


def main(arguments: list[str] | None = None) -> int:
    """Play them all; 1 when an invariant broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.singles", description="Faults, none left out.")
    parser.add_argument("--pairs", action="store_true", help="two faults instead of one, in first deployments")
    parser.add_argument("--whole", action="store_true", help="play every history to its own end")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many at once")
    options = parser.parse_args(arguments)
    garbage.let_lie()
    started = time.perf_counter()
    flows: tuple[Flow, ...] = MAIN
    depth = 1
    if options.pairs:
        flows, depth = tuple(replace(one, kinds=CLASSES) for one in FIRST), 2
    histories = play_all(flows, depth, processes=options.processes, whole=options.whole)
    _tell(histories, depth, time.perf_counter() - started)
    return 1 if any(one.problem for one in histories) else 0


def _tell(histories: Sequence[History], depth: int, seconds: float) -> None:
    failed = [one for one in histories if one.problem]
    played = sum(len(one.suffered) == depth for one in histories)
    what = "pairs of faults" if depth > 1 else "single faults"
    sys.stdout.write("".join(f"{one.suffered}: {one.problem}\n" for one in failed))
    sys.stdout.write(f"{played} {what}, {len(failed)} failed, in {seconds:.1f} s\n")


if __name__ == "__main__":
    sys.exit(main())
