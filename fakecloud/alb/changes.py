"""What a call wants of a listener's settings, and the rules that need only the call itself."""

import dataclasses
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fakecloud.alb.errors import refusal
from fakecloud.alb.parameters import CLIENT_CERTIFICATE_HEADERS
from fakecloud.alb.resources import DEFAULT_POLICY, Protocol, Settings

FORWARDED_FOR_DEFAULTS: Mapping[str, Any] = {
    **{f"XForwardedForClientCert{header}Alias": "" for header in CLIENT_CERTIFICATE_HEADERS},
    **{f"XForwardedForClientCert{header}Enabled": False for header in CLIENT_CERTIFICATE_HEADERS},
    "XForwardedForClientSourceIpsEnabled": False,
    "XForwardedForClientSourceIpsTrusted": "",
    "XForwardedForClientSrcPortEnabled": False,
    "XForwardedForEnabled": True,
    "XForwardedForHostEnabled": False,
    "XForwardedForProcessingMode": "append",
    "XForwardedForProtoEnabled": False,
    "XForwardedForSLBIdEnabled": False,
    "XForwardedForSLBPortEnabled": False,
}
HTTPS_HEADERS = tuple(
    f"XForwardedForClientCert{header}{kind}" for header in CLIENT_CERTIFICATE_HEADERS for kind in ("Enabled", "Alias")
)
NOT_FOR_QUIC = (
    "XForwardedForClientSourceIpsEnabled",
    "XForwardedForClientSrcPortEnabled",
    "XForwardedForEnabled",
    "XForwardedForProcessingMode",
)


@dataclass(frozen=True)
class Changes:
    """The settings that a call names; None stands for those that it does not. Certificates and policies by id."""

    default_certificate: str | None = None
    ca_enabled: bool | None = None
    client_ca: str | None = None
    server_groups: tuple[str, ...] | None = None
    description: str | None = None
    gzip: bool | None = None
    http2: bool | None = None
    idle_timeout: int | None = None
    request_timeout: int | None = None
    security_policy: str | None = None
    quic_listener: str | None = None
    quic_upgrade: bool | None = None
    forwarded_for: Mapping[str, Any] | None = None

    def merge(self, base: Settings) -> Settings:
        """Return *base* with what is named here and needs no look-up."""
        named = {
            name: getattr(self, name)
            for name in ("server_groups", "description", "gzip", "http2", "idle_timeout", "request_timeout")
            if getattr(self, name) is not None
        }
        forwarded_for = _drop_ineffective({**base.forwarded_for, **(self.forwarded_for or {})})
        return dataclasses.replace(base, **named, forwarded_for=forwarded_for)


def _drop_ineffective(forwarded_for: Mapping[str, Any]) -> dict[str, Any]:
    """Return *forwarded_for* without what has an effect only beside a switch that is off."""
    switches = {
        f"XForwardedForClientCert{header}Alias": f"XForwardedForClientCert{header}Enabled"
        for header in CLIENT_CERTIFICATE_HEADERS
    }
    switches["XForwardedForProcessingMode"] = "XForwardedForEnabled"
    return {
        name: value if name not in switches or forwarded_for[switches[name]] else FORWARDED_FOR_DEFAULTS[name]
        for name, value in forwarded_for.items()
    }


def default_settings(protocol: Protocol) -> Settings:
    """Return the documented defaults of a listener."""
    https = protocol == "HTTPS"
    return Settings(
        default=None,
        ca_enabled=False,
        client_ca=None,
        server_groups=(),
        description="",
        gzip=True,
        http2=https,
        idle_timeout=15,
        request_timeout=60,
        security_policy=DEFAULT_POLICY if https else "",
        quic_listener="",
        quic_upgrade=False,
        forwarded_for=FORWARDED_FOR_DEFAULTS,
    )


def check_protocol(changes: Changes, protocol: Protocol) -> None:
    """Refuse what the pages reserve for other protocols."""
    if protocol != "HTTPS":
        for name, value in (
            ("CaEnabled", changes.ca_enabled),
            ("CaCertificates", changes.client_ca),
            ("Http2Enabled", changes.http2),
            ("SecurityPolicyId", changes.security_policy),
            ("QuicConfig", changes.quic_upgrade or changes.quic_listener),
        ):
            if value:
                raise refusal("InvalidParameter", f"{name} is for HTTPS listeners only")
    if protocol == "HTTP" and changes.default_certificate is not None:
        raise refusal("InvalidParameter", "Certificates is for HTTPS and QUIC listeners only")
    _check_forwarded_for(changes.forwarded_for or {}, protocol)


def _check_forwarded_for(sent: Mapping[str, Any], protocol: Protocol) -> None:
    denied = {"HTTP": HTTPS_HEADERS, "HTTPS": (), "QUIC": (*HTTPS_HEADERS, *NOT_FOR_QUIC)}[protocol]
    for name in denied:
        if sent.get(name):
            raise refusal("InvalidParameter", f"XForwardedForConfig.{name} is not for {protocol} listeners")
    for network in re.split("[,;]", sent.get("XForwardedForClientSourceIpsTrusted", "") or "0.0.0.0/0"):
        if not _is_network(network):
            raise refusal("InvalidParameter", "XForwardedForConfig.XForwardedForClientSourceIpsTrusted")


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return True
