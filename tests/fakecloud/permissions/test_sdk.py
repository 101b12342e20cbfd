"""The vendor's SDKs read a denial: its code, and the detail of who may not do what."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_alb20200616 import models
from alibabacloud_alb20200616.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException
from alibabacloud_tea_openapi.utils_models import Config
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from fakecloud.server import Server
from fakecloud.world import Identity, World
from tests.fakecloud.permissions.conftest import Grant

pytestmark = pytest.mark.sdk


@pytest.fixture
def server(start_server: Callable[..., Server], world: World) -> Server:
    return start_server(world)


@pytest.mark.parametrize("options", [{}, {"signature_algorithm": "v2"}], ids=["V3", "V1"])
def test_the_sdk_of_today_tells_a_denial_with_its_detail(server: Server, grant: Grant, options: dict[str, Any]) -> None:
    role = grant(("alb:List*", "*"))
    client = Client(
        Config(
            access_key_id=role.access_key_id,
            access_key_secret=role.secret,
            security_token=role.token,
            endpoint=f"127.0.0.1:{server.port}",
            protocol="HTTP",
            region_id="cn-hangzhou",
            **options,
        )
    )
    client.list_listeners(models.ListListenersRequest())
    with pytest.raises(ClientException) as caught:
        client.get_load_balancer_attribute(models.GetLoadBalancerAttributeRequest(load_balancer_id="alb-1"))
    assert (caught.value.status_code, caught.value.code) == (403, "NoPermission")
    detail = caught.value.access_denied_detail
    assert detail["AuthAction"] == "alb:GetLoadBalancerAttribute"
    assert detail["NoPermissionType"] == "ImplicitDeny"


def test_the_sdk_of_yesterday_tells_a_denial(server: Server, grant: Grant) -> None:
    role: Identity = grant()
    client = AcsClient(
        region_id="cn-hangzhou", credential=StsTokenCredential(role.access_key_id, role.secret, role.token)
    )
    request = CommonRequest(domain=f"127.0.0.1:{server.port}", version="2014-05-15", action_name="DescribeRegions")
    request.set_protocol_type("http")
    request.set_method("POST")
    with pytest.raises(ServerException) as caught:
        json.loads(client.do_action_with_exception(request))
    assert (caught.value.get_http_status(), caught.value.get_error_code()) == (403, "NoPermission")
    assert "slb:DescribeRegions" in caught.value.get_error_msg()
