"""A request against its API page is refused before any call: by field, rule and page, and never by its values."""

from typing import Any

import pytest

from certdrop.cloud.alb_models import CreateListenerRequest
from certdrop.cloud.catalogue import fate_of, find_entry
from certdrop.cloud.clb_models import CreateLoadBalancerHTTPSListenerRequest, UploadCACertificateRequest
from certdrop.cloud.rules import OnlyWhen, RequiredUnless, RequiredWhen, Violation, find_violations
from certdrop.cloud.wire import wire_path
from certdrop.errors import CloudError, Fate, InvalidRequestError
from tests.unit.cloud.doubles import answering

CLB_LISTENER: dict[str, Any] = {
    "load_balancer_id": "lb-1",
    "listener_port": 443,
    "bandwidth": -1,
    "backend_server_port": 80,
    "health_check": "off",
}
ON = (("Switch", ("on",)),)


def refusal(**changed: Any) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as caught:
        CreateLoadBalancerHTTPSListenerRequest(**{**CLB_LISTENER, **changed})
    return caught.value


def test_one_clear_message_for_each_problem() -> None:
    page = "(API page CreateLoadBalancerHTTPSListener of CLB 2014-05-15)"
    assert refusal(acl_status="on").problems == (
        f"AclId: required when AclStatus is on {page}",
        f"AclType: required when AclStatus is on {page}",
    )
    assert refusal(sticky_session="on", sticky_session_type="server").problems == (
        f"Cookie: required when StickySession is on and StickySessionType is server {page}",
    )
    assert refusal(backend_server_port=None).problems == (
        f"BackendServerPort: required unless VServerGroupId is given {page}",
    )
    assert refusal(health_check_uri="/x").problems == (f"HealthCheckURI: only when HealthCheck is on {page}",)
    assert refusal(cookie="a b").problems == (f"Cookie: 1 to 200 ASCII letters and digits {page}",)
    assert refusal(tag=({"key": "acs:x"},)).problems == (
        f"Tag.1.Key: must not start with acs: or aliyun, nor contain http:// or https:// {page}",
    )


def test_it_is_an_error_of_the_cloud_that_is_looked_at_again_when_the_targets_change() -> None:
    error = refusal(bandwidth=0)
    assert isinstance(error, CloudError)
    assert (error.service, error.action) == ("clb", "CreateLoadBalancerHTTPSListener")
    assert (error.code, error.status, error.request_id) == ("InvalidRequest", 0, "")
    assert error.message.startswith("Bandwidth: -1 for no limit, or at least 1 ")
    assert fate_of(error) is Fate.STALL
    assert find_entry(error.code).code == error.code


def test_no_value_is_repeated() -> None:
    secret = "S3cret Value"
    error = refusal(cookie=secret, description=secret, gzip=secret, listener_port=secret, surplus=secret)
    assert len(error.problems) == 5
    assert secret not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


def test_rules_between_parameters() -> None:
    rules = (RequiredWhen("A.B", ON), RequiredUnless("C", "D"), OnlyWhen(("E",), ("Switch", ("on", None))))
    assert find_violations(rules, {"A": {"B": 1}, "C": 1, "E": 1, "Switch": "on"}) == []
    assert find_violations(rules, {"D": 1, "E": 1}) == []
    assert find_violations(rules, {"E": False, "Switch": "off"}) == [
        Violation("C", "required unless D is given"),
        Violation("E", "only when Switch is on"),
    ]
    assert find_violations(rules, {"A": {"B": ()}, "C": 0, "Switch": "on"}) == [
        Violation("A.B", "required when Switch is on")
    ]


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("tag", 0, "key"), "Tag.1.Key"),
        (("Tag", 19, "Key"), "Tag.20.Key"),
        (("x_forwarded_for_config", "x_forwarded_for_slb_id_enabled"), "XForwardedForConfig.XForwardedForSLBIdEnabled"),
        (("default_actions", 0, "forward_group_config"), "DefaultActions.1.ForwardGroupConfig"),
        (("surplus", "part"), "surplus.part"),
    ],
)
def test_fields_are_named_as_on_the_wire(location: tuple[int | str, ...], path: str) -> None:
    assert wire_path(CreateListenerRequest, location) == path


def test_the_region_that_a_page_requires_is_filled_in() -> None:
    cloud = answering({"CACertificateId": "ca-1"})
    cloud.account().clb("cn-beijing").upload_ca_certificate(UploadCACertificateRequest(ca_certificate="pem"))
    assert cloud.forms == [{"RegionId": "cn-beijing", "CACertificate": "pem"}]
