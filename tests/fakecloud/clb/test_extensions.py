"""Extension domains: which instance may have them, whose certificate they need, and what clients are shown."""

from typing import Any

import pytest

from fakecloud.authority import Issued
from fakecloud.world import World
from tests.fakecloud.clb.conftest import RegionalCaller

CREATE, SET, DELETE = "CreateDomainExtension", "SetDomainExtensionAttribute", "DeleteDomainExtension"


@pytest.fixture
def extension(running: dict[str, Any], certificate_id: str) -> dict[str, Any]:
    return {**running, "Domain": "a.shop.example", "ServerCertificateId": certificate_id}


def names_shown(world: World, at: dict[str, Any]) -> list[tuple[str, ...]]:
    shown = world.clb.shown(at["LoadBalancerId"], at["ListenerPort"])
    assert shown is not None
    return [chain.names for chain in shown.additional]


def test_a_name_is_shown_its_own_certificate_after_a_while(
    call: RegionalCaller, extension: dict[str, Any], running: dict[str, Any], certificate_id: str, world: World
) -> None:
    answer = call(CREATE, extension)
    assert answer["ListenerPort"] == 443
    assert names_shown(world, running) == []
    world.advance(world.timing.clb_starting)
    assert names_shown(world, running) == [("a.shop.example",)]
    item = {
        "Domain": "a.shop.example",
        "DomainExtensionId": answer["DomainExtensionId"],
        "ServerCertificateId": certificate_id,
    }
    assert call("DescribeDomainExtensions", running) == {"DomainExtensions": {"DomainExtension": [item]}}
    told = call("DescribeLoadBalancerHTTPSListenerAttribute", running)
    assert told["DomainExtensions"] == {"DomainExtension": [item]}
    identifier = {"DomainExtensionId": answer["DomainExtensionId"]}
    assert call("DescribeDomainExtensionAttribute", identifier) == {**item, **running}
    assert call("DescribeDomainExtensions", running, DomainExtensionId="de-other") == {
        "DomainExtensions": {"DomainExtension": []}
    }


def test_one_change_at_a_time(call: RegionalCaller, extension: dict[str, Any], running: dict[str, Any]) -> None:
    identifier = call(CREATE, extension)["DomainExtensionId"]
    processing = (400, "DomainExtensionProcessing")
    assert call.refused(CREATE, {**extension, "Domain": "b.shop.example"}) == processing
    assert call.refused(DELETE, DomainExtensionId=identifier) == processing
    assert call.refused("StopLoadBalancerListener", running) == (400, "ListenerProcessing")


def test_the_certificate_is_exchanged_in_place(
    call: RegionalCaller, extension: dict[str, Any], content: dict[str, Any], certificate_id: str, world: World
) -> None:
    identifier = call(CREATE, extension)["DomainExtensionId"]
    world.advance(world.timing.clb_starting)
    other = call("UploadServerCertificate", content)["ServerCertificateId"]
    call(SET, DomainExtensionId=identifier, ServerCertificateId=other)
    world.advance(world.timing.clb_starting)
    told = call("DescribeDomainExtensionAttribute", DomainExtensionId=identifier)
    assert told["ServerCertificateId"] == other
    assert world.clb.listeners.by_address[extension["LoadBalancerId"], 443].certificates() == {certificate_id, other}
    in_use = (400, "CertificateAndPrivateKeyIsRefered")
    assert call.refused("DeleteServerCertificate", ServerCertificateId=other) == in_use


def test_a_deleted_name_shows_the_default_again(
    call: RegionalCaller, extension: dict[str, Any], running: dict[str, Any], world: World
) -> None:
    identifier = call(CREATE, extension)["DomainExtensionId"]
    world.advance(world.timing.clb_starting)
    call(DELETE, DomainExtensionId=identifier)
    world.advance(world.timing.clb_starting)
    assert names_shown(world, running) == []


@pytest.mark.parametrize("action", [SET, DELETE, "DescribeDomainExtensionAttribute"])
def test_extensions_are_found_in_their_region_only(
    call: RegionalCaller, extension: dict[str, Any], action: str
) -> None:
    identifier = call(CREATE, extension)["DomainExtensionId"]
    for elsewhere in ({"DomainExtensionId": "de-1"}, {"DomainExtensionId": identifier, "RegionId": "cn-beijing"}):
        assert call.refused(action, elsewhere) == (400, "InvalidParameter.DomainExtensionId")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Domain": None}, "MissingParameter"),
        ({"ServerCertificateId": None}, "MissingParameter"),
        ({"ServerCertificateId": "unknown"}, "CertificateNotExist"),
        ({"Domain": "a_b"}, "InvalidParameter"),
        ({"Domain": "other.example"}, "InvalidParameter"),
        ({"Domain": "deep.a.shop.example"}, "InvalidParameter"),
        ({"Domain": "*.a.shop.example"}, "InvalidParameter"),
    ],
)
def test_extensions_that_are_refused(
    call: RegionalCaller, extension: dict[str, Any], changed: dict[str, Any], code: str
) -> None:
    assert call.refused(CREATE, {**extension, **changed}) == (400, code)


def test_a_listener_has_three_and_each_name_once(call: RegionalCaller, extension: dict[str, Any], world: World) -> None:
    for domain in ("shop.example", "*.shop.example", "a.shop.example"):
        call(CREATE, {**extension, "Domain": domain})
        world.advance(world.timing.clb_starting)
    assert call.refused(CREATE, extension) == (400, "InvalidParameter")
    assert call.refused(CREATE, {**extension, "Domain": "b.shop.example"}) == (400, "OverQuota")


def test_there_must_be_a_listener(call: RegionalCaller, extension: dict[str, Any]) -> None:
    assert call.refused(CREATE, {**extension, "ListenerPort": 8443}) == (404, "ListenerNotFound")


def test_shared_performance_has_none(call: RegionalCaller, settings: dict[str, Any], world: World) -> None:
    shared = {"LoadBalancerId": world.clb.create_load_balancer(spec="").load_balancer_id, "ListenerPort": 443}
    call("CreateLoadBalancerHTTPSListener", {**settings, **shared})
    extension = {**shared, "Domain": "shop.example", "ServerCertificateId": settings["ServerCertificateId"]}
    assert call.refused(CREATE, extension) == (400, "InvalidParameter.SpecNotSupport")


def test_a_stopped_listener_takes_them_at_once(
    call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], certificate_id: str, leaf: Issued, world: World
) -> None:
    call("CreateLoadBalancerHTTPSListener", settings)
    for domain in ("shop.example", "a.shop.example"):
        call(CREATE, at, Domain=domain, ServerCertificateId=certificate_id)
    call("StartLoadBalancerListener", at)
    world.advance(world.timing.clb_starting)
    assert names_shown(world, at) == [("shop.example",), ("a.shop.example",)]
    shown = world.clb.shown(at["LoadBalancerId"], 443)
    assert shown is not None
    assert shown.additional[0].pem == leaf.pem.decode()
