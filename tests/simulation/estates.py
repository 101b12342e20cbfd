"""What stands in a World before certdrop comes: load balancers, and what somebody else made there."""

import random
from typing import Any

from fakecloud.alb.changes import Changes
from fakecloud.alb.resources import Listener as AlbListener
from fakecloud.clb.certificates import Label
from fakecloud.clb.resources import Listener
from fakecloud.clb.settings import DEFAULTS
from fakecloud.world import World
from tests.simulation import pool
from tests.simulation.pool import Kind, Made
from tests.simulation.user import Target

PORT = 443
ELSEWHERE = 8443
HAND = "hand-made"
FEWER = 0.4  # how often somebody takes away what stands beside the default certificate
UNASKED = 0.4  # how often somebody lets clients in that show no certificate


def build_estate(world: World, service: str, *, kind: Kind, has_old: bool, asks: bool = False) -> dict[str, Any]:
    """Make a load balancer with a listener that is none of certdrop's business, and return a target's base.

    With *has_old* a listener stands at certdrop's own port, with a certificate that any drop of shop succeeds. When it
    *asks*, clients must show a certificate: ALB takes its CA by an id, CLB from a drop.
    """
    olds = [(ELSEWHERE, pool.bundle("hand", "rsa"))]
    olds += [(PORT, pool.expired("shop", kind))] if has_old else []
    if service == "alb":
        name, group = world.alb.create_load_balancer().id, world.alb.create_server_group().id
        for port, made in olds:
            _add_to_alb(world, name, group, port, made)
        listener: dict[str, Any] = {"server_group": group}
        authority = {"certificate_id": world.alb.create_ca_certificate(_authority()).id} if asks else {}
    else:
        name = world.clb.create_load_balancer().load_balancer_id
        for port, made in olds:
            _add_to_clb(world, name, port, made)
        listener = {"backend_port": 8080}
        authority = {"drop": pool.AUTHORITY} if asks else {}
        if asks:
            world.clb.certificates.upload_ca_certificate(world.region, _authority(), Label(HAND))
    client_ca = {"client_ca": authority} if authority else {}
    return {service: name, "region": world.region, "listener": listener, **client_ca}


def _authority() -> str:
    """Return a CA of somebody else's."""
    return pool.bundle(pool.AUTHORITY, "ec").fullchain.decode()


def name_targets(base: dict[str, Any], more: list[str]) -> list[Target]:
    """Return the targets of an estate: shop holds the default slot, the drops in *more* come beside it."""
    service = "alb" if "alb" in base else "clb"
    place = {name: value for name, value in base.items() if name != "listener"}
    targets: list[Target] = [{**base, "name": f"{service}-shop", "drops": ["shop"], "role": "default"}]
    if more:
        targets.append({**place, "name": f"{service}-more", "drops": more, "role": "additional"})
    return targets


def where_of(target: Target) -> tuple[str, str, int]:
    """Return the listener of a target: service, load balancer, port."""
    service = "alb" if "alb" in target else "clb"
    return service, target[service], PORT


def look_at_foreign(world: World) -> object:
    """Return what must stay as it is: listeners elsewhere, certificates made by hand."""
    return (
        [(one.id, one.settings, one.status) for one in world.alb.listeners.values() if one.port == ELSEWHERE],
        [dict(one.settings) for one in world.clb.listeners.by_address.values() if one.port == ELSEWHERE],
        [one for one in world.cas.certificates.values() if one.name.startswith(HAND)],
        [one for one in world.clb.certificates.server.values() if one.name.startswith(HAND)],
        [one for one in world.clb.certificates.ca.values() if one.name.startswith(HAND)],
    )


def stop_by_hand(world: World, service: str, load_balancer: str) -> None:
    """Stop certdrop's listener."""
    if service == "alb":
        world.alb.stop_listener(_own_at_alb(world).id)
    else:
        world.clb.listeners.stop_load_balancer_listener(world.region, load_balancer, PORT)


def _own_at_alb(world: World) -> AlbListener:
    (listener,) = [one for one in world.alb.listeners.values() if one.port == PORT]
    return listener


def change_by_hand(world: World, service: str, load_balancer: str, chance: random.Random) -> None:
    """Change certdrop's listener as somebody does in the console.

    It gets another default certificate, or fewer beside it, or asks clients for none any more.
    """
    if service == "alb":
        listener = _own_at_alb(world)
        if listener.settings.client_ca and chance.random() < UNASKED:
            world.alb.update_listener_attribute(listener.id, Changes(ca_enabled=False))
            return
        if listener.additional and chance.random() < FEWER:
            world.alb.dissociate_additional_certificates_from_listener(listener.id, [*listener.additional][:1])
            return
        (entry,) = [one for one in world.cas.certificates.values() if one.name == f"{HAND}-{ELSEWHERE}"]
        world.alb.update_listener_attribute(listener.id, Changes(default_certificate=entry.cert_identifier))
        return
    other = world.clb.listeners.by_address[load_balancer, PORT]
    if other.settings.get("CACertificateId") and chance.random() < UNASKED:
        _set_at_clb(world, load_balancer, {"CACertificateId": ""})
        return
    if other.extensions and chance.random() < FEWER:
        world.clb.extensions.delete_domain_extension(world.region, next(iter(other.extensions)))
        return
    (kept,) = [one for one in world.clb.certificates.server.values() if one.name == f"{HAND}-{ELSEWHERE}"]
    _set_at_clb(world, load_balancer, {"ServerCertificateId": kept.certificate_id})


def _set_at_clb(world: World, load_balancer: str, settings: dict[str, Any]) -> None:
    world.clb.listeners.set_load_balancer_https_listener_attribute(world.region, load_balancer, PORT, settings)


def is_at_rest(world: World, service: str, load_balancer: str) -> bool:
    """Tell whether certdrop's listener takes a change: the console refuses one that is being configured."""
    if service == "clb":
        return world.clb.listeners.by_address[load_balancer, PORT].status != "configuring"
    return _own_at_alb(world).status != "Configuring"


def look_at_listener(world: World, service: str, load_balancer: str) -> object:
    """Return what certdrop's listener has: status, certificates (by domain at CLB), client CA."""
    if service == "clb":
        other = world.clb.listeners.by_address[load_balancer, PORT]
        extensions = {one.domain: one.server_certificate_id for one in other.extensions.values()}
        authority = other.settings.get("CACertificateId")
        return other.status, other.settings["ServerCertificateId"], extensions, authority
    listener = _own_at_alb(world)
    return listener.status, listener.settings.default, {*listener.additional}, listener.settings.client_ca


def _add_to_alb(world: World, name: str, group: str, port: int, made: Made) -> None:
    entry = world.cas.upload_user_certificate(f"{HAND}-{port}", made.fullchain.decode(), made.key.decode())
    changes = Changes(default_certificate=entry.cert_identifier, server_groups=(group,))
    listener, _ = world.alb.create_listener(name, "HTTPS", port, changes)
    provisioned = world.agenda.take(lambda one: listener.id in one.label)
    assert provisioned is not None
    provisioned.action()


def _add_to_clb(world: World, name: str, port: int, made: Made) -> None:
    kept = world.clb.certificates.upload_server_certificate(
        world.region, made.fullchain.decode(), made.key.decode(), Label(f"{HAND}-{port}")
    )
    settings = {**DEFAULTS, "ServerCertificateId": kept.certificate_id, "BackendServerPort": 8080, "Bandwidth": -1}
    world.clb.listeners.add(Listener(name, port, "https", settings, "running"))
