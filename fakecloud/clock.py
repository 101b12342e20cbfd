"""The World's time: moved by hand in tests, running in the server. Signature dates are judged by the machine's."""

import time
from datetime import datetime, timedelta, timezone
from typing import Protocol


class Clock(Protocol):
    """The World's time."""

    def now(self) -> datetime:
        """Return the World's time, aware, in UTC."""
        ...

    def advance(self, seconds: float) -> None:
        """Move the World's time forward."""
        ...


class VirtualClock:
    """Stands still until it is advanced."""

    def __init__(self, start: datetime = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the World's time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the World's time forward."""
        self._now += timedelta(seconds=seconds)


class RunningClock:
    """The machine's clock plus what it was advanced by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the World's time."""
        return machine_now() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the World's time forward."""
        self._ahead += timedelta(seconds=seconds)


def machine_now() -> datetime:
    """Return the machine's time: what signature dates are judged by."""
    return datetime.fromtimestamp(time.time(), timezone.utc)  # noqa: TID251 the one reading of the machine's clock
