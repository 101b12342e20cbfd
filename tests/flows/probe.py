"""Clients that shake hands with every listener all through a story, and hold it to what they have seen of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from fakecloud.certificates import Facts, read_chain
from fakecloud.dataplane.choosing import choose, find_matching
from fakecloud.dataplane.shown import KeyKind, Shown
from fakecloud.world import World
from tests.flows.pipeline import Pipeline

Where = tuple[str, str, int]
Shake = Callable[[Where, Shown | None, str | None, KeyKind], str | None]

KINDS: tuple[KeyKind, ...] = ("rsa", "ec")


class GapError(BaseException):
    """A client was shown what it must never be shown; no `except Exception` of a function may see it."""


@dataclass
class Seen:
    """What a client with one name and one kind of key was shown last, and whether it was for that name.

    *newest* of all that it was shown; *beside* are those that may have been shown ever since that was; *candidates*
    might have been shown this time.
    """

    leaf: Facts
    is_for_name: bool
    newest: Facts
    beside: frozenset[str]
    candidates: frozenset[str]


@dataclass
class Probe:
    """Shakes hands for every name and kind of key at every call to the cloud and every change of a listener.

    Once a listener serves a name with a kind of key, it is never refused, never shown an expired certificate, never one
    that is not for the name, never an older one after a newer one. An older one may follow only while it stays
    associated beside the newer one: so it is, by chance, when the new one is put before the old one goes.
    *shake* asks what is shown, or None when nothing answers; by default the data plane's own choice, without sockets.
    """

    world: World
    shake: Shake
    names: dict[Where, set[str | None]] = field(default_factory=dict)
    seen: dict[tuple[Where, str | None, KeyKind], Seen] = field(default_factory=dict)
    handshakes: int = 0
    is_closed: bool = False
    returning: set[str] = field(default_factory=set)  # fingerprints that a rollback may bring back
    is_foreseen: bool = False  # handshakes are the data plane's choice: only what may differ from the last is asked
    last: dict[Where, Shown | None] = field(default_factory=dict)

    @classmethod
    def at(cls, pipeline: Pipeline, shake: Shake | None = None, *, every: int = 1) -> "Probe":
        """Begin to shake hands with all listeners of a pipeline's World, at every change and every so many calls."""
        world = pipeline.world
        probe = cls(world, shake or choosing(world), is_foreseen=shake is None)
        turn = pipeline.wire.take_turn

        def take_turn() -> None:
            turn()
            if len(pipeline.wire.sent) % every == 0:
                probe.look()

        pipeline.wire.take_turn = take_turn
        for service in (world.alb, world.clb):
            service.on_change.append(probe.look)
        return probe

    def look(self) -> None:
        """Shake hands with every listener that speaks TLS, or once did."""
        if self.is_closed:
            return
        shown: dict[Where, Shown | None] = dict.fromkeys(self.names)
        for name, service in (("alb", self.world.alb), ("clb", self.world.clb)):
            for listener in service.tls_listeners():
                found = service.shown(listener.load_balancer, listener.port)
                if found or (name, listener.load_balancer, listener.port) in shown:
                    shown[name, listener.load_balancer, listener.port] = found
        for where, what in shown.items():
            self._look_at(where, what)

    @contextmanager
    def looking_away(self) -> Iterator[None]:
        """See nothing of what somebody does by hand, and count anew from then on."""
        self.is_closed = True
        yield
        self.is_closed = False
        self.names.clear()
        self.seen.clear()
        self.last.clear()

    @contextmanager
    def rolling_back(self, fingerprint: str) -> Iterator[None]:
        """Let an older certificate return: what followed it is disproved."""
        self.returning.add(fingerprint)
        yield
        self.returning.discard(fingerprint)

    def shown(self, name: str | None, kind: KeyKind = "rsa") -> set[str]:
        """Return the fingerprints that clients were shown last for a name, at every listener that serves it."""
        found = [one for (_, asked, of), one in self.seen.items() if (asked, of) == (name, kind)]
        return {one.leaf.sha256 for one in found if one.is_for_name}

    def _look_at(self, where: Where, shown: Shown | None) -> None:
        names = self.names.setdefault(where, {None})
        if self.is_foreseen and where in self.last and self.last[where] == shown:
            self._look_again_at(where, shown)
            return
        self.last[where] = shown
        for chain in (shown.default, *shown.additional) if shown else ():
            names.update("probe" + one[1:] if one.startswith("*.") else one for one in chain.names)
        for name in names:
            for kind in KINDS:
                self._ask(where, shown, name, kind)

    def _look_again_at(self, where: Where, shown: Shown | None) -> None:
        """Ask a listener that shows what it showed before only where chance or time may bring another answer."""
        now, is_random = self.world.clock.now(), self.world.selection.order == "random"
        for (asked, name, kind), seen in list(self.seen.items()):
            if asked == where and (seen.leaf.not_after <= now or (is_random and len(seen.candidates) > 1)):
                self._ask(where, shown, name, kind)

    def _ask(self, where: Where, shown: Shown | None, name: str | None, kind: KeyKind) -> None:
        before = self.seen.get((where, name, kind))
        pem = self.shake(where, shown, name, kind)
        self.handshakes += 1
        if pem is None:
            expect(before is None or not before.is_for_name, where, name, kind, "is refused")
            return
        leaf = leaf_of(pem)
        candidates = find_candidates(shown, name, kind)
        now = Seen(leaf, name is None or serves(leaf, name), leaf, candidates, candidates)
        expect(leaf.not_after > self.world.clock.now(), where, name, kind, "is shown an expired certificate")
        if before and before.is_for_name:
            expect(now.is_for_name, where, name, kind, "is shown a certificate for other names")
            if age(leaf) <= age(before.newest) and leaf.sha256 not in self.returning:
                now.newest, now.beside = before.newest, before.beside & now.beside
                is_left = leaf.sha256 in (now.newest.sha256, *now.beside)
                expect(is_left, where, name, kind, f"is shown {leaf.not_before} after {now.newest.not_before}")
        self.seen[where, name, kind] = now


def choosing(world: World) -> Shake:
    """Return what asks the data plane's choice."""

    def shake(_: Where, shown: Shown | None, name: str | None, kind: KeyKind) -> str | None:
        chains = choose(shown, name, world.selection) if shown else ()
        return next((chain.pem for chain in chains if chain.kind == kind), None)

    return shake


def find_candidates(shown: Shown | None, name: str | None, kind: KeyKind) -> frozenset[str]:
    """Return the fingerprints of all that a listener may show."""
    matching = find_matching(shown, name) if shown else {}
    return frozenset(leaf_of(chain.pem).sha256 for chain in matching.get(kind, ()))


def serves(leaf: Facts, name: str) -> bool:
    """Tell whether a certificate is for a name."""
    return not {name, "*." + name.partition(".")[2]}.isdisjoint(leaf.names)


def age(leaf: Facts) -> tuple[datetime, datetime, str]:
    """Return what certificates of one line are compared by."""
    return leaf.not_before, leaf.not_after, leaf.sha256


@cache
def leaf_of(pem: str) -> Facts:
    """Read the first certificate of a chain."""
    return read_chain(pem).leaf


def expect(holds: bool, where: Where, name: str | None, kind: KeyKind, problem: str) -> None:  # noqa: FBT001
    """Raise when a client was shown what it must not be."""
    if not holds:
        raise GapError(f"{'.'.join(map(str, where))}: {name or 'no name'} ({kind}) {problem}")
