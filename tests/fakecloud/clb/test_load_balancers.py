"""CLB's instances as they are described: three lists of ports, filters, pages, regions."""

from typing import Any

import httpx
import pytest

from fakecloud.clb.resources import LoadBalancer
from fakecloud.world import ACCESS_KEY_ID, World
from tests.fakecloud.clb.conftest import RegionalCaller
from tests.fakecloud.rpc.calling import Caller


def test_an_instance_tells_its_listeners_thrice(
    call: RegionalCaller, instance: LoadBalancer, settings: dict[str, Any]
) -> None:
    call("CreateLoadBalancerHTTPSListener", settings, Description="shop")
    told = call("DescribeLoadBalancerAttribute", LoadBalancerId=instance.load_balancer_id)
    assert told["ListenerPorts"] == {"ListenerPort": [443]}
    assert told["ListenerPortsAndProtocal"] == {
        "ListenerPortAndProtocal": [{"ListenerPort": 443, "ListenerProtocal": "https"}]
    }
    assert told["ListenerPortsAndProtocol"] == {
        "ListenerPortAndProtocol": [
            {
                "Description": "shop",
                "ForwardPort": 0,
                "ListenerForward": "off",
                "ListenerPort": 443,
                "ListenerProtocol": "https",
            }
        ]
    }
    assert (told["Address"], told["LoadBalancerStatus"]) == ("203.0.113.1", "active")
    assert (told["LoadBalancerSpec"], told["NetworkType"]) == ("slb.s1.small", "classic")


def test_an_unknown_instance_is_not_found(call: RegionalCaller) -> None:
    refusal = call.refused("DescribeLoadBalancerAttribute", LoadBalancerId="lb-unknown")
    assert refusal == (404, "InvalidLoadBalancerId.NotFound")


def found(call: RegionalCaller, **filters: Any) -> list[str]:
    answer = call("DescribeLoadBalancers", filters)
    return [item["LoadBalancerName"] for item in answer["LoadBalancers"]["LoadBalancer"]]


def test_instances_are_found_by_what_they_are(call: RegionalCaller, world: World) -> None:
    web = world.clb.create_load_balancer("web")
    web.tags = (("env", "test"),)
    inner = world.clb.create_load_balancer("inner", address_type="intranet", vpc_id="vpc-1")
    world.clb.create_load_balancer("north", region="cn-beijing")
    assert found(call) == ["web", "inner"]
    assert found(call, RegionId="cn-beijing") == ["north"]
    assert found(call, LoadBalancerId=f"{web.load_balancer_id},{inner.load_balancer_id}") == ["web", "inner"]
    assert found(call, LoadBalancerName="inner") == ["inner"]
    assert found(call, AddressType="intranet", VpcId="vpc-1", NetworkType="vpc") == ["inner"]
    assert found(call, Address=web.address) == ["web"]
    assert found(call, Tag=[{"Key": "env", "Value": "test"}]) == ["web"]
    assert found(call, Tags='[{"TagKey": "env", "TagValue": "other"}]') == []
    assert found(call, ServerId="i-1") == []


@pytest.mark.parametrize(
    "filters", [{"LoadBalancerId": ",".join("abcdefghijk")}, {"Tags": "{"}, {"Tags": "[1]"}, {"PageSize": 101}]
)
def test_filters_that_are_refused(call: RegionalCaller, filters: dict[str, Any]) -> None:
    assert call.refused("DescribeLoadBalancers", filters) == (400, "InvalidParameter")


def test_instances_are_paged(call: RegionalCaller, world: World) -> None:
    for number in range(12):
        world.clb.create_load_balancer(f"lb{number}")
    assert len(found(call)) == 10
    assert found(call, PageNumber=3, PageSize=5) == ["lb10", "lb11"]
    answer = call("DescribeLoadBalancers", PageNumber=2)
    assert (answer["TotalCount"], answer["PageNumber"], answer["PageSize"]) == (12, 2, 10)


def test_an_address_is_given_once(world: World) -> None:
    addresses = {world.clb.create_load_balancer(address_type=kind).address for kind in ("internet", "intranet") * 3}
    assert len(addresses) == 6


def test_regions_say_where_they_are_served(client: httpx.Client, world: World) -> None:
    call = Caller(client, "clb", world.identities[ACCESS_KEY_ID])
    regions = call("DescribeRegions", AcceptLanguage="en-US")["Regions"]["Region"]
    endpoints = {region["RegionId"]: region["RegionEndpoint"] for region in regions}
    assert endpoints["cn-hangzhou"] == "slb.aliyuncs.com"
    assert endpoints["eu-central-1"] == "slb.eu-central-1.aliyuncs.com"


def test_the_shared_endpoint_wants_a_region(client: httpx.Client, world: World) -> None:
    call = Caller(client, "clb", world.identities[ACCESS_KEY_ID])
    assert call.refused("DescribeServerCertificates", host="slb.aliyuncs.com") == (400, "MissingParameter")
    assert call("DescribeServerCertificates", host="slb.eu-central-1.aliyuncs.com")
