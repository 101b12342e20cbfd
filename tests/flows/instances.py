"""Two instances of a function at the same event, interleaved at every cloud call by a seed."""

import random
import threading
from collections.abc import Callable
from contextlib import redirect_stdout

from fakecloud.fc.function import Function, Invocation, Result
from tests.flows.pipeline import Pipeline


class Later:
    """Workers that keep deliveries until nobody holds the World's lock."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def run(self, work: Callable[[], None]) -> None:
        self.waiting.append(work)

    def stop(self) -> None:
        self.waiting.clear()


class Turns:
    """Lets one of several threads go on at a time; the seed says which, whenever all of them wait."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._changed = threading.Condition()
        self._alive: set[int] = set()
        self._waiting: list[int] = []
        self._turn: int | None = None

    def together(self, *works: Callable[[], None]) -> None:
        """Run *works*, each in a thread, and return when all have ended."""
        self._alive, self._waiting, self._turn = set(range(len(works))), [], None
        threads = [threading.Thread(target=self._run, args=(n, work), name=str(n)) for n, work in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def take(self) -> None:
        """Wait for a turn; outside of `together` it is always one's turn."""
        if not self._alive:
            return
        me = int(threading.current_thread().name)
        with self._changed:
            self._waiting.append(me)
            self._turn = None
            self._choose()
            self._changed.wait_for(lambda: self._turn == me)
            self._waiting.remove(me)

    def _run(self, me: int, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self._changed:
                self._alive.discard(me)
                self._turn = None
                self._choose()

    def _choose(self) -> None:
        if self._waiting and self._turn is None and set(self._waiting) == self._alive:
            self._turn = self._random.choice(sorted(self._waiting))
            self._changed.notify_all()


class TwoInstances(Pipeline):
    """Every invocation happens twice at the same time."""

    def __init__(self, seed: int) -> None:
        self._later = Later()
        self._turns = Turns(seed)
        super().__init__(workers=self._later)
        self.wire.take_turn = self._turns.take

    def advance(self, seconds: float) -> None:
        """Let time pass second by second, so that deliveries happen near their time."""
        with redirect_stdout(self.logs):
            for _ in range(int(seconds) + 1):
                self._deliver()
                self.world.advance(1 if seconds else 0)
            self._deliver()

    def _deliver(self) -> None:
        while self._later.waiting:
            self._later.waiting.pop(0)()

    def invoke(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        """Run the function in two instances and answer what the first one answers."""
        results: dict[int, Result] = {}

        def instance(number: int) -> Callable[[], None]:
            return lambda: results.__setitem__(number, self._invoke(function, event, invocation))

        self._turns.together(instance(0), instance(1))
        self.results.append((function.name, results[0]))
        return results[0]
