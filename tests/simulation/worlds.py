"""The Worlds: one for each seed, and the quiet one of the main flow."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations

from tests.simulation import pool
from tests.simulation.estates import build_estate, look_at_foreign, name_targets, where_of
from tests.simulation.faults import Needs
from tests.simulation.invariants import Watch
from tests.simulation.pool import Kind
from tests.simulation.simulation import Simulation
from tests.simulation.troubles import Troubles
from tests.simulation.user import Target, User

SMALL = 0.97  # of the Worlds: most defects show where little happens, and of those many can be played
SHORT, LENGTHS = (60.0, 120.0), (120.0, 300.0, 600.0)  # seconds in which faults come
MISLED = 900.0  # seconds more, so that what handshakes show is believed
MISLEADING = 0.06  # of the Worlds
HEALING = 0.08
CLEANING = 0.1
ASKING = 0.08  # listeners ask clients for certificates
STAGING = 0.6  # of the Worlds with two services: the one is served after the other
BESIDE, FEWER = 0.6, 0.14  # a drop comes beside shop; in a small World, or where a client CA is dropped too
BAD = 0.4  # somebody drops what is no bundle; in a larger World always
BAKES = (0, 1, 2)  # minutes
ESTATES = (("alb",), ("clb",), ("alb", "clb"))


@dataclass
class Scenario:
    """A World with everything in it that a run needs."""

    simulation: Simulation
    user: User
    targets: list[Target]
    watch: Watch
    is_ours: bool = True  # certdrop created the listeners

    @property
    def heals(self) -> bool:
        """Whether the targets ask for what was changed by hand to be put right."""
        return any(target.get("heal") for target in self.targets)


def build_world(simulation: Simulation, chance: random.Random, needs: Needs) -> Scenario:
    """Build the World of a seed: estates, targets, what is dropped when, what goes wrong by itself."""
    is_small = chance.random() < SMALL
    misleads = chance.random() < MISLEADING
    seconds = chance.choice(SHORT if is_small else LENGTHS) + (MISLED if misleads else 0.0)
    heals = chance.random() < HEALING or needs.stopped
    estates = [estate for estate in ESTATES if not needs.service or needs.service in estate]
    services = chance.choice([one for one in estates if len(one) == 1] if is_small else estates)
    kind: Kind = "ec" if services == ("alb",) and chance.random() < 0.8 else "rsa"
    has_old = (chance.random() < 0.4 or needs.renewal) and not needs.fresh
    extras = random.Random(f"extras {simulation.seed}")  # apart, so that Worlds without them stay as they were
    asks = extras.random() < ASKING or needs.client_ca
    is_staged = len(services) > 1 and extras.random() < STAGING and not (misleads and needs.more)
    # A stage that is disproved leaves the next without a listener to be beside; to await a cleaning takes long enough.
    is_alone = (misleads and is_staged) or needs.cleanup
    targets: list[Target] = []
    for stage, service in enumerate(extras.sample(services, len(services)) if is_staged else services, 1):
        base = build_estate(simulation.world, service, kind=kind, has_old=has_old, asks=asks)
        base |= {"stage": stage, "bake": extras.choice(BAKES)} if is_staged else {}
        beside = FEWER if asks or is_small else BESIDE
        more = [drop for drop in ("blog", "api") if chance.random() < beside and not is_alone]
        named = name_targets(base, more or (["blog"] if needs.more else []))
        targets += [{**target, "heal": True} for target in named] if heals else named
    user = User(simulation, chance, seconds)
    if needs.cleanup or chance.random() < CLEANING:
        user.cleanup = "superseded"
        simulation.environment["CERTDROP_CLEANUP_GRACE_DAYS"] = "0"
    user.write_targets(targets)
    for drop in sorted({drop for target in targets for drop in target["drops"]}):
        user.plan_drop(drop, kind, most=2 if is_small else 3)
    if asks and "clb" in services:
        user.plan_drop(pool.AUTHORITY, kind, most=2 if is_small else 3)
    if not is_small or chance.random() < BAD:
        user.plan_bad_drop()
    troubles = Troubles(simulation, chance, seconds)
    troubles.plan()
    if misleads:
        troubles.mislead()
    return Scenario(simulation, user, targets, make_watch(simulation, user, targets), is_ours=not has_old)


def build_main_flow(simulation: Simulation, service: str) -> Scenario:
    """Build the World of the main flow: a first certificate, then one beside it, nothing else."""
    return _build_quiet(simulation, service, ["blog"])


def build_first_deployment(simulation: Simulation, service: str) -> Scenario:
    """Build the World of a first certificate, nothing else."""
    return _build_quiet(simulation, service, [])


def build_asking_flow(simulation: Simulation) -> Scenario:
    """Build the World of a first certificate whose clients must show one, and of the CA that vouches for them."""
    return _build_quiet(simulation, "clb", [], asks=True)


def _build_quiet(simulation: Simulation, service: str, more: list[str], *, asks: bool = False) -> Scenario:
    kind: Kind = "rsa" if service == "clb" else "ec"
    targets = name_targets(build_estate(simulation.world, service, kind=kind, has_old=False, asks=asks), more)
    user = User(simulation, random.Random(), seconds=30)
    user.put_targets(targets)
    for number, drop in enumerate(["shop", *more, *([pool.AUTHORITY] if asks else [])]):
        simulation.world.after(1.0 + number, "the user", partial(user.drop_now, drop, pool.bundle(drop, kind)))
    return Scenario(simulation, user, targets, make_watch(simulation, user, targets))


def make_watch(simulation: Simulation, user: User, targets: Sequence[Target]) -> Watch:
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
        asking={where_of(one) for one in targets if "client_ca" in one},
        former={
            (where_of(later), drop): where_of(first)
            for first, later in permutations(targets, 2)
            for drop in first["drops"]
            if drop in later["drops"] and first.get("stage", 1) < later.get("stage", 1)
        },
    )
    simulation.wire.watchers.append(watch.after_call)
    return watch
