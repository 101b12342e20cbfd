"""What makes CLB refuse: one function for each cause, by the code that it is answered with."""

from collections.abc import Callable, Sequence

from fakecloud.clb.resources import Listener
from tests.fakecloud.pages.cases import Changes
from tests.fakecloud.pages.scenes import Scene

Cause = Callable[[Scene], Changes]
STRANGER = "9999999999999999"


def _named(**changed: str | int) -> Cause:
    return lambda _: changed


def _with_access(*acl_ids: str) -> Changes:
    return {"AclStatus": "on", "AclType": "white", "AclId": ",".join(acl_ids)}


def _acl_of_the_other_version(scene: Scene) -> Changes:
    scene.clb_instance.ip_version = "ipv6"
    return _with_access(scene.fill("<acl>"))


def _forwarded_for_at_ipv6(scene: Scene) -> Changes:
    scene.clb_instance.ip_version = "ipv6"
    return {"XForwardedFor": "on"}


def _not_in_region(scene: Scene) -> Changes:
    scene.world.clb.rules.not_in_region[scene.world.region] = {"EnableHttp2"}
    return {"EnableHttp2": "on"}


def _shared(scene: Scene) -> None:
    scene.clb_instance.spec = ""


def _policy_at_shared(scene: Scene) -> Changes:
    _shared(scene)
    return {"TLSCipherPolicy": "tls_cipher_policy_1_2"}


def _own_policy_at_shared(scene: Scene) -> Changes:
    _shared(scene)
    return {"TLSCipherPolicy": scene.world.clb.create_tls_policy()}


def _policy_is_configuring(scene: Scene) -> Changes:
    policy = scene.world.clb.create_tls_policy()
    scene.world.clb.tls_policies.own[policy].status = "configuring"
    return {"TLSCipherPolicy": policy}


def _policy_used_up(scene: Scene) -> Changes:
    policy = scene.world.clb.create_tls_policy()
    scene.world.clb.tls_policies.most_listeners = 1
    _bind(scene, {"TLSCipherPolicy": policy})
    return {"TLSCipherPolicy": policy}


def _bind(scene: Scene, changes: Changes) -> None:
    """Make a listener with these settings on another port."""
    clb = scene.world.clb
    sent = scene.call({**changes, "ListenerPort": 8443})
    settings = {
        name: value for name, value in sent.items() if name not in ("RegionId", "LoadBalancerId", "ListenerPort")
    }
    instance = scene.clb_instance
    clb.listeners.create_load_balancer_https_listener(instance.region, instance.load_balancer_id, 8443, settings)


def _busy(scene: Scene) -> Changes:
    instance = scene.clb_instance
    listener = Listener(instance.load_balancer_id, 443, "https", {}, status="configuring")
    scene.world.clb.listeners.by_address[instance.load_balancer_id, 443] = listener
    return {}


def _other_protocol(scene: Scene) -> Changes:
    instance = scene.clb_instance
    listener = Listener(instance.load_balancer_id, 443, "tcp", {})
    scene.world.clb.listeners.by_address[instance.load_balancer_id, 443] = listener
    return {}


def _anothers_certificate(scene: Scene) -> Changes:
    kept = scene.world.clb.certificates.server[scene.fill("<server_certificate>")]
    kept.owner = STRANGER
    return {}


def _takes(*protocols: str) -> Cause:
    def make(scene: Scene) -> Changes:
        scene.clb_instance.protocols = frozenset(protocols)
        return {}

    return make


def _group_of_master_and_slave(scene: Scene) -> Changes:
    scene.clb_instance.master_slave_groups.add("rsp-pair")
    return {"VServerGroupId": "rsp-pair"}


def _acls(scene: Scene, *entries: Sequence[str]) -> Changes:
    clb = scene.world.clb
    return _with_access(*(clb.create_access_control_list(entries=each) for each in entries))


def _too_many_acls(scene: Scene) -> Changes:
    scene.world.clb.access.limits.acls_of_listener = 1
    return _acls(scene, ["10.0.0.1"], ["10.0.0.2"])


def _too_many_entries(scene: Scene) -> Changes:
    scene.world.clb.access.limits.entries_of_listener = 1
    return _acls(scene, ["10.0.0.1", "10.0.0.2"])


def _acl_used_up(*, at_most: int) -> Cause:
    def make(scene: Scene) -> Changes:
        limits = scene.world.clb.access.limits
        limits.listeners_of_acl, limits.listeners_of_acl_at_most = 1, at_most
        access = _with_access(scene.fill("<acl>"))
        _bind(scene, access)
        return access

    return make


def _too_many_tags(_: Scene) -> Changes:
    return {f"Tag.{number}.Key": f"k{number}" for number in range(1, 22)}


TAGS: dict[str, Cause] = {
    "InvalidParam.TagValue": lambda _: {"Tag.1.Key": "k", "Tag.1.Value": "acs:x"},
    "InvalidParam.TagKey": lambda _: {"Tag.1.Key": "aliyun"},
    "SizeLimitExceeded.Tag": _too_many_tags,
    "MissingParam.TagKey": lambda _: {"Tag.1.Value": "v"},
}
CREATE: dict[str, Cause] = {
    "IpVersionConflict": _acl_of_the_other_version,
    "InvalidParameter.IdleTimeout": _named(IdleTimeout=61),
    "InvalidParameter.RequestTimeout": _named(RequestTimeout=181),
    "ListenerForwardNotSupport": _forwarded_for_at_ipv6,
    "InvalidParameter.RegionNotSupport": _not_in_region,
    "InvalidParameter.SpecNotSupport": _policy_at_shared,
    "ListenerProcessing": _busy,
    "Certkey.Forbidden": _anothers_certificate,
    "InvalidParameter.ListenerPortConflict": _other_protocol,
    "AclNotExist": lambda _: _with_access("acl-nowhere"),
    "OperationUnsupported.CreateLoadBalancerLayer7Listener": _takes("tcp", "udp"),
    "InvalidParameter.VServerGroupId": _group_of_master_and_slave,
    "Duplicated.AclEntry": lambda scene: _acls(scene, ["10.0.0.1"], ["10.0.0.1"]),
    "CertificateNotExist": _named(ServerCertificateId="nowhere"),
    "InvalidTLSPolicyId.NotExist": _named(TLSCipherPolicy="tls_cipher_policy_9"),
    "TLSPolicyConfiguring": _policy_is_configuring,
    "TLSCipherPolicyVipRelationOverLimit": _policy_used_up,
    "CertificateTypeMismatched": _named(ServerCertificateId="<ca_certificate>"),
    "MissingParam.ServerCertificates": lambda _: {"ServerCertificateId": None},
    "SPEC_NOT_SUPPORT_PARAMETER": _own_policy_at_shared,
    "LbSupportTcpsslOnly": _takes("tcpssl"),
    "Mismatch.SlbSpecTypeAndListenerProtocol": _takes("tcp", "udp", "http"),
    "AclListenerOverLimit": _acl_used_up(at_most=1),
    "QuotaLimitExceeds.AclAttachedToListener": _too_many_acls,
    "QuotaLimitExceeds.TotalAclEntry": _too_many_entries,
    "QuotaLimitExceeds.AclListenerOverLimit": _acl_used_up(at_most=2),
    "ResourceNotFound.Certificate": _named(CACertificateId="nowhere"),
    **TAGS,
}


def _in_another_group(_: Scene) -> Changes:
    return {"ServerCertificateId": "<server_certificate>", "ResourceGroupId": "rg-other"}


DESCRIBE: dict[str, Cause] = {"Abs.ServerCertificateIdAndResourceGroupId.MissMatch": _in_another_group}
