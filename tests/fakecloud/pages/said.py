"""Where targets.yml says each parameter of the two create pages, and what certdrop says itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.fakecloud.pages.page import Page, Parameter, Value


class UnsayableError(Exception):
    """targets.yml has no words for it; says why."""


@dataclass(frozen=True)
class Said:
    """Where a parameter stands in an entry of targets.yml: its *key*, and how its *value* is written there."""

    key: str
    write: Callable[[Value], object] = field(default=lambda value: value)


def on_off(value: Value) -> object:
    """Write a switch of CLB as true or false; a value that is none stays what it is."""
    return {"on": True, "off": False}.get(str(value), value)


def protocol(value: Value) -> object:
    """Write ALB's protocol."""
    if value == "HTTP":
        raise UnsayableError("a listener of HTTP shows no certificate")
    return value


OURS = {
    ("CreateListener", "ClientToken"): "certdrop's own, from the operation's number",
    ("CreateListener", "DryRun"): "never sent: certdrop observes instead",
    ("CreateListener", "Certificates"): "the bundle that the drop holds",
    ("CreateListener", "Certificates.CertificateId"): "the bundle that the drop holds",
    ("CreateListener", "DefaultActions.Type"): "there is but one type",
    ("CreateLoadBalancerHTTPSListener", "RegionId"): "the target's `region`, which the client fills in",
    ("CreateLoadBalancerHTTPSListener", "ServerCertificateId"): "the bundle that the drop holds",
    ("CreateLoadBalancerHTTPSListener", "CACertificateId"): "the CA that the drop of `client_ca.drop` holds",
}
FORWARDED = "XForwardedForConfig.XForwardedFor"
ALB = {
    "LoadBalancerId": Said("alb"),
    "ListenerPort": Said("port"),
    "ListenerProtocol": Said("listener.protocol", protocol),
    "ListenerDescription": Said("listener.description"),
    "RequestTimeout": Said("listener.request_timeout"),
    "IdleTimeout": Said("listener.idle_timeout"),
    "GzipEnabled": Said("listener.gzip"),
    "Http2Enabled": Said("listener.http2"),
    "SecurityPolicyId": Said("listener.security_policy"),
    "CaEnabled": Said("client_ca"),
    "CaCertificates": Said("client_ca"),
    "CaCertificates.CertificateId": Said("client_ca.certificate_id"),
    "QuicConfig": Said("listener.quic_upgrade"),
    "QuicConfig.QuicListenerId": Said("listener.quic_upgrade"),
    "QuicConfig.QuicUpgradeEnabled": Said("listener.quic_upgrade"),
    "DefaultActions": Said("listener.server_groups"),
    "DefaultActions.ForwardGroupConfig": Said("listener.server_groups"),
    "DefaultActions.ForwardGroupConfig.ServerGroupTuples": Said("listener.server_groups"),
    "DefaultActions.ForwardGroupConfig.ServerGroupTuples.ServerGroupId": Said("listener.server_groups"),
    "Tag": Said("listener.tags"),
    "Tag.Key": Said("listener.tags"),
    "Tag.Value": Said("listener.tags"),
    "XForwardedForConfig": Said("listener.headers"),
    f"{FORWARDED}Enabled": Said("listener.headers.x_forwarded_for"),
    f"{FORWARDED}ProcessingMode": Said("listener.headers.x_forwarded_for"),
    f"{FORWARDED}ProtoEnabled": Said("listener.headers.x_forwarded_proto"),
    f"{FORWARDED}HostEnabled": Said("listener.headers.x_forwarded_host"),
    f"{FORWARDED}SLBPortEnabled": Said("listener.headers.x_forwarded_port"),
    f"{FORWARDED}SLBIdEnabled": Said("listener.headers.slb_id"),
    f"{FORWARDED}ClientSrcPortEnabled": Said("listener.headers.client_port"),
    f"{FORWARDED}ClientSourceIpsEnabled": Said("listener.headers.find_client_address"),
    f"{FORWARDED}ClientSourceIpsTrusted": Said("listener.headers.trusted_proxies", lambda value: [value]),
    **{
        f"{FORWARDED}ClientCert{theirs}{kind}": Said(f"listener.headers.client_certificate.{ours}")
        for theirs, ours in (
            ("ClientVerify", "verified"),
            ("Fingerprint", "fingerprint"),
            ("IssuerDN", "issuer"),
            ("SubjectDN", "subject"),
        )
        for kind in ("Alias", "Enabled")
    },
}
CLB = {
    "LoadBalancerId": Said("clb"),
    "ListenerPort": Said("port"),
    "Bandwidth": Said("listener.bandwidth"),
    "BackendServerPort": Said("listener.backend_port"),
    "VServerGroupId": Said("listener.vserver_group"),
    "Tag": Said("listener.tags"),
    "Tag.Key": Said("listener.tags"),
    "Tag.Value": Said("listener.tags"),
    "Scheduler": Said("listener.scheduler"),
    "StickySession": Said("listener.sticky_session"),
    "StickySessionType": Said("listener.sticky_session"),
    "CookieTimeout": Said("listener.sticky_session.cookie_timeout"),
    "Cookie": Said("listener.sticky_session.cookie"),
    "HealthCheck": Said("listener.health_check"),
    "HealthCheckMethod": Said("listener.health_check.method"),
    "HealthCheckDomain": Said("listener.health_check.domain"),
    "HealthCheckURI": Said("listener.health_check.path"),
    "HealthyThreshold": Said("listener.health_check.healthy_threshold"),
    "UnhealthyThreshold": Said("listener.health_check.unhealthy_threshold"),
    "HealthCheckTimeout": Said("listener.health_check.timeout"),
    "HealthCheckConnectPort": Said("listener.health_check.port"),
    "HealthCheckInterval": Said("listener.health_check.interval"),
    "HealthCheckHttpCode": Said("listener.health_check.codes"),
    "Gzip": Said("listener.gzip", on_off),
    "AclId": Said("listener.acl.id"),
    "AclType": Said("listener.acl.type"),
    "AclStatus": Said("listener.acl"),
    "Description": Said("listener.description"),
    "IdleTimeout": Said("listener.idle_timeout"),
    "RequestTimeout": Said("listener.request_timeout"),
    "EnableHttp2": Said("listener.http2", on_off),
    "TLSCipherPolicy": Said("listener.tls_policy"),
    "XForwardedFor": Said("listener.headers.x_forwarded_for", on_off),
    "XForwardedFor_proto": Said("listener.headers.x_forwarded_proto", on_off),
    "XForwardedFor_SLBPORT": Said("listener.headers.x_forwarded_port", on_off),
    "XForwardedFor_ClientSrcPort": Said("listener.headers.client_port", on_off),
    "XForwardedFor_SLBIP": Said("listener.headers.slb_ip", on_off),
    "XForwardedFor_SLBID": Said("listener.headers.slb_id", on_off),
}
SAID: Mapping[str, Mapping[str, Said]] = {"CreateListener": ALB, "CreateLoadBalancerHTTPSListener": CLB}


def find_said(page: Page, parameter: Parameter) -> Said | None:
    """Return where targets.yml says a parameter; None where certdrop says it itself."""
    return None if (page.action, parameter.path) in OURS else SAID[page.action][parameter.path]
