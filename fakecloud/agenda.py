"""What will happen at what time of the World: state changes, visibility ends, deliveries, timers."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fakecloud.clock import Clock


@dataclass(eq=False)
class Entry:
    """One thing to happen; cancelled entries are passed over."""

    due: datetime
    number: int
    label: str
    action: Callable[[], object]
    cancelled: bool = False


class Agenda:
    """A queue of things to happen, in order of time and then of entry."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[tuple[datetime, int, Entry]] = []
        self._numbers = itertools.count()
        self.on_change: Callable[[], None] = lambda: None  # the server's pump wakes up on it

    def after(self, seconds: float, label: str, action: Callable[[], object]) -> Entry:
        """Let *action* happen *seconds* from now, and return the entry, which can be cancelled."""
        entry = Entry(self._clock.now() + timedelta(seconds=seconds), next(self._numbers), label, action)
        heapq.heappush(self._entries, (entry.due, entry.number, entry))
        self.on_change()
        return entry

    def next_due(self) -> datetime | None:
        """Return when the next thing is to happen."""
        while self._entries and self._entries[0][2].cancelled:
            heapq.heappop(self._entries)
        return self._entries[0][0] if self._entries else None

    def pop_due(self) -> Entry | None:
        """Take the next entry whose time has come."""
        now = self._clock.now()
        while self._entries and self._entries[0][0] <= now:
            entry = heapq.heappop(self._entries)[2]
            if not entry.cancelled:
                return entry
        return None

    def take(self, wanted: Callable[[Entry], bool]) -> Entry | None:
        """Take the next entry that is *wanted*, due or not."""
        found = min((one for one in self._entries if not one[2].cancelled and wanted(one[2])), default=None)
        if found is None:
            return None
        self._entries.remove(found)
        heapq.heapify(self._entries)
        return found[2]

    def pending(self) -> list[Entry]:
        """Return what is to happen, in no order."""
        return [entry for _, _, entry in self._entries if not entry.cancelled]

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
