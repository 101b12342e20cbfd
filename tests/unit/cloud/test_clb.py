"""CLB's calls on the wire, compared with what the official client sends; each names its region."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from certdrop.cloud.clb import Clb
from certdrop.cloud.clb_models import (
    CaTag,
    CreateDomainExtensionRequest,
    CreateLoadBalancerHTTPSListenerRequest,
    DescribeCACertificatesRequest,
    DescribeServerCertificatesRequest,
    SetDomainExtensionAttributeRequest,
    SetLoadBalancerHTTPSListenerAttributeRequest,
    StartLoadBalancerListenerRequest,
    Tag,
    UploadCACertificateRequest,
    UploadServerCertificateRequest,
)
from tests.unit.cloud.doubles import answering
from tests.unit.cloud.test_alb import captured_parameters

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB+fake/base64==\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE+fake/base64==\n-----END RSA PRIVATE KEY-----\n"

CREATE_LISTENER = CreateLoadBalancerHTTPSListenerRequest(
    load_balancer_id="lb-1",
    listener_port=443,
    bandwidth=-1,
    backend_server_port=80,
    health_check="off",
    sticky_session="off",
    server_certificate_id="sc-1",
)
UPLOAD_CA = UploadCACertificateRequest(
    ca_certificate=CERTIFICATE,
    ca_certificate_name="mycacert01",
    tag=(CaTag(key="k1", value="v 1"), CaTag(key="k2", value="")),
)
UPLOAD = UploadServerCertificateRequest(
    server_certificate=CERTIFICATE, private_key=SecretStr(KEY), server_certificate_name="c1"
)
Case = tuple[str, Callable[[Clb], Any], dict[str, Any]]
CALLS: list[Case] = [
    (
        "slb_CreateLoadBalancerHTTPSListener_v3",
        lambda clb: clb.create_load_balancer_https_listener(CREATE_LISTENER),
        {},
    ),
    ("slb_UploadCACertificate_v3", lambda clb: clb.upload_ca_certificate(UPLOAD_CA), {"CACertificateId": "ca-1"}),
    (
        "slb_UploadServerCertificate_v3",
        lambda clb: clb.upload_server_certificate(UPLOAD),
        {"ServerCertificateId": "sc-1"},
    ),
]


@pytest.mark.parametrize(("name", "call", "answer"), CALLS, ids=[name for name, _, _ in CALLS])
def test_the_same_values_become_the_same_parameters_as_the_official_clients(
    name: str, call: Callable[[Clb], Any], answer: dict[str, Any]
) -> None:
    cloud = answering(answer)
    assert call(cloud.account().clb("cn-hangzhou")).request_id == "R-1"
    assert cloud.forms == [captured_parameters(name)]


def sent_by(call: Callable[[Clb], Any], answer: dict[str, Any]) -> tuple[str, dict[str, str], Any]:
    cloud = answering(answer)
    result = call(cloud.account().clb("eu-central-1"))
    [action], [form] = cloud.actions, cloud.forms
    assert form.pop("RegionId") == "eu-central-1"
    return action, form, result


def test_a_certificate_is_imported_by_reference_to_cas() -> None:
    request = UploadServerCertificateRequest(
        ali_cloud_certificate_id="7",
        ali_cloud_certificate_name="certdrop-shop",
        ali_cloud_certificate_region_id="cn-hangzhou",
        server_certificate_name="certdrop-shop",
    )
    action, form, result = sent_by(
        lambda clb: clb.upload_server_certificate(request),
        {"ServerCertificateId": "sc-1", "Fingerprint": "AB:CD", "SubjectAlternativeNames": {}},
    )
    assert action == "UploadServerCertificate"
    assert form == {
        "AliCloudCertificateId": "7",
        "AliCloudCertificateName": "certdrop-shop",
        "AliCloudCertificateRegionId": "cn-hangzhou",
        "ServerCertificateName": "certdrop-shop",
    }
    assert (result.server_certificate_id, result.fingerprint) == ("sc-1", "abcd")


def test_a_listener_is_created_started_and_set() -> None:
    create = CREATE_LISTENER.model_copy(update={"x_forwarded_for_slbport": "on", "tls_cipher_policy": "p"})
    action, form, _ = sent_by(lambda clb: clb.create_load_balancer_https_listener(create), {})
    assert action == "CreateLoadBalancerHTTPSListener"
    assert (form["XForwardedFor_SLBPORT"], form["TLSCipherPolicy"], form["Bandwidth"]) == ("on", "p", "-1")

    start = StartLoadBalancerListenerRequest(load_balancer_id="lb-1", listener_port=443, listener_protocol="https")
    action, form, _ = sent_by(lambda clb: clb.start_load_balancer_listener(start), {})
    assert action == "StartLoadBalancerListener"
    assert form == {"LoadBalancerId": "lb-1", "ListenerPort": "443", "ListenerProtocol": "https"}

    change = SetLoadBalancerHTTPSListenerAttributeRequest(
        load_balancer_id="lb-1", listener_port=443, server_certificate_id="sc-2", ca_certificate_id="ca-1"
    )
    action, form, _ = sent_by(lambda clb: clb.set_load_balancer_https_listener_attribute(change), {})
    assert action == "SetLoadBalancerHTTPSListenerAttribute"
    assert form == {
        "LoadBalancerId": "lb-1",
        "ListenerPort": "443",
        "ServerCertificateId": "sc-2",
        "CACertificateId": "ca-1",
    }


def test_listeners_and_load_balancers_are_shown() -> None:
    action, form, listener = sent_by(
        lambda clb: clb.describe_load_balancer_https_listener_attribute("lb-1", 443),
        {
            "ListenerPort": 443,
            "Status": "stopped",
            "ServerCertificateId": "sc-1",
            "CACertificateId": "ca-1",
            "DomainExtensions": {"DomainExtension": [{"DomainExtensionId": "de-1", "Domain": "a.example"}]},
            "Tags": {"Tag": [{"TagKey": "k", "TagValue": "v"}]},
        },
    )
    assert (action, form["ListenerPort"]) == ("DescribeLoadBalancerHTTPSListenerAttribute", "443")
    assert (listener.status, listener.ca_certificate_id) == ("stopped", "ca-1")
    assert listener.domain_extensions[0].domain == "a.example"
    assert listener.tags[0].tag_value == "v"

    action, form, load_balancer = sent_by(
        lambda clb: clb.describe_load_balancer_attribute("lb-1"),
        {"LoadBalancerId": "lb-1", "LoadBalancerStatus": "active", "Address": "192.0.2.1"},
    )
    assert (action, form) == ("DescribeLoadBalancerAttribute", {"LoadBalancerId": "lb-1"})
    assert (load_balancer.address, load_balancer.protocols) == ("192.0.2.1", {})


def test_certificates_are_listed() -> None:
    action, form, certificates = sent_by(
        lambda clb: clb.describe_server_certificates(),
        {"ServerCertificates": {"ServerCertificate": [{"ServerCertificateId": "sc-1"}]}},
    )
    assert (action, form) == ("DescribeServerCertificates", {})
    assert [certificate.server_certificate_id for certificate in certificates] == ["sc-1"]

    some = DescribeServerCertificatesRequest(server_certificate_id="sc-1", tag=(Tag(key="k", value="v"),))
    _, form, none = sent_by(lambda clb: clb.describe_server_certificates(some), {})
    assert form == {"ServerCertificateId": "sc-1", "Tag.1.Key": "k", "Tag.1.Value": "v"}
    assert none == []


def test_ca_certificates_are_listed() -> None:
    document = {"CACertificates": {"CACertificate": [{"CACertificateId": "ca-1"}]}}
    action, form, certificates = sent_by(lambda clb: clb.describe_ca_certificates(), document)
    assert (action, form) == ("DescribeCACertificates", {})
    assert [certificate.ca_certificate_id for certificate in certificates] == ["ca-1"]
    some = DescribeCACertificatesRequest(ca_certificate_id="ca-1")
    _, form, _ = sent_by(lambda clb: clb.describe_ca_certificates(some), document)
    assert form == {"CACertificateId": "ca-1"}


def test_extension_domains_are_created_and_set() -> None:
    create = CreateDomainExtensionRequest(
        load_balancer_id="lb-1", listener_port=443, domain="*.a.example", server_certificate_id="sc-1"
    )
    action, form, created = sent_by(lambda clb: clb.create_domain_extension(create), {"DomainExtensionId": "de-1"})
    assert (action, form["Domain"], created.domain_extension_id) == ("CreateDomainExtension", "*.a.example", "de-1")

    change = SetDomainExtensionAttributeRequest(domain_extension_id="de-1", server_certificate_id="sc-2")
    action, form, _ = sent_by(lambda clb: clb.set_domain_extension_attribute(change), {})
    assert action == "SetDomainExtensionAttribute"
    assert form == {"DomainExtensionId": "de-1", "ServerCertificateId": "sc-2"}


def test_a_region_that_is_given_is_kept() -> None:
    cloud = answering({})
    cloud.account().clb("cn-hangzhou").describe_server_certificates(DescribeServerCertificatesRequest(region_id="r-2"))
    assert cloud.forms == [{"RegionId": "r-2"}]
