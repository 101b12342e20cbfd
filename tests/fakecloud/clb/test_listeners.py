"""CLB's HTTPS listeners: what creating one needs, its states, and what clients are shown meanwhile."""

from typing import Any

import pytest

from fakecloud import authority
from fakecloud.authority import Issued
from fakecloud.clb.resources import Listener, LoadBalancer
from fakecloud.world import World
from tests.fakecloud.clb.conftest import RegionalCaller

CREATE = "CreateLoadBalancerHTTPSListener"
SET = "SetLoadBalancerHTTPSListenerAttribute"
DESCRIBE = "DescribeLoadBalancerHTTPSListenerAttribute"
START, STOP, DELETE = "StartLoadBalancerListener", "StopLoadBalancerListener", "DeleteLoadBalancerListener"
PROCESSING = (400, "ListenerProcessing")


@pytest.fixture
def other_id(call: RegionalCaller, root: Issued) -> str:
    """Another certificate of the region."""
    leaf = authority.leaf(issuer=root, names=("shop.example", "api.example"), key="rsa-2048")
    content = {"ServerCertificate": leaf.pem.decode(), "PrivateKey": leaf.traditional_key_pem.decode()}
    return str(call("UploadServerCertificate", content)["ServerCertificateId"])


@pytest.fixture
def ca_id(call: RegionalCaller, root: Issued) -> str:
    return str(call("UploadCACertificate", CACertificate=root.pem.decode())["CACertificateId"])


def test_a_new_listener_is_stopped_and_shows_nothing(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], certificate_id: str, world: World
) -> None:
    assert call(CREATE, settings, Tag=[{"Key": "by", "Value": "certdrop"}]) == {}
    told = call(DESCRIBE, at)
    assert (told["Status"], told["ServerCertificateId"], told["Bandwidth"]) == ("stopped", certificate_id, -1)
    assert told["Tags"] == {"Tag": [{"TagKey": "by", "TagValue": "certdrop"}]}
    assert world.clb.shown(at["LoadBalancerId"], 443) is None


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
        ({"CACertificateId": "unknown"}, "CertificateNotExist"),
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


def test_a_port_is_taken_once(
    call: RegionalCaller, settings: dict[str, Any], instance: LoadBalancer, world: World
) -> None:
    call(CREATE, settings)
    assert call.refused(CREATE, settings) == (400, "ListenerAlreadyExists")
    world.clb.listeners.add(Listener(instance.load_balancer_id, 80, "http", {}))
    assert call.refused(CREATE, {**settings, "ListenerPort": 80}) == (400, "InvalidParameter.ListenerPortConflict")


def test_there_are_only_so_many_listeners(call: RegionalCaller, settings: dict[str, Any], world: World) -> None:
    world.clb.listeners.quota = 1
    call(CREATE, settings)
    assert call.refused(CREATE, {**settings, "ListenerPort": 8443}) == (400, "OverQuota")


def status(call: RegionalCaller, at: dict[str, Any]) -> str:
    return str(call(DESCRIBE, at)["Status"])


def test_a_listener_starts_after_a_while(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], leaf: Issued, world: World
) -> None:
    call(CREATE, settings)
    call(START, at, ListenerProtocol="https")
    assert status(call, at) == "starting"
    for action in (START, STOP, DELETE, SET):
        assert call.refused(action, at) == PROCESSING
    assert world.clb.shown(at["LoadBalancerId"], 443) is None
    world.advance(world.timing.clb_starting)
    assert status(call, at) == "running"
    shown = world.clb.shown(at["LoadBalancerId"], 443)
    assert shown is not None
    assert (shown.default.pem, shown.default.names) == (leaf.pem.decode(), ("shop.example", "*.shop.example"))
    assert call.refused(START, at) == (400, "OperationFailed.ListenerStatusNotSupport")


def test_stopping_and_deleting(call: RegionalCaller, running: dict[str, Any], world: World) -> None:
    call(STOP, running)
    assert status(call, running) == "stopping"
    world.advance(world.timing.clb_starting)
    assert status(call, running) == "stopped"
    assert world.clb.shown(running["LoadBalancerId"], 443) is None
    assert call.refused(STOP, running) == (400, "OperationFailed.ListenerStatusNotSupport")
    call(DELETE, running)
    assert call.refused(DESCRIBE, running) == (404, "ListenerNotFound")


def test_another_protocol_on_the_port_is_another_listener(call: RegionalCaller, running: dict[str, Any]) -> None:
    assert call.refused(STOP, running, ListenerProtocol="tcp") == (404, "ListenerNotFound")
    assert call.refused(STOP, running, ListenerProtocol="quic") == (400, "InvalidParameter")


def test_a_new_certificate_is_shown_when_the_change_has_been_made(
    call: RegionalCaller, running: dict[str, Any], other_id: str, certificate_id: str, world: World
) -> None:
    def names() -> tuple[str, ...]:
        shown = world.clb.shown(running["LoadBalancerId"], 443)
        assert shown is not None
        return shown.default.names

    call(SET, running, ServerCertificateId=other_id)
    assert (status(call, running), call(DESCRIBE, running)["ServerCertificateId"]) == ("configuring", other_id)
    assert names() == ("shop.example", "*.shop.example")
    assert call.refused(SET, running, ServerCertificateId=other_id) == PROCESSING
    in_use = (400, "CertificateAndPrivateKeyIsRefered")
    assert call.refused("DeleteServerCertificate", ServerCertificateId=certificate_id) == in_use
    world.advance(world.timing.clb_starting)
    assert status(call, running) == "running"
    assert names() == ("shop.example", "api.example")
    call("DeleteServerCertificate", ServerCertificateId=certificate_id)


def test_what_is_not_sent_is_left_as_it_was(call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any]) -> None:
    call(CREATE, settings, IdleTimeout=20, Description="mine")
    call(SET, at, RequestTimeout=30)
    told = call(DESCRIBE, at)
    assert (told["IdleTimeout"], told["RequestTimeout"], told["Description"]) == (20, 30, "mine")
    assert told["Status"] == "stopped"


def test_a_group_can_be_set_aside(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], instance: LoadBalancer
) -> None:
    call(CREATE, settings, VServerGroupId=next(iter(instance.vserver_groups)))
    call(SET, at, VServerGroup="off")
    assert call(DESCRIBE, at)["VServerGroupId"] == ""


def test_changes_that_are_refused_change_nothing(call: RegionalCaller, running: dict[str, Any]) -> None:
    before = call(DESCRIBE, running)
    assert call.refused(SET, running, ServerCertificateId="unknown") == (400, "CertificateNotExist")
    assert call.refused(SET, running, StickySession="on") == (400, "MissingParameter")
    assert call.refused(SET, running, IdleTimeout=30, DryRun=True) == (400, "DryRunOperation")
    assert call.refused(SET, {**running, "ListenerPort": 444}, IdleTimeout=30) == (404, "ListenerNotFound")
    assert call(DESCRIBE, running) == before


def test_clients_are_asked_for_a_certificate_and_a_tls_version(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], ca_id: str, root: Issued, world: World
) -> None:
    call(CREATE, settings, CACertificateId=ca_id, TLSCipherPolicy="tls_cipher_policy_1_2_strict")
    call(START, at)
    world.advance(world.timing.clb_starting)
    shown = world.clb.shown(at["LoadBalancerId"], 443)
    assert shown is not None
    assert (shown.client_ca_pem, shown.minimum_tls) == (root.pem.decode(), "1.2")


def test_whoever_watches_is_told_of_each_change(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], instance: LoadBalancer, world: World
) -> None:
    seen: list[str] = []
    world.clb.on_change.append(lambda: seen.extend(listener.status for listener in world.clb.tls_listeners()))
    call(CREATE, settings)
    call(START, at)
    world.advance(world.timing.clb_starting)
    assert seen == ["stopped", "starting", "running"]
    (listener,) = world.clb.tls_listeners()
    assert (listener.load_balancer, listener.port, listener.address) == (
        instance.load_balancer_id,
        443,
        instance.address,
    )
    call(DELETE, at)
    assert world.clb.tls_listeners() == []
