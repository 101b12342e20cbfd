"""Who goes on: every run of a function is a greenlet that pauses at every cloud call; the seed chooses the next one."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from greenlet import greenlet

from fakecloud.world import World


class Killed(BaseException):
    """The instance is gone; no `except Exception` may see it."""


class Task:
    """One run. *deadline* is when Function Compute ends it; *doomed* ends it the next time it goes on."""

    def __init__(self, name: str, work: Callable[[], None], hub: greenlet) -> None:
        self.name = name
        self.greenlet = greenlet(work, hub)
        self.deadline: datetime | None = None
        self.doomed = False
        self.ids: set[str] = set()  # what it was given, so that its operations can be told from others'
        self.operation: tuple[str, int] | None = None  # (log, number) that it began and has not ended
        self.access_key = ""
        self.calls = 0


class Scheduler:
    """Runs tasks over a World with a virtual clock; its time jumps to what is due next when nobody can go on."""

    def __init__(self, world: World, source: random.Random) -> None:
        self._world = world
        self._random = source
        self._ready: list[Task] = []
        self._hub = greenlet.getcurrent()
        self._alive: dict[Task, None] = {}
        self._count = 0
        self.current: Task | None = None

    @property
    def running(self) -> int:
        """How many tasks have not ended."""
        return len(self._alive)

    def spawn(self, name: str, work: Callable[[], None]) -> Task:
        """Begin a task; it goes on when its turn comes."""
        self._count += 1
        task = Task(f"{name}#{self._count}", lambda: self._live(task, work), self._hub)
        self._alive[task] = None
        self._ready.append(task)
        return task

    def _live(self, task: Task, work: Callable[[], None]) -> None:
        try:
            work()
        except Killed:
            pass
        finally:
            del self._alive[task]

    def pause(self) -> None:
        """Let somebody else go on, perhaps."""
        task = self._me()
        self._ready.append(task)
        self._leave(task)

    def sleep(self, seconds: float) -> None:
        """Let World time pass; whoever is past its deadline then is killed at it."""
        task, left = self._me(), seconds
        if task.deadline is not None:
            left = min(seconds, max(0.0, (task.deadline - self._world.clock.now()).total_seconds()))
        self._world.after(left, "a task goes on", lambda: self._ready.append(task))
        self._leave(task)
        if left < seconds:
            raise Killed

    def wait_until(self, moment: datetime) -> None:
        """Sleep until *moment*."""
        self.sleep(max(0.0, (moment - self._world.clock.now()).total_seconds()))

    def _leave(self, task: Task) -> None:
        self._hub.switch()
        if task.doomed or (task.deadline is not None and self._world.clock.now() > task.deadline):
            raise Killed

    def _me(self) -> Task:
        assert self.current is not None
        if self.current.doomed:
            raise Killed  # the finally-blocks of a dead instance make no calls
        return self.current

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Go on for so many seconds of World time, or until *until* says so when nobody can go on; return its word."""
        end = self._world.clock.now() + timedelta(seconds=seconds)
        while True:
            self._world.run_due()
            if self._ready:
                self._resume(self._ready.pop(self._random.randrange(len(self._ready))))
                continue
            if until():
                return True
            now, due = self._world.clock.now(), self._world.agenda.next_due()
            if due is None or due > end:
                self._world.clock.advance(max(0.0, (end - now).total_seconds()))
                return False
            self._world.clock.advance(max(0.0, (due - now).total_seconds()))

    def _resume(self, task: Task) -> None:
        self.current = task
        try:
            task.greenlet.switch()
        finally:
            self.current = None

    def close(self) -> None:
        """End every task: a greenlet that is not ended is never collected."""
        self._ready.clear()
        for task in list(self._alive):
            task.doomed = True
            self.current = task
            if task.greenlet:  # it has begun
                task.greenlet.throw(Killed)
        self._alive.clear()
        self.current = None
