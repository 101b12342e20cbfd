"""Follows the functions while they work: prints what they did, and lets the poller's minute come soon."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from demo.cloud import Cloud
from demo.errors import DemoError
from demo.screen import Screen, Tone
from demo.timeline import Event, read_lines, read_run, shorten

LOOK_EVERY = 0.1  # seconds
TICK_AFTER = 0.8  # seconds from the end of the poller's last run to the next
TICK_LOST_AFTER = 15.0  # seconds
KEPT_LINES = 12
FINGERPRINT = 16  # hex digits of it in a certificate's name


class Follower:
    """Prints the timeline, whose zero is when this is made. Nothing happens but within its methods."""

    def __init__(self, cloud: Cloud, screen: Screen) -> None:
        self._cloud = cloud
        self._screen = screen
        self._start = cloud.now()
        self._seen = 0
        self._told: set[tuple[str, str]] = set()
        self._pause = threading.Event()
        self._tick = ""
        self._tick_due = 0.0
        self.served: dict[tuple[str, str], float] = {}  # (drop, target): seconds
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)  # what functions logged last

    def elapsed(self) -> float:
        """Return the seconds since zero."""
        return (self._cloud.now() - self._start).total_seconds()

    def tell(self, text: str, tone: Tone = "plain") -> None:
        """Print what the user does now."""
        self._told.clear()
        self._screen.event(self.elapsed(), "you", text, tone)

    def wait(self, until: Callable[[], bool], what: str, seconds: float) -> None:
        """Follow until *until*, letting the poller's minute come again and again.

        Raises DemoError after *seconds*, and as soon as a function reports a trouble: *what* is what was promised.
        """
        deadline = time.monotonic() + seconds
        self._tick_due = time.monotonic() + TICK_AFTER
        while True:
            for event in self.follow():
                if event.tone == "bad":
                    raise DemoError(f"{what} did not come to pass; {event.who} says: {event.text}")
            if until():
                return
            if time.monotonic() > deadline:
                raise DemoError(f"{what} did not come to pass within {seconds:.0f} s")
            self._keep_ticking()
            self._pause.wait(LOOK_EVERY)

    def tick(self) -> None:
        """Let the poller's minute come now."""
        self._tick = self._cloud.invoke_poller()
        self._tick_due = time.monotonic() + TICK_LOST_AFTER

    def follow(self) -> list[Event]:
        """Print and return what happened since the last time."""
        events = []
        for run in self._cloud.runs(self._seen):
            self._seen = run["number"]
            events += list(read_run(run, self._describe))
            self.lines += [shorten(line) for line in read_lines(run["log"])] or run["log"].splitlines()
            if run["request_id"] == self._tick:
                self._tick_due = time.monotonic() + TICK_AFTER
        events.sort(key=lambda event: event.at)
        for event in events:
            self._print(event)
        return events

    def _keep_ticking(self) -> None:
        if time.monotonic() >= self._tick_due:
            self.tick()

    def _print(self, event: Event) -> None:
        seconds = (event.at - self._start).total_seconds()
        if event.served:
            self.served[event.served] = seconds
        if event.tone == "quiet" and (event.who, event.text) in self._told:
            return
        self._told.add((event.who, event.text))
        self._screen.event(seconds, event.who, event.text, event.tone)

    def _describe(self, certificate: str) -> str:
        facts: Any = self._cloud.read(f"state/bundles/{certificate[-FINGERPRINT:]}.json")
        if facts is None:
            return certificate
        return f"{facts['key_kind'].upper()}, until {facts['not_after'][:10]}\n{' '.join(facts['names'])}"
