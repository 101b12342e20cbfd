"""What makes ALB refuse: one function for each cause, by the code that it is answered with."""

from collections.abc import Callable
from typing import Any

from fakecloud.alb.changes import Changes as ListenerChanges
from tests.fakecloud.pages.cases import Changes
from tests.fakecloud.pages.scenes import Scene

Cause = Callable[[Scene], Changes]
STRANGER = "9999999999999999"
GROUP = "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId"
CERTIFICATE = "Certificates.1.CertificateId"


def _named(name: str, value: str) -> Cause:
    return lambda _: {name: value}


def _port_taken(scene: Scene) -> Changes:
    scene.add_listener(443, "HTTPS")
    return {}


def _instance_is_configuring(scene: Scene) -> Changes:
    scene.instance.status = "Configuring"
    return {}


def _instance_is_abnormal(scene: Scene) -> Changes:
    scene.instance.business_status = "Abnormal"
    return {}


def _listeners_used_up(scene: Scene) -> Changes:
    scene.world.alb.limits.listeners = 1
    scene.add_listener(80, "HTTP")
    return {}


def _upgrade_to(listener_id: str) -> Changes:
    return {"QuicConfig.QuicUpgradeEnabled": True, "QuicConfig.QuicListenerId": listener_id}


def _quic_elsewhere(scene: Scene, **options: Any) -> Changes:
    other = scene.world.alb.create_load_balancer()
    quic = scene.add_listener(443, "QUIC", load_balancer=other)
    for name, value in options.items():
        setattr(other, name, value)
    return _upgrade_to(quic.id)


def _quic_taken(scene: Scene) -> Changes:
    quic = scene.fill("<quic_listener>")
    scene.add_listener(8443, "HTTPS", quic_upgrade=True, quic_listener=quic)
    return _upgrade_to(quic)


def _policy_used_up(scene: Scene) -> Changes:
    scene.world.alb.limits.security_policy_attached = 1
    policy = scene.world.alb.create_security_policy().id
    scene.add_listener(8443, "HTTPS", security_policy=policy)
    return {"SecurityPolicyId": policy}


def _group_used_up(scene: Scene) -> Changes:
    scene.world.alb.limits.server_group_attached = 1
    scene.add_listener(8443, "HTTPS")
    return {}


def _group(scene: Scene, **options: Any) -> Changes:
    return {GROUP: scene.world.alb.create_server_group(**options).id}


def _servers_used_up(scene: Scene) -> Changes:
    scene.world.alb.limits.servers["Standard"] = 2
    return _group(scene, servers=("i-1", "i-2", "i-3"))


def _server_used_up(scene: Scene) -> Changes:
    scene.world.alb.limits.server_added = 1
    scene.add_listener(8443, "HTTPS", server_groups=(scene.world.alb.create_server_group(servers=("i-1",)).id,))
    return _group(scene, servers=("i-1",))


def _at_basic(scene: Scene, **options: Any) -> Changes:
    scene.instance.edition = "Basic"
    return _group(scene, **options)


def _corrupted_authority(scene: Scene) -> Changes:
    authority = scene.world.alb.create_ca_certificate(
        "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n"
    )
    return {"CaEnabled": True, "CaCertificates.1.CertificateId": authority.id}


def _anothers_instance(scene: Scene) -> Changes:
    scene.instance.owner = STRANGER
    return {}


CREATE: dict[str, Cause] = {
    "ResourceAlreadyExist.Listener": _port_taken,
    "IncorrectStatus.LoadBalancer": _instance_is_configuring,
    "IncorrectBusinessStatus.LoadBalancer": _instance_is_abnormal,
    "ResourceQuotaExceeded.LoadBalancerListenersNum": _listeners_used_up,
    "OperationDenied.CrossLoadBalancerQUICListener": _quic_elsewhere,
    "ResourceAlreadyAssociated.Listener": _quic_taken,
    "ResourceQuotaExceeded.SecurityPolicyAttachedNum": _policy_used_up,
    "ResourceQuotaExceeded.ServerGroupAttachedNum": _group_used_up,
    "ResourceQuotaExceeded.LoadBalancerServersNum": _servers_used_up,
    "ResourceQuotaExceeded.ServerAddedNum": _server_used_up,
    "Mismatch.VpcId": lambda scene: _group(scene, vpc="vpc-elsewhere"),
    "OperationDenied.ServerGroupProtocolNotSupport": lambda scene: _at_basic(scene, protocol="HTTPS"),
    "OperationDenied.GRPCServerGroup": lambda scene: {**_group(scene, protocol="gRPC"), "Http2Enabled": False},
    "Mismatch.LoadBalancerEditionAndConnectionDrain": lambda scene: _at_basic(scene, connection_drain=True),
    "Mismatch.LoadBalancerEditionAndSlowStartEnable": lambda scene: _at_basic(scene, slow_start=True),
    "InvalidParameter": _named("ListenerPort", "0"),
    "OperationDenied.CACertificateCorrupted": _corrupted_authority,
    "Forbidden.SecurityPolicy": lambda scene: {
        "SecurityPolicyId": scene.world.alb.create_security_policy(owner=STRANGER).id
    },
    "Forbidden.LoadBalancer": _anothers_instance,
    "Forbidden.Listener": lambda scene: _quic_elsewhere(scene, owner=STRANGER),
    "ResourceNotFound.LoadBalancer": _named("LoadBalancerId", "alb-nowhere"),
    "ResourceNotFound.ServerGroup": _named(GROUP, "sgp-nowhere"),
    "ResourceNotFound.SecurityPolicy": _named("SecurityPolicyId", "spy-nowhere"),
    "ResourceNotFound.Listener": lambda _: _upgrade_to("lsn-nowhere"),
    "ResourceNotFound.Certificate": _named(CERTIFICATE, "1-cn-hangzhou"),
}


def _being_created(scene: Scene) -> Changes:
    return {"ListenerId": scene.add_listener(443, "HTTPS", settle=False).id}


def _default_used(scene: Scene) -> Changes:
    default = scene.listener.settings.default
    assert default is not None
    return {CERTIFICATE: default.id}


def _default_deleted(scene: Scene) -> Changes:
    default = scene.listener.settings.default
    assert default is not None
    cas = scene.world.cas
    kept = cas.find_by_identifier(default.id)
    assert kept is not None
    cas.delete_user_certificate(kept.certificate_id)
    return {}


def _associated_already(scene: Scene) -> Changes:
    scene.world.alb.associate_additional_certificates_with_listener(scene.listener.id, [scene.fill("<certificate:1>")])
    scene.world.advance(60)
    return {}


def _certificates_used_up(scene: Scene) -> Changes:
    scene.world.alb.limits.additional_certificates["Standard"] = 1
    return {"Certificates.2.CertificateId": "<certificate:2>"}


def _being_changed(scene: Scene) -> Changes:
    scene.world.alb.update_listener_attribute(scene.listener.id, ListenerChanges(gzip=False))
    return {}


def _stranger_of_listener(scene: Scene) -> Changes:
    scene.listener.load_balancer.owner = STRANGER
    return {}


ASSOCIATE: dict[str, Cause] = {
    "IncorrectStatus.Listener": _being_created,
    "OperationDenied.DefaultCertificateUsed": _default_used,
    "OperationFailed.DefaultCertificateNotFound": _default_deleted,
    "ResourceAlreadyAssociated.Certificate": _associated_already,
    "ResourceQuotaExceeded.LoadBalancerCertificatesNum": _certificates_used_up,
    "OperationDenied.HttpListenerNotSupport": lambda scene: {"ListenerId": scene.add_listener(80, "HTTP").id},
    "InvalidParameter": _named(CERTIFICATE, "<ca_certificate:1>"),
    "ResourceInConfiguring.Listener": _being_changed,
    "Forbidden.LoadBalancer": _stranger_of_listener,
    "ResourceNotFound.Certificate": _named(CERTIFICATE, "1-cn-hangzhou"),
    "ResourceNotFound.Listener": _named("ListenerId", "lsn-nowhere"),
}
