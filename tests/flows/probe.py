"""Clients that shake hands with every listener all through a story, and hold it to what they have seen of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import get_args

import pytest

from fakecloud.certificates import Facts, read_chain
from fakecloud.dataplane.choosing import Order, Selection, find_matching
from fakecloud.dataplane.shown import KeyKind, Shown
from fakecloud.world import World
from tests.flows.pipeline import Pipeline

Where = tuple[str, str, int]
Shake = Callable[[Where, Shown | None, str | None, KeyKind], str | None]

KINDS: tuple[KeyKind, ...] = ("rsa", "ec")
EVERY_ORDER = pytest.mark.parametrize("probe", get_args(Order), indirect=True)


class GapError(BaseException):
    """A client was shown what it must never be shown; no `except Exception` of a function may see it."""


@dataclass(frozen=True)
class Seen:
    """What a client with one name and one kind of key may have been shown last, and whether it was for that name.

    *beside* has all that it may have been shown up to now, each with those that it may have been shown ever since.
    """

    leaves: frozenset[Facts]
    is_for_name: bool
    beside: Mapping[Facts, frozenset[Facts]]


@dataclass
class Probe:
    """Shakes hands for every name and kind of key at every change of a listener.

    Once a listener serves a name with a kind of key, it is never refused, never shown an expired certificate, never one
    that is not for the name, never an older one after a newer one. An older one may follow only while it stays
    associated beside the newer one: so it is, by chance, when the new one is put before the old one goes.
    *shake* asks what is shown, or None when nothing answers. Without it there are no sockets, and a client is shown
    whatever the listener may show, by whichever order: all of it is held to these rules.
    """

    world: World
    shake: Shake | None = None
    names: dict[Where, set[str | None]] = field(default_factory=dict)
    seen: dict[tuple[Where, str | None, KeyKind], Seen] = field(default_factory=dict)
    handshakes: int = 0
    is_closed: bool = False
    returning: set[str] = field(default_factory=set)  # fingerprints that a rollback may bring back
    last: dict[Where, Shown | None] = field(default_factory=dict)

    @classmethod
    def at(cls, pipeline: Pipeline, shake: Shake | None = None, *, every: int = 1) -> "Probe":
        """Begin to shake hands with all listeners of a pipeline's World, at every change and every so many calls."""
        probe = cls(pipeline.world, shake)
        turn = pipeline.wire.take_turn

        def take_turn() -> None:
            turn()
            if len(pipeline.wire.sent) % every == 0 and (shake or probe.is_over()):
                probe.look()

        pipeline.wire.take_turn = take_turn
        for service in (pipeline.world.alb, pipeline.world.clb):
            service.on_change.append(probe.look)
        return probe

    def is_over(self) -> bool:
        """Tell whether the time of a certificate that was shown is over: all else changes only with a listener."""
        now = self.world.clock.now()
        return any(leaf.not_after <= now for seen in self.seen.values() for leaf in seen.leaves)

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
        asks_all = self.shake is not None or self.is_over()
        for where, what in shown.items():
            if asks_all or where not in self.last or self.last[where] != what:
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
        self.look()

    @contextmanager
    def rolling_back(self, fingerprint: str) -> Iterator[None]:
        """Let an older certificate return: what followed it is disproved."""
        self.returning.add(fingerprint)
        yield
        self.returning.discard(fingerprint)

    def shown(self, name: str | None, kind: KeyKind = "rsa") -> set[str]:
        """Return the fingerprints of all that may have been shown last for a name, at every listener that serves it."""
        found = [one for (_, asked, of), one in self.seen.items() if (asked, of) == (name, kind) and one.is_for_name]
        return {leaf.sha256 for one in found for leaf in one.leaves}

    def _look_at(self, where: Where, shown: Shown | None) -> None:
        names = self.names.setdefault(where, {None})
        self.last[where] = shown
        for chain in (shown.default, *shown.additional) if shown else ():
            names.update("probe" + one[1:] if one.startswith("*.") else one for one in chain.names)
        for name in names:
            for kind in KINDS:
                self._ask(where, shown, name, kind)

    def _ask(self, where: Where, shown: Shown | None, name: str | None, kind: KeyKind) -> None:
        before = self.seen.get((where, name, kind))
        was_served = before is not None and before.is_for_name
        client = f"{'.'.join(map(str, where))}: {name or 'no name'} ({kind})"
        candidates = leaves = find_candidates(shown, name, kind)
        if self.shake:
            pem = self.shake(where, shown, name, kind)
            leaves = frozenset({leaf_of(pem)} if pem else ())
        self.handshakes += 1
        expect(bool(leaves) or not was_served, client, "is refused")
        for leaf in leaves:
            expect(leaf.not_after > self.world.clock.now(), client, "is shown an expired certificate")
            expect(not was_served or serves(leaf, name), client, "is shown a certificate for other names")
        if leaves:
            earlier = self._follow(before, leaves, client) if before and was_served else {}
            beside = {leaf: since & candidates for leaf, since in earlier.items()}
            is_for_name = all(serves(leaf, name) for leaf in leaves)
            self.seen[where, name, kind] = Seen(leaves, is_for_name, dict.fromkeys(leaves, candidates) | beside)

    def _follow(self, before: Seen, leaves: frozenset[Facts], client: str) -> dict[Facts, frozenset[Facts]]:
        """Hold what is shown against what was shown before, and return that, without what a rollback undoes."""
        returned = [age(leaf) for leaf in leaves if leaf.sha256 in self.returning]
        for leaf in leaves:
            for other, since in before.beside.items():
                is_left = leaf in since or age(leaf) >= age(other) or age(leaf) in returned
                expect(is_left, client, f"is shown {leaf.not_before} after {other.not_before}")
        return {other: since for other, since in before.beside.items() if not any(one < age(other) for one in returned)}


def find_candidates(shown: Shown | None, name: str | None, kind: KeyKind) -> frozenset[Facts]:
    """Return all that a listener may show."""
    matching = find_matching(shown, name) if shown else {}
    return frozenset(leaf_of(chain.pem) for chain in matching.get(kind, ()))


def serves(leaf: Facts, name: str | None) -> bool:
    """Tell whether a certificate is for a name; without one, any is."""
    return name is None or not {name, "*." + name.partition(".")[2]}.isdisjoint(leaf.names)


def age(leaf: Facts) -> tuple[datetime, datetime, str]:
    """Return what certificates of one line are compared by."""
    return leaf.not_before, leaf.not_after, leaf.sha256


@cache
def leaf_of(pem: str) -> Facts:
    """Read the first certificate of a chain."""
    return read_chain(pem).leaf


def expect(holds: bool, client: str, problem: str) -> None:  # noqa: FBT001
    """Raise when a client was shown what it must not be."""
    if not holds:
        raise GapError(f"{client} {problem}")


def expect_no_choice(selection: Selection) -> None:
    """Raise when a function's handshake might have shown another certificate under another order."""
    assert not selection.choices, "what a function is shown depends on the order here: parametrize with EVERY_ORDER"
