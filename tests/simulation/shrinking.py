"""The shortest history of faults that still breaks the same invariant."""

from tests.simulation.faults import Kind
from tests.simulation.replay import play

TRIES = 60


def shrink(seed: int, problem: str) -> list[tuple[int, str, Kind]]:
    """Leave out the drawn faults of a failing seed, half of them and less at a time, while it goes on failing so."""
    kept = [number for number, _, _ in play(seed).history]
    size, tries = max(1, len(kept) // 2), 0
    while kept and tries < TRIES:
        shorter = _leave_out(seed, kept, size, problem)
        tries += len(kept) // size + 1
        if shorter is not None:
            kept = shorter
        elif size == 1:
            break
        else:
            size //= 2
        size = max(1, min(size, len(kept)))
    return play(seed, allowed=kept).history


def _leave_out(seed: int, kept: list[int], size: int, problem: str) -> list[int] | None:
    for start in range(0, len(kept), size):
        shorter = kept[:start] + kept[start + size :]
        if _kind_of(play(seed, allowed=shorter).problem) == _kind_of(problem):
            return shorter
    return None


def _kind_of(problem: str) -> str:
    """Return what stays the same of a problem when histories get shorter: its first words."""
    return " ".join(problem.split()[:2])
