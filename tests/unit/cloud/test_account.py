"""Which host each service is called at."""

from typing import Any

import httpx
import pytest

from certdrop.cloud.endpoints import ServiceName, endpoint
from certdrop.ports import Settings
from tests.unit.cloud.doubles import answering

CASES: list[tuple[ServiceName, str, str]] = [
    ("alb", "cn-hangzhou", "https://alb.cn-hangzhou.aliyuncs.com"),
    ("alb", "cn-hangzhou-finance", "https://alb.cn-hangzhou.aliyuncs.com"),
    ("clb", "cn-hangzhou", "https://slb.aliyuncs.com"),
    ("clb", "us-west-1", "https://slb.aliyuncs.com"),
    ("clb", "cn-shanghai-finance-1", "https://slb.aliyuncs.com"),
    ("clb", "eu-central-1", "https://slb.eu-central-1.aliyuncs.com"),
    ("mns", "cn-beijing", "https://1234.mns.cn-beijing.aliyuncs.com"),
    ("oss", "cn-beijing", "https://oss-cn-beijing.aliyuncs.com"),
    ("cas", "cn-beijing", "https://cas.aliyuncs.com"),
]


def settings(**given: object) -> Settings:
    return Settings.model_validate({"bucket": "b", "region": "cn-hangzhou", "account_id": "1234", **given})


@pytest.mark.parametrize(("service", "region", "expected"), CASES)
def test_the_vendors_rules(service: ServiceName, region: str, expected: str) -> None:
    assert endpoint(service, settings(), region) == expected


VPC_CASES: list[tuple[ServiceName, str, str]] = [
    ("alb", "cn-hangzhou", "https://alb-vpc.cn-hangzhou.aliyuncs.com"),
    ("clb", "cn-hangzhou", "https://slb-vpc.cn-hangzhou.aliyuncs.com"),
    ("cas", "cn-hangzhou", "https://cas-vpc.cn-hangzhou.aliyuncs.com"),
    ("mns", "cn-hangzhou", "https://1234.mns.cn-hangzhou-internal.aliyuncs.com"),
    ("oss", "cn-hangzhou", "https://oss-cn-hangzhou-internal.aliyuncs.com"),
    ("alb", "cn-beijing", "https://alb.cn-beijing.aliyuncs.com"),
    ("clb", "cn-beijing", "https://slb.aliyuncs.com"),
]
CAS_CASES = [
    ({}, "cas.aliyuncs.com"),
    ({"site": "international"}, "cas.ap-southeast-1.aliyuncs.com"),
    ({"site": "international", "cas_region": "eu-central-1"}, "cas.eu-central-1.aliyuncs.com"),
    ({"cas_region": "ap-southeast-1"}, "cas.ap-southeast-1.aliyuncs.com"),
    ({"cas_region": "cn-hongkong"}, "cas.aliyuncs.com"),
    ({"network": "vpc", "region": "cn-beijing"}, "cas.aliyuncs.com"),
    ({"network": "vpc", "region": "ap-southeast-1", "site": "international"}, "cas-vpc.ap-southeast-1.aliyuncs.com"),
    ({"network": "vpc", "region": "eu-central-1", "cas_region": "eu-central-1"}, "cas.eu-central-1.aliyuncs.com"),
]


@pytest.mark.parametrize(("service", "region", "expected"), VPC_CASES)
def test_hosts_of_the_vpc_are_called_in_the_own_region_only(service: ServiceName, region: str, expected: str) -> None:
    assert endpoint(service, settings(network="vpc"), region) == expected


@pytest.mark.parametrize(("given", "host"), CAS_CASES)
def test_cas_answers_where_it_keeps_the_certificates_wherever_the_load_balancer_is(given: Any, host: str) -> None:
    assert endpoint("cas", settings(**given), "us-east-1") == f"https://{host}"


@pytest.mark.parametrize("region", ["cn-guangzhou", "cn-heyuan"])
def test_cas_has_no_host_in_regions_that_the_vendors_table_lacks(region: str) -> None:
    assert endpoint("cas", settings(cas_region=region), region) == "https://cas.aliyuncs.com"


@pytest.mark.parametrize("service", ["alb", "clb", "mns", "oss", "cas"])
def test_settings_override_every_rule(service: ServiceName) -> None:
    given = settings(endpoints={service: "http://127.0.0.1:1234/"})
    assert endpoint(service, given, "cn-hangzhou") == "http://127.0.0.1:1234"


def test_each_service_is_called_at_its_host() -> None:
    cloud = answering({"ListenerId": "l", "ListenerPort": 1, "ListenerStatus": "Running"})
    account = cloud.account()
    account.alb("cn-beijing").get_listener_attribute("l")
    account.clb("eu-central-1").describe_server_certificates()
    account.cas.list_certificates()
    assert [request.url.host for request in cloud.requests] == [
        "alb.cn-beijing.aliyuncs.com",
        "slb.eu-central-1.aliyuncs.com",
        "cas.aliyuncs.com",
    ]


def test_the_bucket_keeps_its_date_for_the_whole_invocation() -> None:
    date = "Sun, 22 Nov 2026 01:00:00 GMT"
    account = answering(httpx.Response(204, headers={"date": date})).account()
    account.oss.delete_object("k")
    assert account.oss.date is not None
    assert account.oss is account.oss
    assert account.queues is account.queues
    assert account.cas is account.cas
