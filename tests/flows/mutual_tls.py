"""What the flows of mutual TLS share: targets that ask clients for certificates, and what became of it."""

from typing import Any

from fakecloud.authority import Issued
from fakecloud.clb.certificates import Label
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline

PARTNERS: dict[str, Any] = {"client_ca": {"drop": "partners"}}
IN_FULL = [
    "UploadUserCertificate",
    "UploadCACertificate",
    "UploadServerCertificate",
    "CreateLoadBalancerHTTPSListener",
    "StartLoadBalancerListener",
]


def drop_ca(pipeline: Pipeline, issued: Issued, drop: str = "partners") -> None:
    pipeline.drop(drop, ca_pem=issued.pem.decode())


def checked_against(pipeline: Pipeline) -> str | None:
    """Return the fingerprint of the CA that the CLB listener really checks clients against."""
    shown = pipeline.world.clb.shown(pipeline.clb, 443)
    assert shown
    known = {one.chain.pem.strip(): one.chain.leaf.sha256 for one in pipeline.world.clb.certificates.ca.values()}
    return known[shown.client_ca_pem.strip()] if shown.client_ca_pem else None


def served(pipeline: Pipeline, drop: str = "shop") -> list[str]:
    return [status for _, status, _ in pipeline.standings(drop)]


def never_without(pipeline: Pipeline) -> None:
    """Watch, at every change, that the CLB listener never serves without asking clients."""

    def watch() -> None:
        shown = pipeline.world.clb.shown(pipeline.clb, 443)
        assert shown is None or shown.client_ca_pem

    pipeline.world.clb.on_change.append(watch)


def clb_listener_by_hand(pipeline: Pipeline, client_ca: Issued | None = None) -> None:
    """Make a CLB listener as a person would in the console, serving bundle(month=9)."""
    clb, region = pipeline.world.clb, pipeline.world.region
    made = bundle(month=9)
    server = clb.certificates.upload_server_certificate(
        region, made.fullchain, made.leaf.traditional_key_pem.decode(), Label("by-hand")
    )
    sent: dict[str, Any] = {
        "Bandwidth": -1,
        "BackendServerPort": 8080,
        "HealthCheck": "off",
        "ServerCertificateId": server.certificate_id,
    }
    if client_ca:
        kept = clb.certificates.upload_ca_certificate(region, client_ca.pem.decode(), Label("foreign"))
        sent["CACertificateId"] = kept.certificate_id
    clb.listeners.create_load_balancer_https_listener(region, pipeline.clb, 443, sent)
    clb.listeners.start_load_balancer_listener(region, pipeline.clb, 443)
    pipeline.advance(30)


def alb_authority(pipeline: Pipeline, name: str = "Partners", number: int = 200) -> str:
    return pipeline.world.alb.create_ca_certificate(authority(name, number=number).pem.decode()).id
