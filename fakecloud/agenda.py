"""What will happen at what time of the World: state changes, visibility ends, deliveries, timers."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fakecloud.clock import Clock


@dataclass(order=True)
class Entry:
    """One thing to happen; cancelled entries are passed over."""

    due: datetime
    number: int
    label: str = field(compare=False)
    action: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Agenda:
    """A queue of things to happen, in order of time and then of entry."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._numbers = itertools.count()
        self.on_change: Callable[[], None] = lambda: None  # the server's pump wakes up on it

    def after(self, seconds: float, label: str, action: Callable[[], object]) -> Entry:
        """Let *action* happen *seconds* from now, and return the entry, which can be cancelled."""
        entry = Entry(self._clock.now() + timedelta(seconds=seconds), next(self._numbers), label, action)
        heapq.heappush(self._entries, entry)
        self.on_change()
        return entry

    def next_due(self) -> datetime | None:
        """Return when the next thing is to happen."""
        while self._entries and self._entries[0].cancelled:
            heapq.heappop(self._entries)
        return self._entries[0].due if self._entries else None

    def pop_due(self) -> Entry | None:
        """Take the next entry whose time has come."""
        due = self.next_due()
        return heapq.heappop(self._entries) if due and due <= self._clock.now() else None

    def take(self, wanted: Callable[[Entry], bool]) -> Entry | None:
        """Take the next entry that is *wanted*, due or not."""
        found = min((entry for entry in self._entries if not entry.cancelled and wanted(entry)), default=None)
        if found is not None:
            self._entries.remove(found)
            heapq.heapify(self._entries)
        return found

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
