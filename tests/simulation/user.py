"""The user of a World: writes targets, drops files in any order, and remembers what they mean."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from certdrop.state import keys
from tests.flows.pipeline import BUCKET
from tests.simulation import pool
from tests.simulation.pool import Kind, Made
from tests.simulation.simulation import Simulation

LATE = 0.7  # how often bundles wait for their client CA, and for which part of the time
TOUCHED = 0.2  # how often a file is written that lies there as it is
Target = Mapping[str, Any]


class Entry(NamedTuple):
    """An object of a listing, as far as a snapshot needs it."""

    key: str
    etag: str


@dataclass
class User:
    """Acts within the first *seconds* of a World.

    *final* is what lies in each drop in the end, None for what is no bundle; *dropped* all valid bundles that lay
    there at some moment; *meanings* tells them by (drop, snapshot).
    """

    simulation: Simulation
    source: random.Random
    seconds: float
    cleanup: str = "expired"
    final: dict[str, Made | None] = field(default_factory=dict)
    dropped: dict[str, list[Made]] = field(default_factory=dict)
    meanings: dict[tuple[str, str], Made | None] = field(default_factory=dict)
    keyless: dict[tuple[str, str], Made] = field(default_factory=dict)

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something at a time of the World."""
        self.simulation.world.after(min(seconds, self.seconds), "the user", action)

    def write_targets(self, targets: Sequence[Target]) -> None:
        """Write targets.yml (JSON is YAML), now and then a part of it first, and then one that is broken.

        The part is never of a later stage only.
        """
        first = self.source.choice((0.0, 5.0, 70.0))
        if self.source.random() < 0.5:
            self.at(first, partial(self.put_targets, targets[:1]))
            self.at(first + 1, lambda: self._put("config/targets.yml", b"version: 1\ntargets: {broken"))
            first += self.source.uniform(2, self.seconds * 0.6)
        self.at(first, partial(self.put_targets, targets))

    def plan_drop(self, drop: str, kind: Kind, *, most: int) -> None:
        """Drop some generations, *most* of them, in any order, file by file, now and then with files missing a while.

        In the end a bundle lies there, most often: whatever came over another is put right.
        """
        chance = self.source
        is_put_right = drop in ("shop", pool.AUTHORITY) or chance.random() < 0.8
        end = self.seconds * chance.uniform(0.7, 1.0) if is_put_right else self.seconds
        generations = [
            chance.randrange(pool.LATE_GENERATIONS[0]) for _ in range(chance.choice((1, 1, *range(2, most + 1))))
        ]
        begin = end * LATE if drop == pool.AUTHORITY and chance.random() < LATE else 0.0
        times = sorted(chance.uniform(begin, end) for _ in generations)
        for seconds, generation in zip(times, generations, strict=True):
            self._plan_bundle(drop, pool.bundle(drop, kind, generation), seconds, end)
        if is_put_right:
            made = pool.bundle(drop, kind, generations[-1])
            for name, body in reversed(made.files.items()):
                self.at(end, partial(self._put_right, drop, name, body))

    def plan_bad_drop(self) -> None:
        """Drop something that is no bundle, in a drop of its own."""
        chance = self.source
        good, other, old = pool.bundle("api"), pool.bundle("api", "ec", 1), pool.expired("api")
        fullchain, key = chance.choice(
            ((b"junk", good.key), (good.fullchain, other.key), (old.fullchain, old.key), (good.fullchain, b"junk"))
        )
        seconds = chance.uniform(0, self.seconds * 0.5)
        self.at(seconds, lambda: self._put_file("bad", "fullchain.pem", fullchain))
        self.at(seconds + chance.choice((0.0, 10.0)), lambda: self._put_file("bad", "privkey.pem", key))

    def renew(self, generation: int) -> None:
        """Drop a generation of everything, whatever lies there."""
        kind = next(made.kind for made in self.final.values() if made)
        for drop in [drop for drop in self.final if drop in pool.DROPPED]:
            self.drop_now(drop, pool.bundle(drop, kind, generation))

    def drop_now(self, drop: str, made: Made) -> None:
        """Drop a bundle at once."""
        for name, body in made.files.items():
            self._put_file(drop, name, body)

    def _plan_bundle(self, drop: str, made: Made, seconds: float, end: float) -> None:
        chance = self.source
        files = [*made.files.items()]
        chance.shuffle(files)
        gap = chance.choice((0.0, 0.5, 20.0, 100.0))
        for number, (name, body) in enumerate(files):
            self.at(min(seconds + number * gap, end), partial(self._put_file, drop, name, body))
        if chance.random() < 0.2:
            removed = seconds + gap + chance.uniform(0, 30)
            back = removed + chance.uniform(1, 200)
            name, body = files[0]
            self.at(min(removed, end), partial(self._remove_file, drop, name))
            self.at(min(back, end), partial(self._put_back, drop, name, body))

    def put_targets(self, targets: Sequence[Target]) -> None:
        """Write targets.yml at once."""
        self._put(
            "config/targets.yml", json.dumps({"version": 1, "cleanup": self.cleanup, "targets": targets}).encode()
        )

    def _put(self, key: str, body: bytes) -> None:
        self.simulation.world.oss.put_object(BUCKET, key, body)

    def _put_file(self, drop: str, name: str, body: bytes) -> None:
        self._put(f"certs/{drop}/{name}", body)
        self._remember(drop)

    def _put_right(self, drop: str, name: str, body: bytes) -> None:
        stored = self.simulation.world.oss.buckets[BUCKET].objects.get(f"certs/{drop}/{name}")
        if stored is None or stored.body != body or self.source.random() < TOUCHED:
            self._put_file(drop, name, body)

    def _put_back(self, drop: str, name: str, body: bytes) -> None:
        if f"certs/{drop}/{name}" not in self.simulation.world.oss.buckets[BUCKET].objects:
            self._put_file(drop, name, body)

    def _remove_file(self, drop: str, name: str) -> None:
        self.simulation.world.oss.delete_object(BUCKET, f"certs/{drop}/{name}")
        self._remember(drop)

    def _remember(self, drop: str) -> None:
        """Note which bundle lies in a drop now, if its files make one."""
        objects = self.simulation.world.oss.buckets[BUCKET].objects
        found = [objects.get(f"certs/{drop}/{name}") for name in ("fullchain.pem", "privkey.pem")]
        bodies = tuple(one.body if one else b"" for one in found)
        made = next((one for one in pool.all_bundles() if (one.fullchain, one.key) == bodies), None)
        self.final[drop] = made
        without_key = next((one for one in pool.all_bundles() if not bodies[1] and one.fullchain == bodies[0]), None)
        entries = [Entry(key, one.etag) for key, one in objects.items() if key.startswith(f"certs/{drop}/")]
        self.meanings[drop, keys.snapshot_id(entries)] = made
        if without_key:
            self.keyless[drop, keys.snapshot_id(entries)] = without_key
        if made is not None:
            self.dropped.setdefault(drop, []).append(made)
