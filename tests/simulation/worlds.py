"""The Worlds: one for each seed, and the quiet one of the main flow."""

import random
from dataclasses import dataclass
from functools import partial

from tests.simulation import pool
from tests.simulation.estates import build_estate, look_at_foreign, name_targets
from tests.simulation.faults import Needs
from tests.simulation.invariants import Watch
from tests.simulation.pool import Kind
from tests.simulation.simulation import Simulation
from tests.simulation.troubles import Troubles
from tests.simulation.user import Target, User

LENGTHS = (120.0, 300.0, 600.0)  # seconds in which faults come
MISLED = 900.0  # seconds more, so that what handshakes show is believed
MISLEADING = 0.06  # of the Worlds
HEALING = 0.1
CLEANING = 0.1
ESTATES = (("alb",), ("clb",), ("alb", "clb"))


@dataclass
class Scenario:
    """A World with everything in it that a run needs."""

    simulation: Simulation
    user: User
    targets: list[Target]
    watch: Watch

    @property
    def heals(self) -> bool:
        """Whether the targets ask for what was changed by hand to be put right."""
        return any(target.get("heal") for target in self.targets)


def build_world(simulation: Simulation, chance: random.Random, needs: Needs) -> Scenario:
    """Build the World of a seed: estates, targets, what is dropped when, what goes wrong by itself."""
    misleads = chance.random() < MISLEADING
    seconds = chance.choice(LENGTHS) + (MISLED if misleads else 0.0)
    heals = chance.random() < HEALING
    services = chance.choice([estate for estate in ESTATES if not needs.service or needs.service in estate])
    kind: Kind = "ec" if services == ("alb",) and chance.random() < 0.8 else "rsa"
    has_old = chance.random() < 0.4 and not needs.fresh
    targets: list[Target] = []
    for service in services:
        base = build_estate(simulation.world, service, kind=kind, has_old=has_old)
        more = [drop for drop in ("blog", "api") if chance.random() < 0.6]
        named = name_targets(base, more or (["blog"] if needs.more else []))
        targets += [{**target, "heal": True} for target in named] if heals else named
    user = User(simulation, chance, seconds)
    if needs.cleanup or chance.random() < CLEANING:
        user.cleanup = "superseded"
        simulation.environment["CERTDROP_CLEANUP_GRACE_DAYS"] = "0"
    user.write_targets(targets)
    for drop in sorted({drop for target in targets for drop in target["drops"]}):
        user.plan_drop(drop, kind)
    user.plan_bad_drop()
    troubles = Troubles(simulation, chance, seconds)
    troubles.plan()
    if misleads:
        troubles.mislead()
    return Scenario(simulation, user, targets, make_watch(simulation, user))


def build_main_flow(simulation: Simulation, service: str) -> Scenario:
    """Build the World of the main flow: a first certificate, then one beside it, nothing else."""
    return _build_quiet(simulation, service, ["blog"])


def build_first_deployment(simulation: Simulation, service: str) -> Scenario:
    """Build the World of a first certificate, nothing else."""
    return _build_quiet(simulation, service, [])


def _build_quiet(simulation: Simulation, service: str, more: list[str]) -> Scenario:
    kind: Kind = "rsa" if service == "clb" else "ec"
    targets = name_targets(build_estate(simulation.world, service, kind=kind, has_old=False), more)
    user = User(simulation, random.Random(), seconds=30)
    user.put_targets(targets)
    for number, drop in enumerate(["shop", *more]):
        simulation.world.after(1.0 + number, "the user", partial(user.drop_now, drop, pool.bundle(drop, kind)))
    return Scenario(simulation, user, targets, make_watch(simulation, user))


def make_watch(simulation: Simulation, user: User) -> Watch:
    """Return the watch over a World."""
    known = [*pool.all_bundles(), *(pool.expired("shop", kind) for kind in pool.KINDS)]
    bundles = {one.fingerprint: one for one in known}
    world = simulation.world
    watch = Watch(
        world,
        bundles,
        user.meanings,
        user.keyless,
        foreign=lambda: look_at_foreign(world),
        kills=lambda: simulation.killed_runs,
    )
    simulation.wire.watchers.append(watch.after_call)
    return watch
