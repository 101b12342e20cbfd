"""ALB's parameters: what is refused at the door."""

from typing import Any

import pytest

from fakecloud.alb.errors import CODES, refusal
from tests.fakecloud.alb.scene import Scene, refused

GROUP = "DefaultActions__1__ForwardGroupConfig__ServerGroupTuples__{}__ServerGroupId"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ListenerProtocol": "TCP"},
        {"ListenerPort": 0},
        {"ListenerPort": 65536},
        {"ListenerPort": "https"},
        {"ListenerDescription": "x"},
        {"ListenerDescription": "x" * 257},
        {"ListenerDescription": "semi;colon"},
        {"IdleTimeout": 0},
        {"IdleTimeout": 601},
        {"RequestTimeout": 0},
        {"RequestTimeout": 601},
        {"GzipEnabled": "yes"},
        {"Certificates__2__CertificateId": "2-cn-hangzhou"},
        {"CaCertificates__1__CertificateId": "1", "CaCertificates__2__CertificateId": "2"},
        {"DefaultActions__1__Type": "Redirect"},
        {"DefaultActions__2__Type": "ForwardGroup", "DefaultActions__2__ForwardGroupConfig__ServerGroupTuples": "x"},
        {GROUP.format(number): f"sgp-{number}" for number in range(2, 22)},
        {"XForwardedForConfig__XForwardedForProcessingMode": "keep"},
        {"XForwardedForConfig__XForwardedForClientCertSubjectDNAlias": "Capital"},
        {"XForwardedForConfig__XForwardedForClientCertIssuerDNAlias": "x" * 41},
        {"Tag__1__Key": "acs:mine", "Tag__1__Value": ""},
        {"Tag__1__Key": "aliyun", "Tag__1__Value": ""},
        {"Tag__1__Key": "env", "Tag__1__Value": "see http://shop.example"},
        {"Tag__1__Key": "k" * 129, "Tag__1__Value": ""},
        {"Tag__1__Key": "k", "Tag__1__Value": "v" * 129},
        {"Tag__1__Key": "k", "Tag__1__Value": "1", "Tag__2__Key": "k", "Tag__2__Value": "2"},
        {f"Tag__{number}__Key": f"k{number}" for number in range(1, 22)},
        {"ClientToken": "t" * 65},
        {"ClientToken": "täglich"},
        {"SecurityPolicyId": ""},
    ],
)
def test_create_listener_refuses_wrong_parameters(scene: Scene, wrong: dict[str, Any]) -> None:
    with refused("InvalidParameter"):
        scene.call("CreateListener", **scene.listener_parameters(**wrong))
    assert scene.alb.listeners == {}


@pytest.mark.parametrize(
    "name", ["LoadBalancerId", "ListenerProtocol", "ListenerPort", "DefaultActions__1__Type", GROUP.format(1)]
)
def test_create_listener_refuses_a_call_that_lacks_a_required_parameter(scene: Scene, name: str) -> None:
    with refused("MissingParameter"):
        scene.call("CreateListener", **scene.listener_parameters(**{name: None}))


def test_an_unknown_parameter_is_refused(scene: Scene) -> None:
    with refused("UnsupportedParameter"):
        scene.call("CreateListener", **scene.listener_parameters(ListenerName="https"))


@pytest.mark.parametrize(
    ("action", "wrong"),
    [
        ("ListListeners", {"MaxResults": 0}),
        ("ListListeners", {"MaxResults": 101}),
        ("ListListeners", {"NextToken": "made up"}),
        ("ListListeners", {"NextToken": "bmV4dDo="}),
        ("ListListeners", {f"ListenerIds__{number}": "lsn-1" for number in range(1, 22)}),
        ("ListLoadBalancers", {f"LoadBalancerNames__{number}": "n" for number in range(1, 12)}),
        ("ListLoadBalancers", {"AddressType": "Extranet"}),
        ("ListAsynJobs", {"ResourceType": "certificate"}),
        ("ListListenerCertificates", {"ListenerId": "lsn-1", "CertificateType": "Client"}),
    ],
)
def test_queries_refuse_wrong_parameters(scene: Scene, action: str, wrong: dict[str, Any]) -> None:
    with refused("InvalidParameter"):
        scene.call(action, **wrong)


@pytest.mark.parametrize(
    ("action", "count"),
    [("AssociateAdditionalCertificatesWithListener", 15), ("DissociateAdditionalCertificatesFromListener", 20)],
)
def test_a_call_is_declared_to_take_so_many_certificates_and_no_more(scene: Scene, action: str, count: int) -> None:
    listener = scene.run()
    scene.alb.limits.dissociate_call = 20
    certificates = {f"Certificates__{number}__CertificateId": f"{number}-cn-hangzhou" for number in range(1, count + 2)}
    with refused("InvalidParameter"):
        scene.call(action, ListenerId=listener.id, **certificates)
    certificates.popitem()

    with refused("ResourceNotFound.Certificate", 404):
        scene.call(action, ListenerId=listener.id, **certificates)
    with refused("MissingParameter"):
        scene.call(action, ListenerId=listener.id)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_message_for_its_blanks(code: str) -> None:
    error = refusal(code, "one", "two", "three", "four")

    assert "{" not in error.message
    assert error.status in (400, 403, 404)
