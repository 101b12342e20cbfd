"""What the vendor answers, oddities included, becomes values that mean one thing."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from certdrop.cloud.alb_answers import ListenerAttribute, ListenerCertificate, LoadBalancerAttribute
from certdrop.cloud.alb_models import CreateListenerRequest, DefaultAction
from certdrop.cloud.cas_models import CasCertificate
from certdrop.cloud.clb_answers import (
    DescribeCACertificatesResponse,
    DescribeServerCertificatesResponse,
    PortAndProtocol,
    ServerCertificate,
)
from certdrop.cloud.clb_answers import LoadBalancerAttribute as ClbLoadBalancer
from certdrop.cloud.clb_models import CaTag, Tag
from certdrop.cloud.wire import Fingerprint, Moment, Names
from certdrop.errors import InvalidRequestError

SHA1 = "68081af82c9769a3a1e616414bca4f5deea5ef0d"
AT = datetime(2023, 1, 26, 23, 59, 59, tzinfo=timezone.utc)

moments: TypeAdapter[datetime | None] = TypeAdapter(Moment)
names: TypeAdapter[tuple[str, ...]] = TypeAdapter(Names)
fingerprints: TypeAdapter[str] = TypeAdapter(Fingerprint)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("2023-01-26T23:59:59Z", AT),
        ("2023-01-27T07:59:59+08:00", AT),
        ("2023-01-26T23:59:59", AT),
        ("2023-01-26T23:59:59.000Z", AT),
        (1674777599000, AT),
        (1674777599, AT),
        (15041477450, None),  # eleven digits, in an example of DescribeServerCertificates
        (0, None),
        (10**30, None),
        ("", None),
        ("never", None),
        (None, None),
        (AT, AT),
    ],
)
def test_times_in_all_their_forms(given_: object, expected: datetime | None) -> None:
    assert moments.validate_python(given_) == expected


@given(st.integers() | st.text())
def test_no_time_breaks_a_whole_answer(value: object) -> None:
    moment = moments.validate_python(value)
    assert moment is None or moment.tzinfo is not None


@pytest.mark.parametrize("text", [SHA1, SHA1.upper(), ":".join(SHA1[i : i + 2] for i in range(0, 40, 2)).upper()])
def test_fingerprints_in_either_case_with_and_without_colons(text: str) -> None:
    assert fingerprints.validate_python(text) == SHA1


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"SubjectAlternativeName": ['["demo.example","*.b.example"]']}, ("demo.example", "*.b.example")),
        ({"SubjectAlternativeName": ["demo.example", "*.b.example"]}, ("demo.example", "*.b.example")),
        (["demo.example,b.example"], ("demo.example", "b.example")),
        ("demo.example, b.example", ("demo.example", "b.example")),
        ('["demo.example"]', ("demo.example",)),
        (["[broken"], ()),
        ({}, ()),
        ("", ()),
        (None, ()),
    ],
)
def test_alternative_names_in_all_their_forms(given_: object, expected: tuple[str, ...]) -> None:
    assert names.validate_python(given_) == expected


@pytest.mark.parametrize("value", [7, ["a", 7]])
def test_names_that_are_none_are_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        names.validate_python(value)


SERVER_CERTIFICATE = {
    "CreateTimeStamp": 1504147745000,
    "ExpireTime": "2023-01-26T23:59:59Z",
    "ServerCertificateId": "123_166f8204689_1714763408_709981430-cn-east-hangzhou-02",
    "ExpireTimeStamp": 15041477450,
    "Fingerprint": "68:08:1a:f8:2c:97:69:a3:a1:e6:16:41:4b:ca:4f:5d:ee:a5:ef:0d",
    "IsAliCloudCertificate": 1,
    "AliCloudCertificateId": "7309",
    "Tags": {"Tag": [{"TagValue": "1", "TagKey": "test"}]},
    "SubjectAlternativeNames": {"SubjectAlternativeName": ['["demo.example","b.example"]']},
    "SomethingNew": {"x": 1},
}


def test_a_server_certificate_as_the_api_page_shows_it() -> None:
    document = {"RequestId": "R", "ServerCertificates": {"ServerCertificate": [SERVER_CERTIFICATE]}}
    [certificate] = DescribeServerCertificatesResponse.model_validate(document).server_certificates
    assert certificate.fingerprint == SHA1
    assert certificate.not_after == AT
    assert certificate.create_time_stamp == 1504147745000
    assert certificate.subject_alternative_names == ("demo.example", "b.example")
    assert [(tag.tag_key, tag.tag_value) for tag in certificate.tags] == [("test", "1")]


def test_a_time_stamp_serves_where_the_time_is_missing() -> None:
    document = {**SERVER_CERTIFICATE, "ExpireTime": "", "ExpireTimeStamp": 1674777599000}
    assert ServerCertificate.model_validate(document).not_after == AT


def test_a_ca_certificate_as_the_api_page_shows_it() -> None:
    shown = {"CACertificateId": "139a0", "CACertificateName": "ca", "Fingerprint": "02:DF:AB:ED", "ExpireTime": None}
    document = {"CACertificates": {"CACertificate": [{**shown, "ExpireTimeStamp": 1674777599000}]}}
    [certificate] = DescribeCACertificatesResponse.model_validate(document).ca_certificates
    assert (certificate.ca_certificate_id, certificate.ca_certificate_name) == ("139a0", "ca")
    assert certificate.fingerprint == "02dfabed"
    assert certificate.not_after == AT


@pytest.mark.parametrize("empty", [{"ServerCertificate": []}, {}, "", None])
def test_no_certificates_in_all_their_forms(empty: object) -> None:
    answer = DescribeServerCertificatesResponse.model_validate({"ServerCertificates": empty})
    assert answer.server_certificates == ()


def test_the_ports_of_a_clb_are_read_from_all_three_lists() -> None:
    document = {
        "LoadBalancerId": "lb-1",
        "ListenerPorts": {"ListenerPort": [80, 443, 8443]},
        "ListenerPortsAndProtocal": {"ListenerPortAndProtocal": [{"ListenerPort": 443, "ListenerProtocal": "https"}]},
        "ListenerPortsAndProtocol": {
            "ListenerPortAndProtocol": [
                {"ListenerPort": 80, "ListenerProtocol": "tcp"},
                {"ListenerPort": 80, "ListenerProtocol": "udp"},
            ]
        },
    }
    assert ClbLoadBalancer.model_validate(document).protocols == {
        80: {"tcp", "udp"},
        443: {"https"},
        8443: set(),
    }
    assert PortAndProtocol(listener_port=1).protocol == ""


@pytest.mark.parametrize("spelling", ["Diassociating", "Dissociating"])
def test_dissociating_in_both_spellings(spelling: str) -> None:
    certificate = ListenerCertificate.model_validate({"CertificateId": "1", "Status": spelling})
    assert certificate.status == "Dissociating"


def test_an_alb_listener_with_nulls_where_nothing_is() -> None:
    document = {
        "ListenerId": "lsn-1",
        "ListenerPort": 443,
        "ListenerStatus": "Running",
        "ListenerDescription": None,
        "Certificates": [{"CertificateId": "1-cn-hangzhou", "IsDefault": True, "Status": "Associated"}],
        "CaCertificates": None,
        "Tags": [{"Key": "certdrop", "Value": None}],
    }
    listener = ListenerAttribute.model_validate(document)
    assert listener.listener_description == ""
    assert listener.certificates[0].status == "Associated"
    assert listener.ca_certificates == ()
    assert (listener.tags[0].key, listener.tags[0].value) == ("certdrop", "")


def test_the_business_status_is_read_as_the_vendor_spells_it() -> None:
    document = {"LoadBalancerId": "alb-1", "LoadBalancerBussinessStatus": "Normal", "DNSName": "x.example"}
    load_balancer = LoadBalancerAttribute.model_validate(document)
    assert (load_balancer.load_balancer_business_status, load_balancer.dns_name) == ("Normal", "x.example")


def cas_certificate(**fields: Any) -> CasCertificate:
    return CasCertificate.model_validate({"CertificateId": 7, "CertIdentifier": "7-cn-hangzhou", **fields})


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [("RSA", "rsa"), ("rsa_2048", "rsa"), ("ECC", "ec"), ("EC", "ec"), ("ECDSA_P256", "ec"), ("SM2", None), ("", None)],
)
def test_the_kind_of_key_in_all_its_names(algorithm: str, kind: str | None) -> None:
    assert cas_certificate(Algorithm=algorithm).key_kind == kind


@pytest.mark.parametrize(
    "fields",
    [
        {"SubjectAlternativeNames": ["b.example", "A.example"]},
        {"SubjectAlternativeNames": ['["a.example","b.example"]'], "Domain": "other.example"},
        {"SubjectAlternativeNames": None, "Domain": "b.example, a.example"},
        {"Domain": "a.example,b.example,", "CommonName": "c.example"},
    ],
)
def test_names_of_a_cas_certificate_come_from_its_san_else_from_its_domains(fields: dict[str, Any]) -> None:
    assert cas_certificate(**fields).names == ("a.example", "b.example")


def test_names_of_a_cas_certificate_are_its_common_name_at_last() -> None:
    assert cas_certificate(CommonName="c.example").names == ("c.example",)
    assert cas_certificate().names == ()


def test_a_cas_certificates_times_are_milliseconds() -> None:
    certificate = cas_certificate(NotBefore=1674777599000, NotAfter=1674777600000)
    assert certificate.not_before == AT
    assert certificate.not_after == AT + timedelta(seconds=1)
    assert cas_certificate().not_after is None


LISTENER: dict[str, Any] = {
    "load_balancer_id": "alb-1",
    "listener_protocol": "HTTPS",
    "listener_port": 443,
    "certificates": ({"certificate_id": "1"},),
    "default_actions": (DefaultAction.forward_to("sgp-1"),),
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"listener_port": 0},
        {"listener_port": 65536},
        {"listener_protocol": "TCP"},
        {"listener_description": "x"},
        {"certificates": ({"certificate_id": "1"}, {"certificate_id": "2"})},
        {"default_actions": ()},
        {"client_token": "ü"},
        {"client_token": "x" * 65},
        {"x_forwarded_for_config": {"x_forwarded_for_processing_mode": "replace"}},
        {"listner_port": 443},
    ],
)
def test_a_request_against_the_documented_limits_is_not_made(wrong: dict[str, Any]) -> None:
    CreateListenerRequest.model_validate(LISTENER)
    with pytest.raises(InvalidRequestError, match=r"\(API page CreateListener of ALB 2020-06-16\)"):
        CreateListenerRequest.model_validate({**LISTENER, **wrong})


@pytest.mark.parametrize("text", ["acs:x", "aliyun", "see http://x", "x" * 129])
def test_tags_that_the_vendor_keeps_for_itself_are_not_sent(text: str) -> None:
    with pytest.raises(ValidationError):
        Tag(key=text)
    with pytest.raises(ValidationError):
        Tag(key="k", value=text)


def test_a_tag_has_a_key_and_only_that_of_a_client_ca_may_have_an_empty_value() -> None:
    assert Tag(key="k").value is None
    assert CaTag(key="k", value="").value == ""
    with pytest.raises(ValidationError):
        Tag(key="")
    with pytest.raises(ValidationError):
        Tag(key="k", value="")
