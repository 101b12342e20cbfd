"""Play seeds and say what came of them.

python -m tests.simulation --seeds 500 --start 0             500 seeds, on every processor
python -m tests.simulation --seeds 1 --start 17 --verbose    one seed with its calls and the functions' log lines
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests import garbage
from tests.simulation.faults import PAIRS, SEEDS, Kind
from tests.simulation.replay import Played, play, play_briefly
from tests.simulation.shrinking import shrink


def main(arguments: list[str] | None = None) -> int:
    """Play the seeds; 1 when one broke an invariant, or when enough of them left out a pair of call and fault."""
    options = _parse(arguments)
    garbage.let_lie()
    started = time.perf_counter()
    seeds = range(options.start, options.start + options.seeds)
    calls, failed, reach = 0, 0, Counter[tuple[str, Kind]]()
    for played in _play_all(seeds, options.processes):
        calls += played.calls
        reach.update(played.hit)
        if played.problem:
            failed += 1
            _tell_failure(played)
    if options.verbose:
        _tell_all(play(options.start))
    missing = [pair for pair in PAIRS if pair not in reach]
    _tell_sum(len(seeds), failed, calls, time.perf_counter() - started, missing)
    return 1 if failed or (missing and len(seeds) >= SEEDS) else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description="Seeded simulation with faults.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many seeds")
    parser.add_argument("--start", type=int, default=0, help="the first of them")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many at once")
    parser.add_argument("--verbose", action="store_true", help="print calls and log lines of the first seed")
    return parser.parse_args(arguments)


def _play_all(seeds: range, processes: int) -> Iterator[Played]:
    """Play seeds, in processes of their own when they are many."""
    if processes == 1 or len(seeds) == 1:
        yield from map(play_briefly, seeds)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=garbage.let_lie) as pool:
        yield from pool.map(play_briefly, seeds, chunksize=4)


def _tell_failure(played: Played) -> None:
    say(f"seed {played.seed}: {played.problem}")
    for number, action, kind in shrink(played.seed, played.problem):
        say(f"    fault {number}: {action}, {kind}")
    say(f"    replay: make simulate SEEDS=1 START={played.seed}")


def _tell_all(played: Played) -> None:
    say("\n".join(played.lines))
    say(played.logs)
    say(f"trace {played.trace}; settled {played.settled_after:.0f} s after the last fault")


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tell_sum(seeds: int, failed: int, calls: int, seconds: float, missing: list[tuple[str, Kind]]) -> None:
    say(f"{seeds} seeds, {failed} failed; {calls} calls in {seconds:.1f} s: {seeds / seconds:.2f} seeds a second")
    say(f"{len(PAIRS) - len(missing)} of {len(PAIRS)} pairs of call and fault were hit")
    for action, kind in missing if seeds >= SEEDS else []:
        say(f"    not hit: {action}, {kind}")


if __name__ == "__main__":
    sys.exit(main())
