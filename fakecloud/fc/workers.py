"""Who does the work of a delivery: the agenda itself (virtual Worlds), or threads that leave it free (the server)."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from fakecloud.fc.errors import UnavailableError

MAXIMUM_THREADS = 16

_log = logging.getLogger("fakecloud.fc")


class Workers(Protocol):
    """Whoever runs deliveries."""

    def run(self, work: Callable[[], None]) -> None:
        """Do *work*, now or soon."""
        ...

    def stop(self) -> None:
        """Begin nothing more and return when everything that was begun has ended."""
        ...


class Inline:
    """Works at once, in the caller's thread, under the caller's lock: time stands still meanwhile."""

    def run(self, work: Callable[[], None]) -> None:
        """Do *work* now."""
        work()

    def stop(self) -> None:
        """Do nothing: nothing is ever under way."""


class Threads:
    """Works on a few threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MAXIMUM_THREADS, thread_name_prefix="fakecloud-fc")

    def run(self, work: Callable[[], None]) -> None:
        """Do *work* soon; what it raises is logged."""
        self._pool.submit(self._attempt, work)

    def stop(self) -> None:
        """Drop what was not begun and wait for the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except UnavailableError:
            _log.debug("a delivery ended because everything was stopped")
        except Exception:  # noqa: BLE001 a thread's last line of defence: what is not logged here is lost
            _log.exception("a delivery broke")
