"""Ask a listener itself what it shows, where neither state/ nor CAS nor CLB knows it.

A handshake is made only for a certificate that a bundle would displace; what is not reached stays unknown.
"""

from collections.abc import Sequence
from dataclasses import replace

from certdrop.bundle.leaf import LeafFacts
from certdrop.cloud.catalogue import fate_of
from certdrop.deployment.extensions import domains_of
from certdrop.deployment.observations import (
    Extension,
    Observation,
    SeenListener,
    ServedFacts,
    ShownCertificate,
)
from certdrop.deployment.places import Listener
from certdrop.deployment.slots import shows
from certdrop.deployment.work import SeenWork
from certdrop.errors import CloudError, Fate
from certdrop.reconcile.handshakes import find_address, server_name_for
from certdrop.reconcile.house import Handshake, House

ASKS_AT_MOST = 5  # of extension domains, in a look


def with_shown_facts(house: House, listener: Listener, works: Sequence[SeenWork], seen: Observation) -> Observation:
    """Return *seen* with what handshakes tell of unknown certificates that *works* would displace."""
    shown = seen.listener
    servers = [work for work in works if work.facts.kind == "server" and not work.disproved]
    if shown is None or shown.status != "running" or not (_asks_default(servers, shown, seen) or shown.extensions):
        return seen
    region = works[0].work.region
    if shown.default and _asks_default(servers, shown, seen):
        shown = replace(shown, default=_ask(house, listener, region, shown.default))
    asked = _find_asked(servers, shown, seen)
    extensions = tuple(
        replace(one, certificate=_ask(house, listener, region, one.certificate, one.domain)) if one in asked else one
        for one in shown.extensions
    )
    return replace(seen, listener=replace(shown, extensions=extensions))


def facts_shown(shown: Handshake) -> ServedFacts | None:
    """Return what a handshake tells of the leaf; None when it does not tell the names or the kind of key."""
    leaf: LeafFacts | None = shown.leaf
    if leaf is None or not leaf.names or leaf.key_kind is None:
        return None
    validity = leaf.not_before, leaf.not_after
    return ServedFacts(shown.fingerprint, leaf.names, leaf.key_kind, *validity, leaf.self_issued)


def shake(house: House, listener: Listener, region: str, domain: str = "") -> Handshake | None:
    """Ask what *listener* shows for *domain* (without: its default); None when that was not reached now."""
    try:
        return house.dial(find_address(house, listener, region), listener.port, server_name_for(domain))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        house.log.info("served-not-known", listener=str(listener), domain=domain, reason=reason)
    except CloudError as error:
        if fate_of(error) is not Fate.WAIT:
            raise
    return None


def _asks_default(servers: Sequence[SeenWork], shown: SeenListener, seen: Observation) -> bool:
    """Tell whether the default certificate is unknown, and matters: who takes its slot, or which names it lacks."""
    default = shown.default
    if default is None or default.is_known:
        return False
    return any(
        not shows(default, work, seen)
        for work in servers
        if work.work.place.slot == "default" or (work.work.place.service == "clb" and not work.work.domains)
    )


def _find_asked(servers: Sequence[SeenWork], shown: SeenListener, seen: Observation) -> list[Extension]:
    """Return the extensions whose certificates are unknown and that *servers* would set, the first few."""
    unknown = [one for one in shown.extensions if not one.certificate.is_known]
    additional = [work for work in servers if work.work.place.slot == "additional"] if unknown else []
    asked = [
        one
        for one in unknown
        if any(one.domain in domains_of(work, shown) and not shows(one.certificate, work, seen) for work in additional)
    ]
    return asked[:ASKS_AT_MOST]


def _ask(house: House, listener: Listener, region: str, one: ShownCertificate, domain: str = "") -> ShownCertificate:
    """Complete what is known by a handshake; what contradicts it is an answer about another certificate."""
    found = shake(house, listener, region, domain)
    facts = facts_shown(found) if found else None
    if facts is None or not set(one.facts.names if one.facts else ()) <= set(facts.names):
        return one
    return replace(one, facts=facts)
