"""The settings of an HTTPS listener: their defaults, and the rules that tie them to each other and to the instance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fakecloud.clb.access_control import AccessRules
from fakecloud.clb.certificates import Certificates
from fakecloud.clb.errors import invalid, missing
from fakecloud.clb.resources import LoadBalancer
from fakecloud.clb.tls_policies import TlsPolicies
from fakecloud.rpc.operation import RpcError

Settings = Mapping[str, Any]
DEFAULTS: Settings = {
    "AclStatus": "off",
    "Description": "",
    "EnableHttp2": "on",
    "Gzip": "on",
    "HealthCheckHttpCode": "http_2xx",
    "HealthCheckInterval": 2,
    "HealthCheckMethod": "head",
    "HealthCheckTimeout": 5,
    "HealthCheckURI": "/",
    "HealthyThreshold": 3,
    "IdleTimeout": 15,
    "RequestTimeout": 60,
    "Scheduler": "wrr",
    "StickySession": "off",
    "TLSCipherPolicy": "tls_cipher_policy_1_0",
    "UnhealthyThreshold": 3,
    "XForwardedFor": "on",
    "XForwardedFor_ClientSrcPort": "off",
    "XForwardedFor_SLBID": "off",
    "XForwardedFor_SLBIP": "off",
    "XForwardedFor_SLBPORT": "off",
    "XForwardedFor_proto": "off",
}


HEALTH_CHECK = (
    *(f"HealthCheck{name}" for name in ("ConnectPort", "Domain", "HttpCode", "Interval", "Method", "Timeout", "URI")),
    "HealthyThreshold",
    "UnhealthyThreshold",
)


def effective(sent: Settings, before: Settings) -> dict[str, Any]:
    """Return what has an effect of what was *sent*: a health check that is off has no settings."""
    is_checked = sent.get("HealthCheck", before.get("HealthCheck")) == "on"
    return {name: value for name, value in sent.items() if is_checked or name not in HEALTH_CHECK}


@dataclass
class SettingsRules:
    """Judges a listener's settings. *not_in_region* names, by region, parameters that it does not support."""

    certificates: Certificates
    access: AccessRules
    tls_policies: TlsPolicies
    not_in_region: dict[str, set[str]] = field(default_factory=dict)

    def require(self, settings: Settings, sent: Settings, load_balancer: LoadBalancer, port: int) -> None:
        """Raise for the first rule that *settings* break; *sent* is what this call gave of them."""
        self._require_region(sent, load_balancer.region)
        self._require_certificates(settings, load_balancer.region)
        _require_backend(settings, load_balancer)
        _require_bandwidth(settings["Bandwidth"], load_balancer)
        _require_sticky_session(settings)
        self.access.require(settings, load_balancer, port)
        self.tls_policies.require(settings["TLSCipherPolicy"], load_balancer, port, sent="TLSCipherPolicy" in sent)
        if load_balancer.ip_version == "ipv6" and sent.get("XForwardedFor") == "on":
            text = "X-Forward-For is not supported to a ipv6 instance."
            raise RpcError(400, "ListenerForwardNotSupport", text)

    def _require_region(self, sent: Settings, region: str) -> None:
        for name in sorted(self.not_in_region.get(region, set()) & set(sent)):
            text = f"The region does not support the parameter: {name}."
            raise RpcError(400, "InvalidParameter.RegionNotSupport", text)

    def _require_certificates(self, settings: Settings, region: str) -> None:
        if not settings.get("ServerCertificateId"):
            raise RpcError(400, "MissingParam.ServerCertificates", "Server certificates are required.")
        self.certificates.require_server(region, settings["ServerCertificateId"])
        if settings.get("CACertificateId"):
            self.certificates.require_ca(region, settings["CACertificateId"])


def require_protocol(load_balancer: LoadBalancer) -> None:
    """Refuse an HTTPS listener on an instance that takes none."""
    taken = load_balancer.protocols
    if "https" in taken:
        return
    if taken == {"tcpssl"}:
        text = "The specified load balancer supports TCP SSL type listener only."
        raise RpcError(400, "LbSupportTcpsslOnly", text)
    if "http" in taken:
        text = "The SlbSpecType and ListenerProtocol are mismatched."
        raise RpcError(400, "Mismatch.SlbSpecTypeAndListenerProtocol", text)
    text = "The slb instance does not support create HTTP or HTTPS listener."
    raise RpcError(400, "OperationUnsupported.CreateLoadBalancerLayer7Listener", text)


def _require_backend(settings: Settings, load_balancer: LoadBalancer) -> None:
    group = settings.get("VServerGroupId")
    if not group:
        if "BackendServerPort" not in settings:
            raise missing("BackendServerPort")
        return
    if group in load_balancer.master_slave_groups:
        text = "The MasterSlaveServerGroup can not be attached to HTTP or HTTPS listener."
        raise RpcError(400, "InvalidParameter.VServerGroupId", text)
    if group not in load_balancer.vserver_groups:
        raise invalid("VServerGroupId", "the instance has no such group")


def _require_bandwidth(bandwidth: int, load_balancer: LoadBalancer) -> None:
    is_by_bandwidth = load_balancer.internet_charge_type == "paybybandwidth"
    if bandwidth == -1 and is_by_bandwidth:
        raise invalid("Bandwidth", "-1 is for instances that are paid by data transfer")
    if is_by_bandwidth and bandwidth > load_balancer.bandwidth:
        raise invalid("Bandwidth", "it exceeds that of the instance")
    if bandwidth == 0:
        raise invalid("Bandwidth", "it must be -1 or at least 1")


def _require_sticky_session(settings: Settings) -> None:
    if settings["StickySession"] == "off":
        return
    kind = settings.get("StickySessionType")
    if not kind:
        raise missing("StickySessionType")
    needed = "CookieTimeout" if kind == "insert" else "Cookie"
    if not settings.get(needed):
        raise missing(needed)
