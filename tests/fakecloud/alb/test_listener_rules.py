"""What CreateListener and UpdateListenerAttribute refuse, each documented code by its real cause."""

from typing import Any

import pytest

from fakecloud.alb.changes import Changes
from fakecloud.authority import root_ca
from tests.fakecloud.alb.scene import Scene, refused

OTHER_ACCOUNT = "9999999999999999"


def test_a_port_bears_one_tcp_listener_and_one_quic_listener(scene: Scene) -> None:
    scene.run(443)
    scene.run(443, "QUIC")

    with refused("ResourceAlreadyExist.Listener"):
        scene.create(443)
    with refused("ResourceAlreadyExist.Listener"):
        scene.create(443, "HTTP")
    with refused("ResourceAlreadyExist.Listener"):
        scene.create(443, "QUIC")


def test_a_load_balancer_that_is_not_active_takes_no_listener(scene: Scene) -> None:
    scene.alb.load_balancers[scene.load_balancer_id].status = "Configuring"

    with refused("IncorrectStatus.LoadBalancer"):
        scene.create()


def test_a_load_balancer_that_is_locked_takes_no_listener_and_no_update(scene: Scene) -> None:
    listener = scene.run()
    listener.load_balancer.business_status = "Abnormal"

    with refused("IncorrectBusinessStatus.LoadBalancer"):
        scene.create(8443)
    with refused("IncorrectBusinessStatus.LoadBalancer"):
        scene.alb.update_listener_attribute(listener.id, Changes(gzip=False))


def test_a_load_balancer_must_be_there_and_ours(scene: Scene) -> None:
    foreign = scene.alb.create_load_balancer(owner=OTHER_ACCOUNT)

    with refused("Forbidden.LoadBalancer", 403):
        scene.alb.create_listener(foreign.id, "HTTP", 80, Changes())
    with refused("ResourceNotFound.LoadBalancer", 404):
        scene.alb.create_listener("alb-nowhere", "HTTP", 80, Changes())


def test_listeners_are_limited(scene: Scene) -> None:
    scene.alb.limits.listeners = 2
    scene.run(80, "HTTP")
    scene.run(443)

    with refused("ResourceQuotaExceeded.LoadBalancerListenersNum") as caught:
        scene.create(8443)
    assert caught.value.message == (
        "The quota of alb_quota_loadbalancer_listeners_num is exceeded for resource "
        f"{scene.load_balancer_id}, usage 2/2."
    )


@pytest.mark.parametrize("protocol", ["HTTPS", "QUIC"])
def test_tls_needs_a_default_certificate(scene: Scene, protocol: Any) -> None:
    with refused("InvalidParameter"):
        scene.create(protocol=protocol, default_certificate=None)


@pytest.mark.parametrize("certificate_id", ["1-cn-hangzhou", ""])
def test_a_default_certificate_must_be_in_cas(scene: Scene, certificate_id: str) -> None:
    with refused("ResourceNotFound.Certificate", 404):
        scene.create(default_certificate=certificate_id)


def test_a_certificate_is_known_by_its_identifier_not_by_its_number(scene: Scene) -> None:
    scene.certificate()
    [number] = scene.world.cas.certificates

    with refused("ResourceNotFound.Certificate", 404):
        scene.create(default_certificate=str(number))


def test_a_ca_certificate_is_no_server_certificate(scene: Scene) -> None:
    authority = root_ca()
    kept = scene.world.cas.upload_user_certificate("ca", authority.pem.decode(), authority.key_pem.decode())

    with refused("InvalidParameter"):
        scene.create(default_certificate=kept.cert_identifier)
    with refused("InvalidParameter"):
        scene.create(default_certificate=scene.authority().id)


def test_a_client_ca_may_come_from_cas_and_must_be_a_ca(scene: Scene) -> None:
    authority = root_ca()
    kept = scene.world.cas.upload_user_certificate("ca", authority.pem.decode(), authority.key_pem.decode())
    listener = scene.run(ca_enabled=True, client_ca=kept.cert_identifier)
    assert listener.settings.client_ca is not None
    assert listener.settings.client_ca.pem == authority.pem.decode()

    with refused("OperationDenied.CACertificateCorrupted"):
        scene.create(8443, ca_enabled=True, client_ca=scene.certificate())
    with refused("ResourceNotFound.Certificate", 404):
        scene.create(8443, ca_enabled=True, client_ca="1-cn-hangzhou")


def test_mutual_authentication_needs_its_ca_and_a_standard_edition(scene: Scene) -> None:
    with refused("InvalidParameter"):
        scene.create(ca_enabled=True)
    with refused("InvalidParameter"):
        scene.create(client_ca=scene.authority().id)
    basic = Scene.of(scene.world, edition="Basic")
    with refused("InvalidParameter"):
        basic.create(ca_enabled=True, client_ca=scene.authority().id)


def test_server_groups_must_be_there_once_and_in_the_same_network(scene: Scene) -> None:
    elsewhere = scene.alb.create_server_group(vpc="vpc-elsewhere")

    with refused("ResourceNotFound.ServerGroup", 404):
        scene.create(server_groups=("sgp-nowhere",))
    with refused("Mismatch.VpcId"):
        scene.create(server_groups=(elsewhere.id,))
    with refused("InvalidParameter"):
        scene.create(server_groups=(scene.server_group_id,) * 2)


def test_a_grpc_server_group_needs_http_2(scene: Scene) -> None:
    grpc = scene.alb.create_server_group(protocol="gRPC")
    with refused("OperationDenied.GRPCServerGroup"):
        scene.create(80, "HTTP", server_groups=(grpc.id,))
    with refused("OperationDenied.GRPCServerGroup"):
        scene.create(server_groups=(grpc.id,), http2=False)
    listener = scene.run(server_groups=(grpc.id,))

    with refused("OperationDenied.GRPCServerGroup"):
        scene.alb.update_listener_attribute(listener.id, Changes(http2=False))


def test_the_basic_edition_lacks_some_kinds_of_server_groups(scene: Scene) -> None:
    basic = Scene.of(scene.world, edition="Basic")
    alb = scene.alb

    with refused("OperationDenied.ServerGroupProtocolNotSupport"):
        basic.create(server_groups=(alb.create_server_group(protocol="HTTPS").id,))
    with refused("Mismatch.LoadBalancerEditionAndConnectionDrain"):
        basic.create(server_groups=(alb.create_server_group(connection_drain=True).id,))
    with refused("Mismatch.LoadBalancerEditionAndSlowStartEnable"):
        basic.create(server_groups=(alb.create_server_group(slow_start=True).id,))


def test_server_groups_and_servers_are_limited(scene: Scene) -> None:
    scene.alb.limits.server_group_attached = 1
    scene.run()
    with refused("ResourceQuotaExceeded.ServerGroupAttachedNum"):
        scene.create(8443)
    one, two = (scene.alb.create_server_group(servers=("i-1", "i-2")) for _ in range(2))
    scene.alb.limits.server_added = 1
    scene.run(8443, server_groups=(one.id,))
    with refused("ResourceQuotaExceeded.ServerAddedNum"):
        scene.create(9443, server_groups=(two.id,))
    scene.alb.limits.server_added = 2
    scene.alb.limits.servers["Standard"] = 3

    with refused("ResourceQuotaExceeded.LoadBalancerServersNum"):
        scene.create(9443, server_groups=(two.id,))


def test_a_security_policy_must_be_there_ours_and_not_used_too_often(scene: Scene) -> None:
    with refused("ResourceNotFound.SecurityPolicy", 404):
        scene.create(security_policy="tls_cipher_policy_9_9")
    foreign = scene.alb.create_security_policy(owner=OTHER_ACCOUNT)
    with refused("Forbidden.SecurityPolicy", 403):
        scene.create(security_policy=foreign.id)
    scene.alb.limits.security_policy_attached = 1
    ours = scene.alb.create_security_policy()
    scene.run(security_policy=ours.id)

    with refused("ResourceQuotaExceeded.SecurityPolicyAttachedNum"):
        scene.create(8443, security_policy=ours.id)


def test_a_quic_listener_to_upgrade_to_is_judged(scene: Scene) -> None:
    quic = scene.run(443, "QUIC")
    https = scene.run(443, quic_upgrade=True, quic_listener=quic.id)
    assert https.settings.quic_listener == quic.id
    elsewhere = Scene.of(scene.world).run(443, "QUIC")
    foreign = Scene.of(scene.world).run(443, "QUIC")
    foreign.load_balancer.owner = OTHER_ACCOUNT

    for code, status, quic_listener in (
        ("InvalidParameter", 400, None),
        ("ResourceNotFound.Listener", 404, "lsn-nowhere"),
        ("InvalidParameter", 400, https.id),
        ("OperationDenied.CrossLoadBalancerQUICListener", 400, elsewhere.id),
        ("ResourceAlreadyAssociated.Listener", 400, quic.id),
        ("Forbidden.Listener", 403, foreign.id),
    ):
        with refused(code, status):
            scene.create(8443, quic_upgrade=True, quic_listener=quic_listener)


def test_a_quic_upgrade_can_be_repeated_and_taken_back(scene: Scene) -> None:
    quic = scene.run(443, "QUIC")
    https = scene.run(443, quic_upgrade=True, quic_listener=quic.id)
    scene.alb.update_listener_attribute(https.id, Changes(quic_upgrade=True))
    scene.settle()
    assert https.settings.quic_listener == quic.id

    scene.alb.update_listener_attribute(https.id, Changes(quic_upgrade=False))
    scene.settle()

    assert https.settings.quic_listener == ""
    assert scene.run(8443, quic_upgrade=True, quic_listener=quic.id).settings.quic_upgrade


@pytest.mark.parametrize("protocol", ["HTTP", "QUIC"])
@pytest.mark.parametrize(
    "changes",
    [
        {"ca_enabled": True},
        {"client_ca": "1-cn-hangzhou"},
        {"http2": True},
        {"security_policy": "tls_cipher_policy_1_2"},
        {"quic_upgrade": True},
        {"forwarded_for": {"XForwardedForClientCertSubjectDNEnabled": True}},
    ],
)
def test_what_is_for_https_only_is_refused_elsewhere(scene: Scene, protocol: Any, changes: dict[str, Any]) -> None:
    with refused("InvalidParameter"):
        scene.create(protocol=protocol, **changes)


def test_http_takes_no_certificate_and_quic_no_client_port(scene: Scene) -> None:
    with refused("InvalidParameter"):
        scene.create(protocol="HTTP", default_certificate=scene.certificate())
    with refused("InvalidParameter"):
        scene.create(protocol="QUIC", forwarded_for={"XForwardedForClientSrcPortEnabled": True})


@pytest.mark.parametrize(("networks", "good"), [("10.1.1.0/24", True), ("10.0.0.1;::/0", True), ("10.1.1.0/40", False)])
def test_trusted_proxies_are_networks(scene: Scene, networks: str, *, good: bool) -> None:
    forwarded_for = {"XForwardedForClientSourceIpsTrusted": networks}
    if good:
        assert scene.run(forwarded_for=forwarded_for).settings.forwarded_for.items() >= forwarded_for.items()
    else:
        with refused("InvalidParameter"):
            scene.create(forwarded_for=forwarded_for)


def test_a_dry_run_judges_and_changes_nothing(scene: Scene) -> None:
    listener = scene.run()
    calls = len(scene.alb.jobs.entries)
    with refused("DryRunOperation"):
        scene.call("CreateListener", **scene.listener_parameters(ListenerPort=8443, DryRun="true"))
    with refused("ResourceAlreadyExist.Listener"):
        scene.call("CreateListener", **scene.listener_parameters(DryRun="true"))
    for action, more in (
        ("UpdateListenerAttribute", {"GzipEnabled": "false"}),
        ("AssociateAdditionalCertificatesWithListener", {"Certificates__1__CertificateId": scene.certificate("a.b")}),
        ("StopListener", {}),
        ("DeleteListener", {}),
    ):
        with refused("DryRunOperation"):
            scene.call(action, ListenerId=listener.id, DryRun="true", **more)

    assert len(scene.alb.jobs.entries) == calls
    assert scene.status(listener) == "Running"
    assert listener.additional == {}


def test_a_raised_quota_allows_longer_timeouts(scene: Scene) -> None:
    with refused("InvalidParameter"):
        scene.create(idle_timeout=601)
    scene.alb.limits.timeout = 3600
    assert scene.create(idle_timeout=3600).settings.idle_timeout == 3600
