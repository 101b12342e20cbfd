"""One fault at every call of the main flow, none left out; and two, at every pair of calls of a first deployment.

python -m tests.simulation.singles            every single fault of the main flow: a certificate, and one beside it
python -m tests.simulation.singles --first    every single fault of first deployments at ALB and at CLB
python -m tests.simulation.singles --pairs    every pair of faults of a first deployment (one kind of each class)

A flow is played once; at each of its calls the process forks for each fault, and the child plays on from there.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests import garbage
from tests.simulation.breaking import BrokenInvariantError
from tests.simulation.faults import KINDS, Faults, Kind
from tests.simulation.settling import SWEEP, Settling
from tests.simulation.simulation import Simulation
from tests.simulation.worlds import Scenario, build_first_deployment, build_main_flow

FLOWS: Mapping[str, Callable[[Simulation], Scenario]] = {
    "alb": partial(build_main_flow, service="alb"),
    "clb": partial(build_main_flow, service="clb"),
    "first-alb": partial(build_first_deployment, service="alb"),
    "first-clb": partial(build_first_deployment, service="clb"),
}
CLASSES: tuple[Kind, ...] = ("throttled", "lost", "killed before", "killed after")
READS = ("Get", "List", "Head", "Describe")
SEED = 1


@dataclass
class Branches(Faults):
    """Forks at every call, once for each kind of fault: the child suffers it, the parent goes on without.

    *depth* faults come in one history. Every process of the tree notes what became of its history in the file *notes*.
    """

    kinds: Sequence[Kind] = KINDS
    depth: int = 1
    processes: int = 1
    notes: int = -1
    suffered: list[tuple[int, str, Kind]] = field(default_factory=list)
    children: set[int] = field(default_factory=set)

    def draw(self, action: str) -> Kind | None:
        """Return what the next call suffers in this process."""
        self.calls += 1
        if self.depth:
            for kind in self.kinds:
                if not (kind == "killed after" and _is_read(action)) and self._fork():
                    self.suffered.append((self.calls, action, kind))
                    self.history.append((self.calls, action, kind))
                    return kind
        return None

    def _fork(self) -> bool:
        """Begin a child, as soon as there is room for one; say whether this is the child."""
        while len(self.children) >= self.processes:
            self._await_child()
        child = os.fork()
        if child:
            self.children.add(child)
            return False
        self.children = set()
        self.depth -= 1
        self.processes = 1
        return True

    def _await_child(self) -> None:
        child, status = os.wait()
        self.children.discard(child)
        if status:
            self.note("the process died")

    def note(self, problem: str) -> None:
        """Note what became of this history; a short line is appended whole."""
        os.write(self.notes, json.dumps([self.suffered, problem[:1000]]).encode() + b"\n")

    def end_process(self) -> None:
        """Wait for the children; a child ends here."""
        while self.children:
            self._await_child()
        if self.suffered:
            os._exit(0)


def _is_read(action: str) -> bool:
    """Say whether a call changes nothing: then it does not matter whether one dies before it or after it."""
    return action.split(" ")[1].startswith(READS)


def play_flow(flow: str, branches: Branches) -> None:
    """Play a flow, in every process of the tree, to its end."""
    simulation = Simulation(SEED, branches, concurrent=False)
    problem = ""
    try:
        scenario = FLOWS[flow](simulation)
        scenario.watch.begin()
        settling = Settling(scenario)
        simulation.advance(scenario.user.seconds)
        settling.settle(SWEEP)  # the one request of a sweep may be what is lost
        settling.check_end()
    except BrokenInvariantError as broken:
        problem = str(broken)
    except BaseException as error:  # noqa: BLE001 a child must not return into its parent's code
        problem = f"{type(error).__name__}: {error}"
    branches.note(problem)
    branches.end_process()
    simulation.close()


def play_all(flows: Sequence[str], kinds: Sequence[Kind], depth: int, processes: int) -> tuple[int, list[str]]:
    """Play every history of *depth* faults; return how many there were, and what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes"
        notes = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        for flow in flows:
            source = random.Random(SEED)
            play_flow(flow, Branches(source, kinds=kinds, depth=depth, processes=processes, notes=notes))
        os.close(notes)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
    histories = [one for one in lines if len(one[0]) == depth]
    failed = [f"{suffered}: {problem}" for suffered, problem in lines if problem]
    return len(histories), failed


def main(arguments: list[str] | None = None) -> int:
    """Play them all; 1 when an invariant broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.singles", description="Faults, none left out.")
    parser.add_argument("--first", action="store_true", help="first deployments only")
    parser.add_argument("--pairs", action="store_true", help="two faults instead of one")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many at once")
    options = parser.parse_args(arguments)
    garbage.let_lie()
    started = time.perf_counter()
    if options.pairs:
        count, failed = play_all(["first-alb"], CLASSES, 2, options.processes)
    else:
        flows = [flow for flow in FLOWS if flow.startswith("first") is options.first]
        count, failed = play_all(flows, KINDS, 1, options.processes)
    what = "pairs of faults" if options.pairs else "single faults"
    seconds = time.perf_counter() - started
    sys.stdout.write("".join(f"{line}\n" for line in failed))
    sys.stdout.write(f"{count} {what}, {len(failed)} failed, in {seconds:.1f} s\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
