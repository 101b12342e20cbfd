"""What stands in a World before certdrop comes: load balancers, and what somebody else made there."""

import random
from typing import Any

from fakecloud.alb.changes import Changes
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


def build_estate(world: World, service: str, *, kind: Kind, has_old: bool) -> dict[str, Any]:
    """Make a load balancer with a listener that is none of certdrop's business, and return a target's base.

    With *has_old* a listener stands at certdrop's own port, with a certificate that any drop of shop succeeds.
    """
    olds = [(ELSEWHERE, pool.bundle("hand", "rsa"))]
    olds += [(PORT, pool.expired("shop", kind))] if has_old else []
    if service == "alb":
        name, group = world.alb.create_load_balancer().id, world.alb.create_server_group().id
        for port, made in olds:
            _add_to_alb(world, name, group, port, made)
        listener: dict[str, Any] = {"server_group": group}
    else:
        name = world.clb.create_load_balancer().load_balancer_id
        for port, made in olds:
            _add_to_clb(world, name, port, made)
        listener = {"backend_port": 8080}
    return {service: name, "region": world.region, "listener": listener}


def name_targets(base: dict[str, Any], more: list[str]) -> list[Target]:
    """Return the targets of an estate: shop holds the default slot, the drops in *more* come beside it."""
    service = "alb" if "alb" in base else "clb"
    place = {name: value for name, value in base.items() if name != "listener"}
    targets: list[Target] = [{**base, "name": f"{service}-shop", "drops": ["shop"], "role": "default"}]
    if more:
        targets.append({**place, "name": f"{service}-more", "drops": more, "role": "additional"})
    return targets


def look_at_foreign(world: World) -> object:
    """Return what must stay as it is: listeners elsewhere, certificates made by hand."""
    return (
        [(one.id, one.settings, one.status) for one in world.alb.listeners.values() if one.port == ELSEWHERE],
        [dict(one.settings) for one in world.clb.listeners.by_address.values() if one.port == ELSEWHERE],
        [one for one in world.cas.certificates.values() if one.name.startswith(HAND)],
        [one for one in world.clb.certificates.server.values() if one.name.startswith(HAND)],
    )


def change_by_hand(world: World, service: str, load_balancer: str, chance: random.Random) -> None:
    """Change certdrop's listener as somebody does in the console: another default certificate, or fewer beside it."""
    if service == "alb":
        (listener,) = [one for one in world.alb.listeners.values() if one.port == PORT]
        if listener.additional and chance.random() < FEWER:
            world.alb.dissociate_additional_certificates_from_listener(listener.id, [*listener.additional][:1])
            return
        (entry,) = [one for one in world.cas.certificates.values() if one.name == f"{HAND}-{ELSEWHERE}"]
        world.alb.update_listener_attribute(listener.id, Changes(default_certificate=entry.cert_identifier))
        return
    other = world.clb.listeners.by_address[load_balancer, PORT]
    if other.extensions and chance.random() < FEWER:
        world.clb.extensions.delete_domain_extension(world.region, next(iter(other.extensions)))
        return
    (kept,) = [one for one in world.clb.certificates.server.values() if one.name == f"{HAND}-{ELSEWHERE}"]
    settings = {"ServerCertificateId": kept.certificate_id}
    world.clb.listeners.set_load_balancer_https_listener_attribute(world.region, load_balancer, PORT, settings)


def look_at_listener(world: World, service: str, load_balancer: str) -> object:
    """Return what certdrop's listener has: its certificates, by domain at CLB."""
    if service == "clb":
        other = world.clb.listeners.by_address[load_balancer, PORT]
        extensions = {one.domain: one.server_certificate_id for one in other.extensions.values()}
        return other.settings["ServerCertificateId"], extensions
    (listener,) = [one for one in world.alb.listeners.values() if one.port == PORT]
    return listener.settings.default, {*listener.additional}


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
