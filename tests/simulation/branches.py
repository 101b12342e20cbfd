"""Histories that branch: at every call the process forks for each fault, and the child plays on from there."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fakecloud.world import World
from tests.simulation.faults import KINDS, Faults, Kind
from tests.simulation.pictures import take_picture

READS = ("Get", "List", "Head", "Describe")
# What was refused before anything was done is tried again at once, and a read also whatever else kept its answer away
# (cloud/sending.py): the history goes on as the undisturbed one. And a run that dies leaves what was changed until then
# and nothing else: it may as well die before its next change.
TRIED_AGAIN: tuple[Kind, ...] = ("throttled", "unsent")
READ_AGAIN: tuple[Kind, ...] = (*TRIED_AGAIN, "error", "lost")


@dataclass
class History:
    """What became of a history: *problem* is empty when every invariant held.

    *stood* are the pictures of its World since its last fault, *left* how many faults were still to come by then.
    """

    suffered: list[tuple[int, str, Kind]]
    left: int
    calls: int
    problem: str = ""
    stood: list[str] = field(default_factory=list)


class Notes:
    """The file in which every process of a tree of histories writes down what became of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0  # bytes
        self._known: dict[int, set[str]] = defaultdict(set)  # pictures, by the faults that were still to come
        path.touch()

    def add(self, history: History) -> None:
        """Write down a history; a line is appended whole."""
        with self._path.open("ab", buffering=0) as file:
            file.write(json.dumps(asdict(history)).encode() + b"\n")

    def histories(self) -> Iterator[History]:
        """Return everything written so far."""
        with self._path.open() as file:
            yield from (History(**json.loads(line)) for line in file)

    def read_on(self) -> None:
        """Take in what others wrote since."""
        with self._path.open() as file:
            file.seek(self._read)
            for line in file:
                history = History(**json.loads(line))
                self._known[history.left].update(history.stood)
            self._read = file.tell()

    def knows(self, picture: str, left: int) -> bool:
        """Say whether all that can come of a World with so many faults *left* was played, or is being played."""
        return any(picture in pictures for most, pictures in self._known.items() if most >= left)


@dataclass
class Branches(Faults):
    """Forks at every call, once for each kind of fault: the child suffers it, the parent goes on without.

    *depth* faults come in one history, played by so many *processes* at once. A child whose World comes to stand as
    another's did ends there, unless histories are to be played *whole*.
    """

    notes: Notes = field(kw_only=True)
    kinds: Sequence[Kind] = KINDS
    depth: int = 1
    processes: int = 1
    whole: bool = False
    suffered: list[tuple[int, str, Kind]] = field(default_factory=list)
    children: set[int] = field(default_factory=set)
    stood: list[str] = field(default_factory=list)
    looked: int = 0  # at which call the last picture was taken
    changes: int = 0  # calls so far that may have changed something
    dead: set[tuple[str, int] | None] = field(default_factory=set)  # runs that died, and after how many changes

    def draw(self, action: str, run: str = "") -> Kind | None:
        """Return what the next call suffers in this process."""
        self.calls += 1
        before = run, self.changes
        self.changes += not is_read(action)
        after = run, self.changes
        again = READ_AGAIN if is_read(action) else TRIED_AGAIN
        for kind in self.kinds if self.depth else ():
            death = before if kind == "killed before" else after if kind == "killed after" else None
            is_played = death in self.dead or kind in again
            if death:
                self.dead.add(death)
            if (self.whole or not is_played) and self._fork():
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
        self.stood = []
        self.depth -= 1
        self.processes = 1
        return True

    def _await_child(self) -> None:
        child, status = os.wait()
        self.children.discard(child)
        if status:
            self.note("the process died")
        self.notes.read_on()

    def is_known(self, world: World) -> bool:
        """Say whether the World, in which nothing runs, stands as another did, so that this history may end."""
        if self.whole or self.looked == self.calls:
            return False
        self.looked = self.calls
        picture = take_picture(world)
        if self.suffered and self.notes.knows(picture, self.depth):
            return True
        self.stood.append(picture)
        return False

    def note(self, problem: str) -> None:
        """Write down what became of this history."""
        self.notes.add(History(self.suffered, self.depth, self.calls, problem[:1000], self.stood))

    def end_process(self, problem: str) -> None:
        """Wait for the children, and write down what became of this history; a child ends here."""
        while self.children:
            self._await_child()
        self.note(problem)
        if self.suffered:
            os._exit(0)


def is_read(action: str) -> bool:
    """Say whether a call changes nothing."""
    return action.split(" ")[1].startswith(READS)
