"""The settings of CLB's HTTPS listeners: what is told, what is kept, what is refused and with which code."""

from typing import Any

import pytest

from fakecloud.clb.resources import LoadBalancer
from fakecloud.world import World
from tests.fakecloud.clb.conftest import RegionalCaller

CREATE = "CreateLoadBalancerHTTPSListener"
DESCRIBE = "DescribeLoadBalancerHTTPSListenerAttribute"


def test_all_documented_elements_are_told_with_their_defaults(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any]
) -> None:
    call(CREATE, settings)
    told = call(DESCRIBE, at)
    assert told.pop("ServerCertificateId")
    assert told == {
        **at,
        "AclId": "",
        "AclIds": {"AclId": []},
        "AclStatus": "off",
        "AclType": "",
        "BackendServerPort": 80,
        "Bandwidth": -1,
        "CACertificateId": "",
        "Cookie": "",
        "CookieTimeout": 0,
        "Description": "",
        "DomainExtensions": {"DomainExtension": []},
        "EnableHttp2": "on",
        "Gzip": "on",
        "HealthCheck": "off",
        "HealthCheckConnectPort": 0,
        "HealthCheckDomain": "",
        "HealthCheckHttpCode": "http_2xx",
        "HealthCheckInterval": 2,
        "HealthCheckMethod": "head",
        "HealthCheckTimeout": 5,
        "HealthCheckURI": "/",
        "HealthyThreshold": 3,
        "IdleTimeout": 15,
        "RequestTimeout": 60,
        "Rules": {"Rule": []},
        "Scheduler": "wrr",
        "SecurityStatus": "on",
        "Status": "stopped",
        "StickySession": "off",
        "StickySessionType": "",
        "TLSCipherPolicy": "tls_cipher_policy_1_0",
        "Tags": {"Tag": []},
        "UnhealthyThreshold": 3,
        "VServerGroupId": "",
        "XForwardedFor": "on",
        **{
            f"XForwardedFor_ClientCert{name}": "off"
            for name in ("ClientVerify", "Fingerprint", "IssuerDN", "SubjectDN")
        },
        "XForwardedFor_ClientSrcPort": "off",
        "XForwardedFor_SLBID": "off",
        "XForwardedFor_SLBIP": "off",
        "XForwardedFor_SLBPORT": "off",
        "XForwardedFor_proto": "off",
    }


def test_every_parameter_of_the_page_is_kept(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], instance: LoadBalancer, world: World, ca_id: str
) -> None:
    more = {
        "AclId": world.clb.create_access_control_list(),
        "AclStatus": "on",
        "AclType": "white",
        "CACertificateId": ca_id,
        "Cookie": "SHOP1",
        "CookieTimeout": 86400,
        "Description": "HTTPS_443/a.b-c",
        "EnableHttp2": "off",
        "Gzip": "off",
        "HealthCheck": "on",
        "HealthCheckConnectPort": 8080,
        "HealthCheckDomain": "$_ip",
        "HealthCheckHttpCode": "http_2xx,http_3xx",
        "HealthCheckInterval": 50,
        "HealthCheckMethod": "get",
        "HealthCheckTimeout": 300,
        "HealthCheckURI": "/test/index.html",
        "HealthyThreshold": 10,
        "IdleTimeout": 60,
        "RequestTimeout": 180,
        "Scheduler": "rr",
        "StickySession": "on",
        "StickySessionType": "server",
        "TLSCipherPolicy": "tls_cipher_policy_1_2_strict_with_1_3",
        "UnhealthyThreshold": 2,
        "VServerGroupId": next(iter(instance.vserver_groups)),
        "XForwardedFor": "off",
        "XForwardedFor_ClientSrcPort": "on",
        "XForwardedFor_SLBID": "on",
        "XForwardedFor_SLBIP": "on",
        "XForwardedFor_SLBPORT": "on",
        "XForwardedFor_proto": "on",
    }
    call(CREATE, {**settings, **more})
    told = call(DESCRIBE, at)
    assert {name: told[name] for name in more} == more
    assert told["AclIds"] == {"AclId": [more["AclId"]]}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"LoadBalancerId": None}, "MissingParameter"),
        ({"ListenerPort": None}, "MissingParameter"),
        ({"Bandwidth": None}, "MissingParameter"),
        ({"HealthCheck": None}, "MissingParameter"),
        ({"BackendServerPort": None}, "MissingParameter"),
        ({"ServerCertificateId": None}, "MissingParam.ServerCertificates"),
        ({"ServerCertificateId": "unknown"}, "CertificateNotExist"),
        ({"ListenerPort": 0}, "InvalidParameter"),
        ({"ListenerPort": 65536}, "InvalidParameter"),
        ({"BackendServerPort": 65536}, "InvalidParameter"),
        ({"Bandwidth": 0}, "InvalidParameter"),
        ({"Bandwidth": -2}, "InvalidParameter"),
        ({"Bandwidth": 5121}, "InvalidParameter"),
        ({"HealthCheck": "On"}, "InvalidParameter"),
        ({"IdleTimeout": 61}, "InvalidParameter.IdleTimeout"),
        ({"RequestTimeout": 181}, "InvalidParameter.RequestTimeout"),
        ({"HealthyThreshold": 1}, "InvalidParameter"),
        ({"UnhealthyThreshold": 11}, "InvalidParameter"),
        ({"HealthCheckTimeout": 301}, "InvalidParameter"),
        ({"HealthCheckInterval": 51}, "InvalidParameter"),
        ({"HealthCheckConnectPort": 0}, "InvalidParameter"),
        ({"HealthCheckURI": "/"}, "InvalidParameter"),
        ({"HealthCheckURI": "index"}, "InvalidParameter"),
        ({"HealthCheckHttpCode": "http_1xx"}, "InvalidParameter"),
        ({"HealthCheckMethod": "post"}, "InvalidParameter"),
        ({"HealthCheckDomain": "a b"}, "InvalidParameter"),
        ({"Scheduler": "wlc"}, "InvalidParameter"),
        ({"Description": "a b"}, "InvalidParameter"),
        ({"VServerGroupId": "rsp-unknown"}, "InvalidParameter"),
        ({"TLSCipherPolicy": "tls_cipher_policy_9"}, "InvalidTLSPolicyId.NotExist"),
        ({"StickySession": "on"}, "MissingParameter"),
        ({"StickySession": "on", "StickySessionType": "insert"}, "MissingParameter"),
        ({"StickySession": "on", "StickySessionType": "server"}, "MissingParameter"),
        ({"StickySession": "on", "StickySessionType": "server", "Cookie": "$a"}, "InvalidParameter"),
        ({"StickySession": "on", "StickySessionType": "server", "Cookie": "a;b"}, "InvalidParameter"),
        ({"StickySession": "on", "StickySessionType": "insert", "CookieTimeout": 86401}, "InvalidParameter"),
        ({"AclStatus": "on"}, "MissingParameter"),
        ({"AclStatus": "on", "AclId": "acl-1"}, "MissingParameter"),
        ({"AclStatus": "on", "AclId": "acl-1", "AclType": "white"}, "AclNotExist"),
        ({"AclType": "grey"}, "InvalidParameter"),
        ({"Tag": [{"Key": "k", "Value": ""}]}, "InvalidParam.TagValue"),
        ({"Tag": [{"Key": "k" * 65}]}, "InvalidParam.TagKey"),
        ({"Colour": "red"}, "UnsupportedParameter"),
    ],
)
def test_settings_that_are_refused(
    call: RegionalCaller, settings: dict[str, Any], changed: dict[str, Any], code: str, world: World
) -> None:
    assert call.refused(CREATE, {**settings, **changed}) == (400, code)
    assert not world.clb.listeners.by_address


def test_certificates_of_the_wrong_type(
    call: RegionalCaller, settings: dict[str, Any], certificate_id: str, ca_id: str
) -> None:
    mismatch = (400, "CertificateTypeMismatched")
    assert call.refused(CREATE, {**settings, "ServerCertificateId": ca_id}) == mismatch
    assert call.refused(CREATE, {**settings, "CACertificateId": certificate_id}) == mismatch


def test_a_missing_client_ca_has_a_code_of_its_own(call: RegionalCaller, settings: dict[str, Any]) -> None:
    assert call.refused(CREATE, settings, CACertificateId="unknown") == (404, "ResourceNotFound.Certificate")


def test_certificates_of_another_region_do_not_exist(
    call: RegionalCaller, settings: dict[str, Any], content: dict[str, Any]
) -> None:
    elsewhere = call("UploadServerCertificate", content, RegionId="cn-beijing")["ServerCertificateId"]
    assert call.refused(CREATE, {**settings, "ServerCertificateId": elsewhere}) == (400, "CertificateNotExist")


def test_instances_are_found_in_their_region_only(call: RegionalCaller, settings: dict[str, Any]) -> None:
    not_found = (404, "InvalidLoadBalancerId.NotFound")
    assert call.refused(CREATE, {**settings, "LoadBalancerId": "lb-unknown"}) == not_found
    assert call.refused(CREATE, settings, RegionId="cn-beijing") == not_found


def test_bandwidth_follows_how_the_instance_is_paid(
    call: RegionalCaller, settings: dict[str, Any], world: World
) -> None:
    paid = world.clb.create_load_balancer(internet_charge_type="paybybandwidth", bandwidth=10)
    settings["LoadBalancerId"] = paid.load_balancer_id
    for bandwidth in (-1, 11):
        assert call.refused(CREATE, {**settings, "Bandwidth": bandwidth}) == (400, "InvalidParameter")
    assert call(CREATE, {**settings, "Bandwidth": 10}) == {}


def test_shared_performance_has_no_tls_policies(call: RegionalCaller, settings: dict[str, Any], world: World) -> None:
    shared = world.clb.create_load_balancer(spec="")
    settings["LoadBalancerId"] = shared.load_balancer_id
    refusal = call.refused(CREATE, settings, TLSCipherPolicy="tls_cipher_policy_1_2")
    assert refusal == (400, "InvalidParameter.SpecNotSupport")
    assert call(CREATE, settings) == {}


def test_ipv6_instances(call: RegionalCaller, settings: dict[str, Any], world: World) -> None:
    instance = world.clb.create_load_balancer(ip_version="ipv6")
    settings["LoadBalancerId"] = instance.load_balancer_id
    acl = {"AclStatus": "on", "AclType": "black", "AclId": world.clb.create_access_control_list("ipv4")}
    assert call.refused(CREATE, settings, XForwardedFor="on") == (400, "ListenerForwardNotSupport")
    assert call.refused(CREATE, {**settings, **acl}) == (400, "IpVersionConflict")


def test_groups_of_master_and_slave_are_not_for_https(
    call: RegionalCaller, settings: dict[str, Any], instance: LoadBalancer
) -> None:
    instance.master_slave_groups.add("rsp-pair")
    refusal = call.refused(CREATE, settings, VServerGroupId="rsp-pair")
    assert refusal == (400, "InvalidParameter.VServerGroupId")


def test_an_own_tls_policy_says_which_versions_are_shown(
    call: RegionalCaller, running: dict[str, Any], instance: LoadBalancer, world: World
) -> None:
    policy = world.clb.create_tls_policy("1.1")
    call("SetLoadBalancerHTTPSListenerAttribute", running, TLSCipherPolicy=policy)
    world.advance(world.timing.clb_starting)
    shown = world.clb.shown(instance.load_balancer_id, 443)
    assert shown is not None
    assert shown.minimum_tls == "1.1"


def test_a_bound_acl_and_policy_do_not_count_their_own_listener(
    call: RegionalCaller, running: dict[str, Any], world: World
) -> None:
    acl, policy = world.clb.create_access_control_list(), world.clb.create_tls_policy()
    world.clb.access.limits.listeners_of_acl = world.clb.tls_policies.most_listeners = 1
    bound = {"AclStatus": "on", "AclType": "white", "AclId": acl, "TLSCipherPolicy": policy}
    for _ in range(2):
        call("SetLoadBalancerHTTPSListenerAttribute", {**running, **bound})
        world.advance(world.timing.clb_starting)


def test_the_certificates_of_others_are_not_told(call: RegionalCaller, certificate_id: str, world: World) -> None:
    world.clb.certificates.server[certificate_id].owner = "9999999999999999"
    assert call("DescribeServerCertificates") == {"ServerCertificates": {"ServerCertificate": []}}
