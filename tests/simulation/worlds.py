"""The Worlds: one for each seed, and the quiet one of the main flow."""

import random
from dataclasses import dataclass

from tests.simulation import pool
from tests.simulation.estates import build_estate, look_at_foreign, name_targets
from tests.simulation.invariants import Watch
from tests.simulation.pool import Kind
from tests.simulation.simulation import Simulation
from tests.simulation.troubles import Troubles
from tests.simulation.user import Target, User

ESTATES = (("alb",), ("clb",), ("alb", "clb"))


@dataclass
class Scenario:
    """A World with everything in it that a run needs."""

    simulation: Simulation
    user: User
    targets: list[Target]
    watch: Watch


def build_world(simulation: Simulation, chance: random.Random, seconds: float) -> Scenario:
    """Build the World of a seed: estates, targets, what is dropped when, what goes wrong by itself."""
    services = chance.choice(ESTATES)
    kind: Kind = "ec" if services == ("alb",) and chance.random() < 0.8 else "rsa"
    has_old = chance.random() < 0.4
    targets: list[Target] = []
    for service in services:
        base = build_estate(simulation.world, service, kind=kind, has_old=has_old)
        targets += name_targets(base, [drop for drop in ("blog", "api") if chance.random() < 0.6])
    user = User(simulation, chance, seconds)
    user.write_targets(targets)
    for drop in sorted({drop for target in targets for drop in target["drops"]}):
        user.plan_drop(drop, kind)
    user.plan_bad_drop()
    Troubles(simulation, chance, seconds).plan()
    return Scenario(simulation, user, targets, begin_watch(simulation, user))


def begin_watch(simulation: Simulation, user: User) -> Watch:
    """Watch a World from now on."""
    known = [*pool.all_bundles(), *(pool.expired("shop", kind) for kind in pool.KINDS)]
    world = simulation.world
    watch = Watch(world, {one.fingerprint: one for one in known}, user.meanings, lambda: look_at_foreign(world))
    watch.begin()
    simulation.wire.watchers.append(watch.after_call)
    return watch
