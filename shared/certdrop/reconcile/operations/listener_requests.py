"""What targets.yml says of a missing listener, as the requests that create it: every setting reaches the wire."""

from collections.abc import Mapping
from typing import Literal

from certdrop.cloud.alb_models import (
    CertificateReference,
    CreateListenerRequest,
    DefaultAction,
    QuicConfig,
    XForwardedForConfig,
)
from certdrop.cloud.alb_models import Tag as AlbTag
from certdrop.cloud.clb_models import CreateLoadBalancerHTTPSListenerRequest
from certdrop.cloud.clb_models import Tag as ClbTag
from certdrop.deployment.forwarded_headers import AlbHeaders, ClbHeaders
from certdrop.deployment.listener_settings import AccessControlList, AlbListener, ClbListener, HealthCheck
from certdrop.reconcile.scenes import TAG, Scene

Switch = Literal["on", "off"]

_CLIENT_CERTIFICATE = {
    "verified": "client_verify",
    "fingerprint": "fingerprint",
    "issuer": "issuer_dn",
    "subject": "subject_dn",
}


def alb_request(scene: Scene, settings: AlbListener, token: str) -> CreateListenerRequest:
    """Return the request for an ALB listener."""
    authority = scene.step.client_ca
    return CreateListenerRequest(
        load_balancer_id=scene.listener.load_balancer,
        listener_port=scene.listener.port,
        listener_protocol=settings.protocol,
        listener_description=settings.description,
        idle_timeout=settings.idle_timeout,
        request_timeout=settings.request_timeout,
        gzip_enabled=settings.gzip,
        http2_enabled=settings.http2,
        security_policy_id=settings.security_policy,
        certificates=(CertificateReference(certificate_id=scene.certificate),),
        ca_enabled=True if authority else None,
        ca_certificates=(CertificateReference(certificate_id=authority),) if authority else None,
        quic_config=_quic_config(settings.quic_upgrade),
        x_forwarded_for_config=_alb_headers(settings.headers),
        default_actions=(DefaultAction.forward_to(*settings.groups),),
        tag=tuple(AlbTag(key=key, value=value) for key, value in _tags(settings.tags)),
        client_token=token,
    )


def _quic_config(listener: str | None) -> QuicConfig | None:
    return QuicConfig(quic_listener_id=listener, quic_upgrade_enabled=True) if listener else None


def _alb_headers(headers: AlbHeaders | None) -> XForwardedForConfig | None:
    if headers is None:
        return None
    mode = headers.x_forwarded_for
    return XForwardedForConfig(
        x_forwarded_for_enabled=None if mode is None else mode != "off",
        x_forwarded_for_processing_mode=None if mode in (None, "off") else mode,
        x_forwarded_for_proto_enabled=headers.x_forwarded_proto,
        x_forwarded_for_host_enabled=headers.x_forwarded_host,
        x_forwarded_for_slb_port_enabled=headers.x_forwarded_port,
        x_forwarded_for_slb_id_enabled=headers.slb_id,
        x_forwarded_for_client_src_port_enabled=headers.client_port,
        x_forwarded_for_client_source_ips_enabled=headers.find_client_address,
        x_forwarded_for_client_source_ips_trusted=";".join(headers.trusted_proxies) or None,
        **_client_certificate_headers(headers),
    )


def _client_certificate_headers(headers: AlbHeaders) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in headers.client_certificate or ():
        header = f"x_forwarded_for_client_cert_{_CLIENT_CERTIFICATE[name]}"
        found[f"{header}_enabled"] = value is not False
        found[f"{header}_alias"] = value if isinstance(value, str) else None
    return found


def clb_request(scene: Scene, settings: ClbListener) -> CreateLoadBalancerHTTPSListenerRequest:
    """Return the request for a CLB listener."""
    sticky = settings.sticky_session
    return CreateLoadBalancerHTTPSListenerRequest(
        load_balancer_id=scene.listener.load_balancer,
        listener_port=scene.listener.port,
        bandwidth=settings.bandwidth,
        backend_server_port=settings.backend_port,
        v_server_group_id=settings.vserver_group,
        description=settings.description,
        scheduler=settings.scheduler,
        tls_cipher_policy=settings.tls_policy,
        enable_http2=_switch(on=settings.http2),
        gzip=_switch(on=settings.gzip),
        idle_timeout=settings.idle_timeout,
        request_timeout=settings.request_timeout,
        sticky_session=_switch(on=sticky is not None),
        sticky_session_type=None if sticky is None else "server" if sticky.cookie else "insert",
        cookie=sticky.cookie if sticky else None,
        cookie_timeout=sticky.cookie_timeout if sticky else None,
        server_certificate_id=scene.certificate,
        ca_certificate_id=scene.step.client_ca or None,
        tag=tuple(ClbTag(key=key, value=value) for key, value in _tags(settings.tags)),
        **_health_check(settings.health_check),
        **_access_control(settings.acl),
        **_clb_headers(settings.headers),
    )


def _health_check(check: HealthCheck | None) -> dict[str, object]:
    if check is None:
        return {"health_check": "off"}
    return {
        "health_check": "on",
        "health_check_uri": None if check.path == "/" else check.path,  # the vendor's default, and not to be sent
        "health_check_method": check.method,
        "health_check_domain": check.domain,
        "health_check_connect_port": check.port,
        "health_check_http_code": check.codes,
        "health_check_interval": check.interval,
        "health_check_timeout": check.timeout,
        "healthy_threshold": check.healthy_threshold,
        "unhealthy_threshold": check.unhealthy_threshold,
    }


def _access_control(acl: AccessControlList | None) -> dict[str, object]:
    return {"acl_status": "on", "acl_id": acl.id, "acl_type": acl.type} if acl else {}


def _clb_headers(headers: ClbHeaders | None) -> dict[str, object]:
    if headers is None:
        return {}
    switches = {
        "x_forwarded_for": headers.x_forwarded_for,
        "x_forwarded_for_proto": headers.x_forwarded_proto,
        "x_forwarded_for_slbport": headers.x_forwarded_port,
        "x_forwarded_for_client_src_port": headers.client_port,
        "x_forwarded_for_slbip": headers.slb_ip,
        "x_forwarded_for_slbid": headers.slb_id,
    }
    return {name: _switch(on=on) for name, on in switches.items() if on is not None}


def _switch(*, on: bool) -> Switch:
    return "on" if on else "off"


def _tags(wanted: Mapping[str, str]) -> list[tuple[str, str]]:
    return [TAG, *wanted.items()]
