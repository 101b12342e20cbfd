"""The settings of an HTTPS listener: their defaults, and the rules that tie them to each other and to the instance."""

from collections.abc import Mapping
from typing import Any

from fakecloud.clb.certificates import Certificates
from fakecloud.clb.errors import invalid, missing, spec_not_supported
from fakecloud.clb.resources import LoadBalancer
from fakecloud.rpc.operation import RpcError

Settings = Mapping[str, Any]
TLS_VERSIONS = {
    "tls_cipher_policy_1_0": "1.0",
    "tls_cipher_policy_1_1": "1.1",
    "tls_cipher_policy_1_2": "1.2",
    "tls_cipher_policy_1_2_strict": "1.2",
    "tls_cipher_policy_1_2_strict_with_1_3": "1.2",
}
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


class SettingsRules:
    """Judges a listener's settings. *acls* are the access control lists: id -> IP version."""

    def __init__(self, certificates: Certificates, acls: Mapping[str, str]) -> None:
        self._certificates = certificates
        self._acls = acls

    def require(self, settings: Settings, sent: Settings, load_balancer: LoadBalancer) -> None:
        """Raise for the first rule that *settings* break; *sent* is what this call gave of them."""
        self._require_certificates(settings, load_balancer.region)
        _require_backend(settings, load_balancer)
        _require_bandwidth(settings["Bandwidth"], load_balancer)
        _require_sticky_session(settings)
        self._require_acl(settings, load_balancer)
        if not load_balancer.is_guaranteed and "TLSCipherPolicy" in sent:
            raise spec_not_supported("TLSCipherPolicy")
        if settings["TLSCipherPolicy"] not in TLS_VERSIONS:
            text = "The specified TLS cipher policy does not exist."
            raise RpcError(400, "InvalidTLSPolicyId.NotExist", text)
        if load_balancer.ip_version == "ipv6" and sent.get("XForwardedFor") == "on":
            text = "X-Forward-For is not supported to a ipv6 instance."
            raise RpcError(400, "ListenerForwardNotSupport", text)

    def _require_certificates(self, settings: Settings, region: str) -> None:
        if not settings.get("ServerCertificateId"):
            raise RpcError(400, "MissingParam.ServerCertificates", "Server certificates are required.")
        self._certificates.require_server(region, settings["ServerCertificateId"])
        if settings.get("CACertificateId"):
            self._certificates.require_ca(region, settings["CACertificateId"])

    def _require_acl(self, settings: Settings, load_balancer: LoadBalancer) -> None:
        if settings["AclStatus"] == "off":
            return
        for name in ("AclId", "AclType"):
            if not settings.get(name):
                raise missing(name)
        for acl_id in settings["AclId"].split(","):
            if acl_id not in self._acls:
                raise RpcError(400, "AclNotExist", "Acl does not exist.")
            if self._acls[acl_id] != load_balancer.ip_version:
                text = "The ip version of this LoadBalancer and the Acl is conflict."
                raise RpcError(400, "IpVersionConflict", text)


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
