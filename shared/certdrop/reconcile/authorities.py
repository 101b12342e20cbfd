"""The client CAs of CLB listeners: which one a drop has brought, and what is known of the one that is in use."""

from collections.abc import Iterable

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.clb_answers import CaCertificate
from certdrop.deployment.observations import SeenAuthority
from certdrop.deployment.places import Listener, Place, deployment_id
from certdrop.deployment.succession import is_greater
from certdrop.reconcile.finding import holds
from certdrop.reconcile.house import House
from certdrop.reconcile.served import facts_of_name
from certdrop.state.drops import read_bundle, read_verdicts
from certdrop.state.listeners import read_latest_end
from certdrop.state.store import Store


def find_authority(store: Store, drop: str) -> BundleFacts | None:
    """Return the newest CA bundle that was accepted of *drop*; the order of arrival does not count."""
    accepted = (one.fingerprint for one in read_verdicts(store, drop) if one.verdict == "accepted")
    found = [read_bundle(store, fingerprint) for fingerprint in dict.fromkeys(accepted) if fingerprint]
    authorities = [facts for facts in found if facts and facts.kind == "ca"]
    return next((one for one in authorities if not any(is_greater(other, one) for other in authorities)), None)


def place_of_client_ca(listener: Listener) -> Place:
    """Return where a listener's client CA is served."""
    return Place(service=listener.service, load_balancer=listener.load_balancer, port=listener.port, slot="client_ca")


def describe_authority(
    house: House,
    listener: Listener,
    identifier: str,
    certificates: Iterable[CaCertificate],
    wanted: Iterable[BundleFacts],
) -> SeenAuthority:
    """Describe the CA that *listener* uses: one of the wanted, one that certdrop imported, or somebody else's."""
    one = next((one for one in certificates if one.ca_certificate_id == identifier), None)
    if one is None:
        return SeenAuthority(identifier)
    name = one.ca_certificate_name
    facts = next((facts for facts in wanted if holds(one, facts)), None) or facts_of_name(house, name, one.fingerprint)
    if facts is None:
        return SeenAuthority(name or identifier)
    end = read_latest_end(house.store, deployment_id(place_of_client_ca(listener), facts))
    return SeenAuthority(name or identifier, facts, end.drop if end else "")
