"""What ALB, CLB and CAS ask of a role's policy: by the tables of their pages, and through the wire."""

import base64
import json
from typing import Any

import httpx
import pytest

from fakecloud.ram import Wish
from fakecloud.rpc.gateway import services_of
from fakecloud.rpc.permissions import FINDERS, find_needs
from fakecloud.world import World
from tests.fakecloud.alb.scene import Scene
from tests.fakecloud.permissions.conftest import Grant
from tests.fakecloud.rpc.calling import Caller

ALB, SLB = "acs:alb:cn-hangzhou:1234567890123456", "acs:slb:cn-hangzhou:1234567890123456"
GROUP = "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId"


def resources(world: World, service: str, action: str, **pairs: str) -> list[str]:
    """Return what is asked for, without the account."""
    sent = {name.replace("__", "."): value for name, value in pairs.items()}
    needs = find_needs(world, service, action, sent, "cn-hangzhou")
    assert {need.action.partition(":")[2] for need in needs} == {action}
    return [need.resource.split(":", 4)[-1] for need in needs]


@pytest.mark.parametrize(
    ("action", "pairs", "expected"),
    [
        ("CreateListener", {"LoadBalancerId": "alb-1"}, ["loadbalancer/alb-1"]),
        (
            "CreateListener",
            {"LoadBalancerId": "alb-1", "SecurityPolicyId": "p", GROUP.replace(".", "__"): "g"},
            ["loadbalancer/alb-1", "securitypolicy/p", "servergroup/g"],
        ),
        ("ListListeners", {"LoadBalancerIds__1": "alb-1", "LoadBalancerIds__2": "alb-2"}, 2),
        ("ListListeners", {}, ["loadbalancer/*"]),
        ("GetLoadBalancerAttribute", {"LoadBalancerId": "alb-1"}, ["loadbalancer/alb-1"]),
        ("GetListenerAttribute", {"ListenerId": "lsn-unknown"}, ["loadbalancer/*"]),
        ("UpdateListenerAttribute", {"ListenerId": "x", "QuicConfig__QuicListenerId": "y"}, ["loadbalancer/*"]),
        ("ListLoadBalancers", {}, ["loadbalancer/*"]),
        ("ListAsynJobs", {"JobIds__1": "j"}, ["*"]),
    ],
)
def test_alb_asks_for_what_its_pages_say(world: World, action: str, pairs: dict[str, str], expected: Any) -> None:
    found = resources(world, "alb", action, **pairs)
    assert found == expected or len(found) == expected


def test_a_listener_is_asked_for_by_its_load_balancer(world: World) -> None:
    scene = Scene.of(world)
    listener = scene.create()
    for action in (
        "UpdateListenerAttribute",
        "AssociateAdditionalCertificatesWithListener",
        "ListListenerCertificates",
    ):
        assert resources(world, "alb", action, ListenerId=listener.id) == [f"loadbalancer/{scene.load_balancer_id}"]
    assert resources(world, "alb", "ListListeners", ListenerIds__1=listener.id) == [
        f"loadbalancer/{scene.load_balancer_id}"
    ]


@pytest.mark.parametrize(
    ("action", "pairs", "expected"),
    [
        (
            "CreateLoadBalancerHTTPSListener",
            {"LoadBalancerId": "lb-1", "ServerCertificateId": "c", "CACertificateId": "ca", "AclId": "acl-1"},
            ["loadbalancer/lb-1", "certificate/c", "certificate/ca", "acl/acl-1"],
        ),
        ("SetLoadBalancerHTTPSListenerAttribute", {"LoadBalancerId": "lb-1"}, ["loadbalancer/lb-1"]),
        ("StartLoadBalancerListener", {"LoadBalancerId": "lb-1"}, ["loadbalancer/lb-1"]),
        ("DescribeLoadBalancers", {"LoadBalancerId": "lb-1,lb-2"}, ["loadbalancer/lb-1", "loadbalancer/lb-2"]),
        ("DescribeLoadBalancers", {}, ["loadbalancer/*"]),
        ("CreateDomainExtension", {"LoadBalancerId": "lb-1", "ServerCertificateId": "c"}, ["loadbalancer/lb-1"]),
        ("SetDomainExtensionAttribute", {"DomainExtensionId": "de-unknown"}, ["loadbalancer/*"]),
        ("UploadCACertificate", {"CACertificateName": "n"}, ["certificate/*"]),
        ("DescribeServerCertificates", {"ServerCertificateId": "c"}, ["certificate/*"]),
        ("DescribeCACertificates", {}, ["certificate/*"]),
        ("DeleteServerCertificate", {"ServerCertificateId": "c"}, ["certificate/c"]),
        ("UploadServerCertificate", {"ServerCertificateName": "n"}, ["*"]),
        ("DescribeRegions", {}, ["*"]),
    ],
)
def test_clb_asks_for_what_its_pages_say(world: World, action: str, pairs: dict[str, str], expected: list[str]) -> None:
    assert resources(world, "clb", action, **pairs) == expected


def test_the_table_names_only_operations_that_there_are(world: World) -> None:
    known = {(service.name, action) for service in services_of(world) for action in service.operations}
    assert set(FINDERS) <= known


def test_cas_has_another_name_in_policies_and_no_resources(world: World) -> None:
    assert find_needs(world, "cas", "UploadUserCertificate", {"Name": "n"}, "cn-hangzhou") == (
        Wish("yundun-cert:UploadUserCertificate", "*"),
    )


def test_a_resource_lies_in_the_region_of_the_call(client: httpx.Client, grant: Grant) -> None:
    caller = Caller(client, "clb", grant(("slb:Describe*", f"{SLB}:certificate/*")))
    assert caller.send("DescribeServerCertificates", {"RegionId": "cn-hangzhou"}).status_code == 200
    assert caller.send("DescribeServerCertificates", {"RegionId": "cn-beijing"}).status_code == 403


def test_a_denial_says_who_may_not_do_what(client: httpx.Client, grant: Grant) -> None:
    answer = Caller(client, "alb", grant()).send("GetLoadBalancerAttribute", {"LoadBalancerId": "alb-1"})
    document = answer.json()
    assert answer.status_code == 403
    assert document["Code"] == "NoPermission"
    assert document["Message"].endswith(f"Resource: {ALB}:loadbalancer/alb-1 Action: alb:GetLoadBalancerAttribute")
    detail = document["AccessDeniedDetail"]
    diagnosis = json.loads(base64.b64decode(detail.pop("EncodedDiagnosticMessage")))
    assert detail == {
        "AuthAction": "alb:GetLoadBalancerAttribute",
        "AuthPrincipalType": "AssumedRoleUser",
        "AuthPrincipalDisplayName": "tester:fakecloud",
        "AuthPrincipalOwnerId": "1234567890123456",
        "NoPermissionType": "ImplicitDeny",
        "PolicyType": "AccountLevelIdentityBasedPolicy",
    }
    assert diagnosis["AuthResource"] == f"{ALB}:loadbalancer/alb-1"


def test_an_explicit_denial_says_so_and_wins_over_one_of_several_resources(client: httpx.Client, grant: Grant) -> None:
    role = grant(("alb:*", "*"), denied=f"{ALB}:securitypolicy/old")
    sent = {"LoadBalancerId": "alb-1", "ListenerProtocol": "HTTPS", "ListenerPort": 443, "SecurityPolicyId": "old"}
    document = Caller(client, "alb", role).send("CreateListener", sent).json()
    assert document["AccessDeniedDetail"]["NoPermissionType"] == "ExplicitDeny"
    assert document["AccessDeniedDetail"]["AuthAction"] == "alb:CreateListener"


def test_a_call_goes_on_once_all_it_needs_is_granted(client: httpx.Client, grant: Grant) -> None:
    role = grant(("cas:*", "*"))
    assert Caller(client, "cas", role).send("ListCertificates").json()["Code"] == "NoPermission"
    role = grant(("yundun-cert:listcertificates", "*"))
    assert Caller(client, "cas", role).send("ListCertificates").status_code == 200
