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


def test_a_new_listener_is_stopped_and_shows_nothing(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], certificate_id: str, world: World
) -> None:
    assert call(CREATE, settings, Tag=[{"Key": "by", "Value": "certdrop"}]) == {}
    told = call(DESCRIBE, at)
    assert (told["Status"], told["ServerCertificateId"], told["Bandwidth"]) == ("stopped", certificate_id, -1)
    assert told["Tags"] == {"Tag": [{"TagKey": "by", "TagValue": "certdrop"}]}
    assert world.clb.shown(at["LoadBalancerId"], 443) is None


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
