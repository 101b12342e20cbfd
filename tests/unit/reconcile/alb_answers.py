"""A listener of ALB as the cloud answers it, and a House with such an ALB."""

from types import SimpleNamespace
from typing import Any

from certdrop.cloud.alb_answers import Listener as AlbListener
from certdrop.cloud.alb_answers import ListenerCertificate
from certdrop.reconcile.house import House
from tests.unit.reconcile.town import Town


def alb_listener(**fields: Any) -> AlbListener:
    base = {"ListenerId": "lsn-1", "ListenerPort": 443, "ListenerProtocol": "HTTPS", "ListenerStatus": "Running"}
    return AlbListener.model_validate({**base, "LoadBalancerId": "alb-1", **fields})


def certificate(identifier: str, **fields: Any) -> ListenerCertificate:
    base = {"CertificateId": identifier, "CertificateType": "Server", "Status": "Associated", "IsDefault": False}
    return ListenerCertificate.model_validate({**base, **fields})


def with_alb(town: Town, listeners: list[AlbListener], *certificates: ListenerCertificate) -> tuple[House, Any]:
    alb = SimpleNamespace(
        list_listeners=lambda load_balancer: listeners, list_listener_certificates=lambda listener: list(certificates)
    )
    return town.house(), alb
