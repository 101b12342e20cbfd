"""How much of an ALB instance's quota of additional certificates is used; asked only just before an association."""

from dataclasses import replace

from certdrop.deployment.observations import CertificateUsage, Observation
from certdrop.deployment.places import Listener
from certdrop.deployment.quotas import allowed_in
from certdrop.reconcile.house import House
from certdrop.reconcile.observing_alb import TLS


def with_usage(house: House, listener: Listener, region: str, seen: Observation) -> Observation:
    """Return *seen* with the usage of *listener*'s instance: one call for its edition, two and more for the rest."""
    alb = house.cloud.alb(region)
    edition = alb.get_load_balancer_attribute(listener.load_balancer).load_balancer_edition
    elsewhere: dict[int, int] = {}
    for other in alb.list_listeners(listener.load_balancer):
        is_here = seen.listener is not None and other.listener_id == seen.listener.listener_id
        if other.listener_protocol in TLS and not is_here:
            certificates = alb.list_listener_certificates(other.listener_id)
            count = sum(not one.is_default and one.certificate_type.lower() != "ca" for one in certificates)
            elsewhere[other.listener_port] = elsewhere.get(other.listener_port, 0) + count
    here = len(seen.listener.additional) if seen.listener else 0
    allowed = allowed_in(edition, seen.limits.additional_certificates)
    return replace(seen, usage=CertificateUsage(edition, allowed, here, elsewhere))
