"""Keeps a World in a folder between runs: what OSS, MNS, CAS, CLB and ALB hold, the time and the call log.

Changes of listeners that are going on are brought to their end first. Not kept: roles' credentials, invocations under
way, ClientTokens. The file holds certificates' keys, as the folder of a CA would: only its owner may read it.
"""

import io
import os
import pickle
from pathlib import Path
from typing import Any

from fakecloud.agenda import Entry
from fakecloud.clock import machine_now
from fakecloud.world import World

VERSION = 2
SERVICES = ("oss", "mns", "cas", "clb", "alb")
_SETTLED = tuple(f"fakecloud.{service}." for service in ("cas", "clb", "alb"))


class PersistenceError(Exception):
    """What lies in the folder cannot be used."""


def save_world(world: World, folder: Path, notes: dict[str, Any]) -> None:
    """Write *world* and *notes* into *folder*. Its functions and its data plane must be at rest."""
    with world.lock:
        settle(world)
        world.oss.subscriptions.clear()
        for queue in world.mns.queues.values():
            queue.on_visible.clear()
        document = {
            "version": VERSION,
            "notes": notes,
            "ahead": (world.clock.now() - machine_now()).total_seconds(),
            "random": world.ids.random.getstate(),
            "calls": world.calls.entries,
            "services": {name: getattr(world, name) for name in SERVICES},
        }
        buffer = io.BytesIO()
        _Pickler(buffer, world).dump(document)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / "world.part"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(buffer.getvalue())
    draft.replace(folder / "world")


def load_world(world: World, folder: Path) -> dict[str, Any] | None:
    """Fill the new *world* with what lies in *folder* and return the notes; None when nothing lies there."""
    try:
        content = (folder / "world").read_bytes()
    except FileNotFoundError:
        return None
    try:
        document = _Unpickler(io.BytesIO(content), world).load()
        if document["version"] != VERSION:
            raise PersistenceError(f"{folder}: made by another version of fakecloud; remove it to begin anew")
    except (pickle.UnpicklingError, AttributeError, EOFError, ImportError, KeyError, TypeError) as error:
        raise PersistenceError(f"{folder}: cannot be read ({error}); remove it to begin anew") from error
    with world.lock:
        world.clock.advance(max(0.0, document["ahead"]))
        world.ids.random.setstate(document["random"])
        world.calls.entries.extend(document["calls"])
        for name, service in document["services"].items():
            setattr(world, name, service)
        for queue in world.mns.queues.values():
            queue.resume()
    notes: dict[str, Any] = document["notes"]
    return notes


def settle(world: World) -> None:
    """Bring changes that certificates and listeners are going through to their end, now."""
    while (entry := world.agenda.take(_belongs_to_a_change)) is not None:
        entry.action()


def _belongs_to_a_change(entry: Entry) -> bool:
    return entry.action.__module__.startswith(_SETTLED)


class _Pickler(pickle.Pickler):
    """Writes state without the World that holds it and without what is on its agenda."""

    def __init__(self, file: io.BytesIO, world: World) -> None:
        super().__init__(file, protocol=5)
        self._world = world

    def persistent_id(self, obj: object) -> str | None:
        """Name what is not written."""
        if obj is self._world:
            return "world"
        return "entry" if isinstance(obj, Entry) else None


class _Unpickler(pickle.Unpickler):
    """Reads what _Pickler wrote, into another World."""

    def __init__(self, file: io.BytesIO, world: World) -> None:
        super().__init__(file)
        self._world = world

    def persistent_load(self, pid: object) -> World | None:
        """Return what stands for a name."""
        return self._world if pid == "world" else None
