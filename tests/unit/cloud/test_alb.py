"""ALB's calls on the wire, compared with what the official client sends."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from certdrop.cloud.alb_models import (
    AssociateAdditionalCertificatesWithListenerRequest,
    CertificateReference,
    CreateListenerRequest,
    DefaultAction,
    DissociateAdditionalCertificatesFromListenerRequest,
    ListListenerCertificatesRequest,
    StartListenerRequest,
    Tag,
    UpdateListenerAttributeRequest,
    XForwardedForConfig,
)
from certdrop.cloud.flattening import flatten
from certdrop.cloud.wire import RpcRequest
from tests.unit.cloud.doubles import Cloud, answering, load_captures


def captured_parameters(name: str) -> dict[str, str]:
    """What the official client sent; only it spells booleans in title case."""
    [capture] = [capture for capture in load_captures("rpc") if capture["name"] == name]
    pairs = parse_qsl(urlsplit(capture["raw_path"]).query, keep_blank_values=True)
    return {key: value.lower() if value in ("True", "False") else value for key, value in pairs}


def parameters(request: RpcRequest) -> dict[str, str]:
    return dict(flatten(request.model_dump(by_alias=True, exclude_none=True)))


CREATE_LISTENER = CreateListenerRequest(
    load_balancer_id="alb-n5qw04uq8vavfe0000",
    listener_protocol="HTTPS",
    listener_port=443,
    http2_enabled=True,
    ca_enabled=True,
    certificates=(CertificateReference(certificate_id="1037054-cn-hangzhou"),),
    ca_certificates=(CertificateReference(certificate_id="123157-cn-hangzhou"),),
    client_token="tok-1",
    default_actions=(DefaultAction.forward_to("sgp-8ilqs4axp60000"),),
    tag=(Tag(key="env", value="prod"),),
    x_forwarded_for_config=XForwardedForConfig(x_forwarded_for_enabled=True),
).model_copy(update={"listener_description": "HTTPS 443 *~"})  # what the page refuses is hard to encode, too
ASSOCIATE = AssociateAdditionalCertificatesWithListenerRequest(
    listener_id="lsn-5qnirjhpt000000",
    certificates=(
        CertificateReference(certificate_id="1010-cn-hangzhou"),
        CertificateReference(certificate_id="1011-cn-hangzhou"),
    ),
    client_token="tok-2",
    dry_run=False,
)
LIST_CERTIFICATES = ListListenerCertificatesRequest(
    listener_id="lsn-1", certificate_ids=("a", "b"), certificate_type="Server"
)


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("alb_CreateListener_v3", CREATE_LISTENER),
        ("alb_AssociateAdditionalCertificatesWithListener_v3", ASSOCIATE),
        ("alb_ListListenerCertificates_v3", LIST_CERTIFICATES),
    ],
)
def test_the_same_values_become_the_same_parameters_as_the_official_clients(name: str, request_: RpcRequest) -> None:
    assert parameters(request_) == captured_parameters(name)


def test_a_listener_is_created() -> None:
    cloud = answering({"JobId": "job-1", "ListenerId": "lsn-1"})
    created = cloud.account().alb("cn-hangzhou").create_listener(CREATE_LISTENER)
    assert (created.listener_id, created.job_id, created.request_id) == ("lsn-1", "job-1", "R-1")
    assert cloud.forms == [parameters(CREATE_LISTENER)]
    assert cloud.actions == ["CreateListener"]


def test_changes_answer_a_job() -> None:
    cloud = answering({"JobId": "job-1"})
    alb = cloud.account().alb("cn-hangzhou")
    certificates = (CertificateReference(certificate_id="1-cn-hangzhou"),)
    update = UpdateListenerAttributeRequest(listener_id="lsn-1", certificates=certificates, client_token="t")
    dissociate = DissociateAdditionalCertificatesFromListenerRequest(listener_id="lsn-1", certificates=certificates)
    assert alb.update_listener_attribute(update).job_id == "job-1"
    assert alb.associate_additional_certificates_with_listener(ASSOCIATE).job_id == "job-1"
    assert alb.dissociate_additional_certificates_from_listener(dissociate).job_id == "job-1"
    assert alb.start_listener(StartListenerRequest(listener_id="lsn-1", client_token="t")).job_id == "job-1"
    assert cloud.actions == [
        "UpdateListenerAttribute",
        "AssociateAdditionalCertificatesWithListener",
        "DissociateAdditionalCertificatesFromListener",
        "StartListener",
    ]
    assert cloud.forms[0] == {
        "ListenerId": "lsn-1",
        "Certificates.1.CertificateId": "1-cn-hangzhou",
        "ClientToken": "t",
    }


def test_a_listener_and_a_load_balancer_are_shown() -> None:
    cloud = answering(
        {"ListenerId": "lsn-1", "ListenerPort": 443, "ListenerStatus": "Running"},
        {"LoadBalancerId": "alb-1", "LoadBalancerStatus": "Active"},
    )
    alb = cloud.account().alb("cn-hangzhou")
    assert alb.get_listener_attribute("lsn-1").listener_status == "Running"
    assert alb.get_load_balancer_attribute("alb-1").load_balancer_status == "Active"
    assert cloud.forms == [{"ListenerId": "lsn-1"}, {"LoadBalancerId": "alb-1"}]


def paged(field: str, items: list[dict[str, Any]]) -> Cloud:
    """Answers one item a page, as NextToken 1, 2, ...; the last page has an empty one."""

    def handler(request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode()))
        number = int(form.get("NextToken", "0"))
        more = str(number + 1) if number + 1 < len(items) else ""
        return httpx.Response(200, json={field: items[number : number + 1], "NextToken": more, "RequestId": "R"})

    return Cloud(handler)


def test_listeners_are_listed_to_the_last_page() -> None:
    items = [{"ListenerId": f"lsn-{port}", "ListenerPort": port, "ListenerStatus": "Running"} for port in (1, 2, 3)]
    cloud = paged("Listeners", items)
    listeners = cloud.account().alb("cn-hangzhou").list_listeners("alb-1")
    assert [listener.listener_port for listener in listeners] == [1, 2, 3]
    assert [form.get("NextToken") for form in cloud.forms] == [None, "1", "2"]
    assert {form["LoadBalancerIds.1"] for form in cloud.forms} == {"alb-1"}
    assert {form["MaxResults"] for form in cloud.forms} == {"100"}


def test_a_listeners_certificates_are_listed_to_the_last_page() -> None:
    cloud = paged("Certificates", [{"CertificateId": str(number), "IsDefault": number == 0} for number in range(3)])
    certificates = cloud.account().alb("cn-hangzhou").list_listener_certificates("lsn-1")
    assert [certificate.certificate_id for certificate in certificates if certificate.is_default] == ["0"]
    assert len(certificates) == 3


def test_many_jobs_are_asked_for_in_few_calls() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode()))
        ids = [form[f"JobIds.{number}"] for number in range(1, sum(name.startswith("JobIds.") for name in form) + 1)]
        return httpx.Response(200, json={"Jobs": [{"Id": job, "Status": "Succeeded"} for job in ids]})

    cloud = Cloud(handler)
    wanted = [f"job-{number}" for number in range(45)]
    assert [job.id for job in cloud.account().alb("cn-hangzhou").list_asyn_jobs(wanted)] == wanted
    assert len(cloud.requests) == 3


def test_no_jobs_need_no_call() -> None:
    cloud = answering({})
    assert cloud.account().alb("cn-hangzhou").list_asyn_jobs([]) == []
    assert cloud.requests == []


def test_a_failed_job_tells_its_code() -> None:
    job = {"Id": "j", "Status": "Failed", "ErrorCode": "X", "ErrorMessage": "no", "ResourceId": "lsn-1"}
    [found] = answering({"Jobs": [job]}).account().alb("cn-hangzhou").list_asyn_jobs(["j"])
    assert (found.status, found.error_code, found.error_message) == ("Failed", "X", "no")
