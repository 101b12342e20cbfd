"""The hosts that certdrop calls against those that the vendor's own clients do."""

from importlib import import_module

import pytest

from certdrop.cloud.endpoints import ServiceName, endpoint
from certdrop.ports import Settings

PRODUCTS: list[tuple[ServiceName, str]] = [
    ("alb", "alibabacloud_alb20200616"),
    ("clb", "alibabacloud_slb20140515"),
    ("cas", "alibabacloud_cas20200407"),
]
OTHER_REGIONS = ("ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "eu-central-1", "me-east-1")


@pytest.mark.sdk
@pytest.mark.parametrize(("service", "package"), PRODUCTS)
def test_the_vendors_clients_call_the_same_hosts(service: ServiceName, package: str) -> None:
    client = import_module(f"{package}.client").Client
    config = import_module("alibabacloud_tea_openapi.utils_models").Config
    listed = client(config(region_id="cn-hangzhou"))._endpoint_map
    theirs = {region: client(config(region_id=region))._endpoint for region in (*listed, *OTHER_REGIONS)}

    ours = {region: endpoint(service, settings(region), region) for region in theirs}

    assert {host.removeprefix("https://") for host in ours.values()} >= set(listed.values())
    assert ours == {region: f"https://{host}" for region, host in theirs.items()}


def settings(cas_region: str) -> Settings:
    return Settings.model_validate(
        {"bucket": "b", "region": "cn-hangzhou", "account_id": "1234", "cas_region": cas_region}
    )
