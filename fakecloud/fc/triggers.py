"""What sets a function off beside the invocation APIs: changes in a bucket, a timer, a queue."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from fakecloud.agenda import Entry
from fakecloud.fc.executions import Executions
from fakecloud.fc.function import Function, OssTrigger, QueueTrigger, TimerTrigger, Trigger
from fakecloud.fc.streams import QueueStream
from fakecloud.fc.timers import next_ring

if TYPE_CHECKING:
    from fakecloud.world import World

Enqueue = Callable[[Function, bytes], object]


class Source(Protocol):
    """A trigger at work."""

    def open(self) -> None:
        """Begin."""
        ...

    def close(self) -> None:
        """End."""
        ...


class BucketSource:
    """Invokes asynchronously, one event a change."""

    def __init__(self, world: "World", function: Function, trigger: OssTrigger, enqueue: Enqueue) -> None:
        self._world = world
        self._function = function
        self._trigger = trigger
        self._enqueue = enqueue
        self._closed = False

    def open(self) -> None:
        """Subscribe to the bucket."""
        trigger = self._trigger
        self._world.oss.subscribe(trigger.bucket, list(trigger.events), trigger.prefix, trigger.suffix, self._deliver)

    def close(self) -> None:
        """Hear no more."""
        self._closed = True

    def _deliver(self, document: dict[str, Any]) -> None:
        if not self._closed:
            self._enqueue(self._function, json.dumps(document).encode())


class TimerSource:
    """Invokes asynchronously whenever it rings; rings that a leap of time passed over are not made up for."""

    def __init__(self, world: "World", function: Function, trigger: TimerTrigger, enqueue: Enqueue) -> None:
        self._world = world
        self._function = function
        self._trigger = trigger
        self._enqueue = enqueue
        self._following = next_ring(trigger.cron_expression)
        self._entry: Entry | None = None

    def open(self) -> None:
        """Set the first ring."""
        if self._trigger.enabled:
            self._wait(self._following(self._world.clock.now()))

    def close(self) -> None:
        """Ring no more."""
        if self._entry is not None:
            self._entry.cancelled = True

    def _wait(self, ring: datetime) -> None:
        seconds = (ring - self._world.clock.now()).total_seconds()
        self._entry = self._world.after(seconds, f"timer {self._trigger.name} rings", lambda: self._ring(ring))

    def _ring(self, ring: datetime) -> None:
        event = {
            "triggerTime": f"{ring:%Y-%m-%dT%H:%M:%SZ}",
            "triggerName": self._trigger.name,
            "payload": self._trigger.payload,
        }
        self._enqueue(self._function, json.dumps(event).encode())
        following = self._following(ring)
        now = self._world.clock.now()
        self._wait(following if following > now else self._following(now))


def make_source(
    world: "World", executions: Executions, function: Function, trigger: Trigger, enqueue: Enqueue
) -> Source:
    """Return what puts *trigger* to work."""
    if isinstance(trigger, OssTrigger):
        return BucketSource(world, function, trigger, enqueue)
    if isinstance(trigger, TimerTrigger):
        return TimerSource(world, function, trigger, enqueue)
    return QueueStream(world, executions, function, trigger)


def is_enabled(trigger: Trigger) -> bool:
    """Say whether *trigger* was switched on in the template."""
    return not isinstance(trigger, TimerTrigger | QueueTrigger) or trigger.enabled
