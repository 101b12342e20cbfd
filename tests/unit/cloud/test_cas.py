"""CAS: certificates are found by exactly their name, and imported once."""

from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import SecretStr

from certdrop.errors import CloudError
from tests.unit.cloud.doubles import Cloud, answering, refusal
from tests.unit.cloud.test_alb import captured_parameters
from tests.unit.cloud.test_clb import CERTIFICATE, KEY


def store_of(names: list[str], page_size: int = 100) -> Cloud:
    """A CAS that matches keywords loosely and answers page by page."""

    def handler(request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode()))
        matching = [name for name in names if form.get("Keyword", "") in name]
        size = min(page_size, int(form["ShowSize"]))
        start = (int(form["CurrentPage"]) - 1) * size
        shown = [certificate(name) for name in matching[start : start + size]]
        document = {"CertificateList": shown, "CurrentPage": int(form["CurrentPage"]), "TotalCount": len(matching)}
        return httpx.Response(200, json=document)

    return Cloud(handler)


def certificate(name: str) -> dict[str, Any]:
    return {"CertificateId": 7, "CertIdentifier": f"{name}-cn-hangzhou", "CertificateName": name}


def test_all_pages_are_listed() -> None:
    names = [f"c{number}" for number in range(5)]
    cloud = store_of(names, page_size=2)
    assert [found.certificate_name for found in cloud.account().cas.list_certificates()] == names
    assert [form["CurrentPage"] for form in cloud.forms] == ["1", "2", "3"]
    assert "Keyword" not in cloud.forms[0]


def test_an_empty_page_ends_the_list_whatever_the_total_says() -> None:
    cloud = answering({"CertificateList": [certificate("c")], "TotalCount": 9}, {"CertificateList": []})
    assert len(cloud.account().cas.list_certificates()) == 1


def test_a_certificate_is_found_by_exactly_its_name() -> None:
    cloud = store_of(["certdrop-shop-2", "old-certdrop-shop", "certdrop-shop"])
    found = cloud.account().cas.find_certificate("certdrop-shop")
    assert found is not None
    assert found.cert_identifier == "certdrop-shop-cn-hangzhou"
    assert {form["Keyword"] for form in cloud.forms} == {"certdrop-shop"}


def test_a_name_that_is_only_part_of_others_is_not_found() -> None:
    assert store_of(["certdrop-shop-2"]).account().cas.find_certificate("certdrop-shop") is None


def test_an_upload_sends_what_the_official_client_sends_and_answers_the_id() -> None:
    cloud = answering({"CertId": 1011, "ResourceId": "cas-x"})
    assert cloud.account().cas.upload_user_certificate("c1", CERTIFICATE, SecretStr(KEY)) == 1011
    assert cloud.forms == [captured_parameters("cas_UploadUserCertificate_v3")]


def test_an_upload_is_repeated_after_a_lost_answer_and_then_refused_by_its_name() -> None:
    cloud = answering(httpx.ReadTimeout("x"), refusal(400, "NameRepeat"))
    with pytest.raises(CloudError, match="NameRepeat"):
        cloud.account().cas.upload_user_certificate("c1", CERTIFICATE, SecretStr(KEY))
    assert len(cloud.requests) == 2
