"""What the listeners of whole regions show: asked with one call after another, over several minutes if need be."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from certdrop.deployment.cleanup import Ask, Census
from certdrop.errors import CloudError
from certdrop.reconcile.house import House
from certdrop.reconcile.observing_alb import TLS

GONE = frozenset(
    {
        "InvalidLoadBalancerId.NotFound",
        "ListenerNotFound",
        "ResourceNotFound.Listener",
        "ResourceNotFound.LoadBalancer",
    }
)


def begin_census(regions: Iterable[str], now: datetime) -> Census:
    """Begin to ask what the listeners of *regions* show."""
    return Census(begun=now, asks=[Ask(service, region) for region in regions for service in ("alb", "clb")])


def take_census(house: House, census: Census, *, least_seconds: float, calls: int) -> bool:
    """Ask on with at most so many *calls*, and return whether nothing is left to ask.

    A load balancer or listener that is gone meanwhile shows nothing; any other trouble is the caller's.
    """
    for _ in range(calls):
        if not census.asks or house.time_left() < least_seconds:
            break
        ask = census.asks[-1]
        try:
            more = _ANSWERS[ask.service](house, ask, census.used)
        except CloudError as error:
            if error.code not in GONE:
                raise
            more = []
        census.asks[-1:] = more
    return not census.asks


def _ask_alb(house: House, ask: Ask, used: set[str]) -> list[Ask]:
    alb = house.cloud.alb(ask.region)
    if not ask.name:
        listeners = [one for one in alb.list_listeners() if one.listener_protocol in TLS]
        return [Ask("alb", ask.region, one.listener_id) for one in listeners]
    used |= {one.certificate_id for one in alb.list_listener_certificates(ask.name)}
    return []


def _ask_clb(house: House, ask: Ask, used: set[str]) -> list[Ask]:
    clb = house.cloud.clb(ask.region)
    if not ask.name:
        return [Ask("clb", ask.region, name) for name in clb.describe_load_balancers()]
    if not ask.port:
        protocols = clb.describe_load_balancer_attribute(ask.name).protocols
        ports = [port for port, spoken in protocols.items() if "https" in spoken or not spoken]
        return [Ask("clb", ask.region, ask.name, port) for port in ports]
    shown = clb.describe_load_balancer_https_listener_attribute(ask.name, ask.port)
    used |= {shown.server_certificate_id, *(one.server_certificate_id for one in shown.domain_extensions)}
    used.add(shown.ca_certificate_id)
    return []


_ANSWERS: Mapping[str, Callable[[House, Ask, set[str]], list[Ask]]] = {"alb": _ask_alb, "clb": _ask_clb}
