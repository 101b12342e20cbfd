"""A certificate that is served, and the minutes in which the poller surveys its listener."""

from typing import Any

from certdrop.bundle.facts import KeyKind
from certdrop.deployment.work import OpenWork
from certdrop.reconcile.house import Handshake
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town

EC = bundle(key="p-256")
SETTLED = 10


def serve(town: Town) -> OpenWork:
    """Let a certificate be served by default at an ALB listener since this minute."""
    town.targets(town.target())
    town.import_to_cas(EC)
    work = town.open(EC)
    town.look(work.place.listener)
    town.advance(SETTLED)
    town.dial = shows_ours
    town.tick()
    return work


def shows_ours(host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
    return Handshake(EC.fingerprint)


def ticks(town: Town, minutes: int) -> list[Any]:
    """Let minutes pass; return how many listeners each surveyed, None where it was not time."""
    found = []
    for _ in range(minutes):
        town.advance(60)
        found.append(town.tick().fields.get("surveyed"))
    return found
