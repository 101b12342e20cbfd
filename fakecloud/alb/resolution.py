"""From what a call names to a listener's settings: everything looked up in the account and judged."""

import dataclasses

from fakecloud.alb import rules
from fakecloud.alb.changes import Changes
from fakecloud.alb.errors import refusal
from fakecloud.alb.inventory import Inventory
from fakecloud.alb.resources import LoadBalancer, Protocol, Settings


def resolve(
    inventory: Inventory,
    changes: Changes,
    base: Settings,
    load_balancer: LoadBalancer,
    protocol: Protocol,
    own_id: str = "",
) -> Settings:
    """Return *base* as changed; *own_id* is the listener when it is there already."""
    settings = changes.merge(base)
    rules.check_timeouts(inventory, settings)
    if changes.default_certificate is not None:
        default = inventory.certificates.find_server_certificate(changes.default_certificate)
        settings = dataclasses.replace(settings, default=default)
    settings = _resolve_client_ca(inventory, changes, settings, load_balancer)
    if changes.security_policy is not None and changes.security_policy != base.security_policy:
        rules.check_security_policy(inventory, changes.security_policy)
        settings = dataclasses.replace(settings, security_policy=changes.security_policy)
    if changes.server_groups is not None or changes.http2 is not None:
        rules.check_server_groups(inventory, load_balancer, protocol, settings, base.server_groups)
    if changes.quic_upgrade:
        quic = rules.check_quic(inventory, load_balancer, changes.quic_listener or base.quic_listener, own_id)
        settings = dataclasses.replace(settings, quic_upgrade=True, quic_listener=quic.id)
    elif changes.quic_upgrade is False:
        settings = dataclasses.replace(settings, quic_upgrade=False, quic_listener="")
    return settings


def _resolve_client_ca(
    inventory: Inventory, changes: Changes, settings: Settings, load_balancer: LoadBalancer
) -> Settings:
    enabled = settings.ca_enabled if changes.ca_enabled is None else changes.ca_enabled
    if not enabled:
        if changes.client_ca is not None:
            raise refusal("InvalidParameter", "CaCertificates is for CaEnabled=true only")
        return dataclasses.replace(settings, ca_enabled=False, client_ca=None)
    if load_balancer.edition == "Basic":
        raise refusal("InvalidParameter", "CaEnabled is not for Basic edition")
    client_ca = settings.client_ca
    if changes.client_ca is not None:
        client_ca = inventory.certificates.find_authority(changes.client_ca)
    if client_ca is None:
        raise refusal("InvalidParameter", "CaCertificates is required when CaEnabled is true")
    return dataclasses.replace(settings, ca_enabled=True, client_ca=client_ca)
