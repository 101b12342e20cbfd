"""The proof: a TLS handshake to the load balancer's address, and what its answer means."""

from collections.abc import Sequence
from dataclasses import replace

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.catalogue import fate_of
from certdrop.deployment.observations import HandshakeSeen, Observation, ShownCertificate
from certdrop.deployment.places import Listener
from certdrop.deployment.shadows import find_rivals, note_shadowed, shadowed_by
from certdrop.deployment.slots import shows
from certdrop.deployment.work import SeenWork
from certdrop.errors import CloudError, Fate
from certdrop.reconcile.house import Handshake, House

PROBE = "certdrop-probe"  # the made-up label that asks for a wildcard's certificate
NAMES_AT_MOST = 20
RIVALS_SAID = 5


def with_handshakes(house: House, listener: Listener, works: Sequence[SeenWork], seen: Observation) -> Observation:
    """Return *seen* with the answers of handshakes for *works*."""
    try:
        told = seen.listener.address if seen.listener else ""
        address = told or find_address(house, listener, works[0].work.region)
    except CloudError as error:
        if fate_of(error) is not Fate.WAIT:
            raise
        house.log.warning("address-unknown", listener=str(listener), code=error.code)
        return seen
    answers = {work.deployment: _ask_all(house, address, listener.port, work, seen) for work in works}
    return replace(seen, handshakes=answers)


def find_address(house: House, listener: Listener, region: str) -> str:
    """Return the load balancer's DNS name (ALB) or address (CLB)."""
    if listener.service == "alb":
        return house.cloud.alb(region).get_load_balancer_attribute(listener.load_balancer).dns_name
    return house.cloud.clb(region).describe_load_balancer_attribute(listener.load_balancer).address


def names_of(work: SeenWork, seen: Observation) -> Sequence[str]:
    """Return the names that the slot of *work* serves; none for the default slot, which is asked without a name."""
    if work.work.place.slot == "default":
        return [""]
    names: Sequence[str] = work.facts.names
    listener = seen.listener
    is_default = listener and listener.default and shows(listener.default, work, seen)
    if work.work.place.service == "clb" and listener and not is_default:
        names = [one.domain for one in listener.extensions if shows(one.certificate, work, seen)]
    return list(names[:NAMES_AT_MOST])


def server_name_for(name: str) -> str | None:
    """Return the server name by which a name of a certificate is asked for."""
    return (PROBE + name[1:] if name.startswith("*.") else name) or None


def _ask_all(house: House, address: str, port: int, work: SeenWork, seen: Observation) -> HandshakeSeen:
    if work.work.place.slot == "client_ca":
        return _ask_whether_clients_are_asked(house, address, port)
    answer = HandshakeSeen("not reached", "the listener's default certificate covers every name: nothing to ask for")
    shadowed: list[str] = []
    is_in_order = True
    names = names_of(work, seen)
    for name in names:
        answer = _ask(house, address, port, server_name_for(name), work.facts)
        is_in_order = is_in_order and answer.is_in_order
        rivals = find_rivals(name, work, seen)
        rival = next((one for one in rivals if one.ours and _is(answer, one)), None)
        if rival:
            shadowed.append(shadowed_by(name, rival))
        elif answer.answer != "ours":
            return _with_rivals(answer, name, rivals)
    if shadowed and len(shadowed) == len(names):
        return HandshakeSeen("not reached", note_shadowed(shadowed)[0].message)
    answer = replace(answer, is_in_order=is_in_order)
    return replace(answer, answer="ours", detail="", shadowed=tuple(shadowed)) if shadowed else answer


def _with_rivals(answer: HandshakeSeen, name: str, rivals: Sequence[ShownCertificate]) -> HandshakeSeen:
    """Say which certificates the listener has for the same name, when another one was shown."""
    if answer.answer != "another" or not rivals:
        return answer
    labels = ", ".join(one.label or one.certificate_id for one in rivals[:RIVALS_SAID])
    return replace(answer, detail=f"{answer.detail}, and the listener has other certificates for {name}: {labels}")


def _is(answer: HandshakeSeen, rival: ShownCertificate) -> bool:
    return answer.answer == "another" and rival.facts is not None and answer.detail == rival.facts.fingerprint


def _ask_whether_clients_are_asked(house: House, address: str, port: int) -> HandshakeSeen:
    """Prove a client CA: the listener asks for the client's certificate; against which CA, TLS need not tell."""
    try:
        shown = house.dial(address, port, None, "rsa")  # CLB's certificates are RSA; up to TLS 1.2 the request is seen
    except OSError as error:
        return _not_reached(address, port, None, error)
    if shown.asks_client:
        return HandshakeSeen("ours")
    return HandshakeSeen("another", "no request for the client's certificate")


def _ask(house: House, address: str, port: int, name: str | None, facts: BundleFacts) -> HandshakeSeen:
    try:
        shown = house.dial(address, port, name)
    except OSError as error:
        return _not_reached(address, port, name, error)
    if shown.fingerprint != facts.fingerprint:
        shown = _ask_for_kind(house, address, port, name, facts) or shown
    if shown.fingerprint == facts.fingerprint:
        return HandshakeSeen("ours", "", name or "", is_in_order=shown.is_in_order)
    return HandshakeSeen("another", shown.fingerprint, name or "")


def _not_reached(address: str, port: int, name: str | None, error: OSError) -> HandshakeSeen:
    reason = error.strerror or type(error).__name__
    return HandshakeSeen("not reached", f"{address}:{port} was not reached: {reason}", name or "")


def _ask_for_kind(house: House, address: str, port: int, name: str | None, facts: BundleFacts) -> Handshake | None:
    """Ask for the bundle's own kind of key: RSA and EC certificates of one name live side by side."""
    try:
        return house.dial(address, port, name, facts.key_kind)
    except OSError:
        return None  # no certificate of that kind
