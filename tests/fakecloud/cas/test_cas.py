"""CAS's rules: unique names, a chain and a key that belong together, and what each answer tells."""

import hashlib
from typing import Any

import httpx
import pytest

from fakecloud import authority
from fakecloud.authority import NOT_AFTER, NOT_BEFORE, Issued
from fakecloud.world import ACCESS_KEY_ID, World
from tests.fakecloud.rpc.calling import Caller


@pytest.fixture
def upload(leaf: Issued, chain_pem: str) -> dict[str, Any]:
    return {"Name": "certdrop-shop", "Cert": chain_pem, "Key": leaf.traditional_key_pem.decode()}


def test_an_upload_answers_its_id(call: Caller, upload: dict[str, Any], world: World) -> None:
    answer = call("UploadUserCertificate", upload, Tags=[{"Key": "env", "Value": "test"}], ResourceGroupId="rg-1")
    kept = world.cas.certificates[answer["CertId"]]
    assert answer["ResourceId"] == kept.instance_id
    assert (kept.name, kept.chain_pem, kept.key_pem) == (upload["Name"], upload["Cert"], upload["Key"])
    assert (kept.tags, kept.resource_group_id) == ((("env", "test"),), "rg-1")


def test_a_name_is_unique(call: Caller, upload: dict[str, Any]) -> None:
    call("UploadUserCertificate", upload)
    response = call.send("UploadUserCertificate", upload)
    assert (response.status_code, response.json()["Code"]) == (400, "NameRepeat")
    assert response.json()["Message"] == "The certificate name already exists."


def test_a_token_lets_an_upload_be_repeated(call: Caller, upload: dict[str, Any], world: World) -> None:
    first = call("UploadUserCertificate", upload, ClientToken="t")
    assert call("UploadUserCertificate", upload, ClientToken="t") == first
    assert len(world.cas.certificates) == 1


def test_a_name_has_at_most_63_characters(call: Caller, upload: dict[str, Any]) -> None:
    assert call("UploadUserCertificate", {**upload, "Name": "n" * 63})
    assert call.refused("UploadUserCertificate", {**upload, "Name": "n" * 64}) == (400, "InvalidParameter")


@pytest.mark.parametrize("name", ["Name", "Cert", "Key"])
def test_what_an_upload_needs(call: Caller, upload: dict[str, Any], name: str) -> None:
    del upload[name]
    assert call.refused("UploadUserCertificate", upload) == (400, "MissingParameter")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Cert": "hello"}, "-1008"),
        ({"Cert": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}, "-1008"),
        ({"Key": "hello"}, "-1008"),
        ({"Key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"}, "-1008"),
        ({"Key": authority.leaf().key_pem.decode()}, "CertificateNotMatchPrivateKey"),
    ],
)
def test_a_chain_and_its_key_must_be_readable_and_match(
    call: Caller, upload: dict[str, Any], changed: dict[str, str], code: str, world: World
) -> None:
    assert call.refused("UploadUserCertificate", {**upload, **changed}) == (400, code)
    assert not world.cas.certificates


@pytest.mark.parametrize(("site", "suffix"), [("china", "-cn-hangzhou"), ("international", "-ap-southeast-1")])
def test_the_identifier_bears_the_sites_region_not_the_callers(
    site: str, suffix: str, leaf: Issued, chain_pem: str
) -> None:
    world = World(site=site, region="eu-central-1")
    kept = world.cas.upload_user_certificate("n", chain_pem, leaf.key_pem.decode())
    assert kept.cert_identifier == f"{kept.certificate_id}{suffix}"
    assert world.cas.find_by_identifier(kept.cert_identifier) is kept
    assert world.cas.find_by_identifier(str(kept.certificate_id)) is None


def test_a_list_tells_all_documented_elements(call: Caller, upload: dict[str, Any], leaf: Issued) -> None:
    certificate_id = call("UploadUserCertificate", upload)["CertId"]
    page = call("ListCertificates")
    assert (page["TotalCount"], page["CurrentPage"], page["ShowSize"]) == (1, 1, 10)
    item = page["CertificateList"][0]
    serial = item.pop("Serial")
    assert int(serial, 16) == leaf.certificate.serial_number
    assert item == {
        "Algorithm": "RSA",
        "CertIdentifier": f"{certificate_id}-cn-hangzhou",
        "CertificateId": str(certificate_id),
        "CertificateName": "certdrop-shop",
        "CertificateSource": "UPLOAD",
        "CertificateStatus": "issued",
        "CommonName": "shop.example",
        "DeploymentDesc": '{"Scope":"all"}',
        "Domain": "shop.example,*.shop.example",
        "ExistPrivateKey": True,
        "FingerPrint": hashlib.sha1(leaf.der).hexdigest().upper(),
        "InstanceId": f"cas-upload-{certificate_id}",
        "Issuer": "Fakecloud Intermediate",
        "KeySize": 2048,
        "NotAfter": int(NOT_AFTER.timestamp() * 1000),
        "NotBefore": int(NOT_BEFORE.timestamp() * 1000),
        "SubjectAlternativeNames": [],
        "UsingProductList": [],
    }


def test_alternative_names_are_told_when_switched_on(call: Caller, upload: dict[str, Any], world: World) -> None:
    world.cas.returns_alternative_names = True
    certificate_id = call("UploadUserCertificate", upload)["CertId"]
    names = ["shop.example", "*.shop.example"]
    assert call("ListCertificates")["CertificateList"][0]["SubjectAlternativeNames"] == names
    assert call("GetCertificateDetail", CertificateId=certificate_id)["SubjectAlternativeNames"] == names


def test_lists_are_paged(call: Caller, upload: dict[str, Any]) -> None:
    for number in range(5):
        call("UploadUserCertificate", {**upload, "Name": f"c{number}"})
    pages = [call("ListCertificates", CurrentPage=page, ShowSize=2) for page in (1, 2, 3, 4)]
    names = [[item["CertificateName"] for item in page["CertificateList"]] for page in pages]
    assert names == [["c4", "c3"], ["c2", "c1"], ["c0"], []]
    assert {page["TotalCount"] for page in pages} == {5}
    assert call.refused("ListCertificates", ShowSize=101) == (400, "InvalidParameter")


def test_keywords_find_names_domains_and_ids(call: Caller, upload: dict[str, Any], world: World) -> None:
    call("UploadUserCertificate", upload)
    kept = next(iter(world.cas.certificates.values()))

    def found(**filters: str) -> int:
        return int(call("ListCertificates", filters)["TotalCount"])

    assert [found(Keyword=word) for word in ("drop-sh", "*.shop.example", kept.instance_id, "other")] == [1, 1, 1, 0]
    assert [found(InstanceId=each) for each in (kept.instance_id, "cas-1")] == [1, 0]
    assert [found(CertificateSource=each) for each in ("UPLOAD", "BUY")] == [1, 0]
    assert [found(ResourceGroupId=each) for each in ("rg-default", "rg-other")] == [1, 0]


def test_status_follows_the_worlds_time(call: Caller, upload: dict[str, Any], world: World) -> None:
    call("UploadUserCertificate", upload)

    def statuses() -> list[list[int]]:
        lists = [call("ListCertificates", CertificateStatus=each) for each in ("issued", "willExpire", "expired")]
        orders = [
            call("ListUserCertificateOrder", OrderType="CERT", Status=each)
            for each in ("", "ISSUED", "WILLEXPIRED", "EXPIRED")
        ]
        return [[answer["TotalCount"] for answer in answers] for answers in (lists, orders)]

    assert statuses() == [[1, 0, 0], [1, 1, 0, 0]]
    world.clock.advance((NOT_AFTER - world.clock.now()).total_seconds() - 30 * 86400)
    assert statuses() == [[0, 1, 0], [1, 0, 1, 0]]
    world.clock.advance(30 * 86400)
    assert statuses() == [[0, 0, 1], [0, 0, 0, 1]]


def test_detail_tells_the_chain_but_no_content(call: Caller, upload: dict[str, Any]) -> None:
    certificate_id = call("UploadUserCertificate", upload, Tags=[{"Key": "env", "Value": "test"}])["CertId"]
    detail = call("GetCertificateDetail", CertificateId=certificate_id)
    assert detail["CertificateId"] == certificate_id
    assert [(link["Subject"], link["Issuer"]) for link in detail["CertificateChainList"]] == [
        ("shop.example", "Fakecloud Intermediate"),
        ("Fakecloud Intermediate", "Fakecloud Root"),
    ]
    assert detail["Tags"] == [{"TagKey": "env", "TagValue": "test"}]
    assert "PRIVATE KEY" not in str(detail)


def test_user_detail_tells_the_key_unless_filtered(call: Caller, upload: dict[str, Any], leaf: Issued) -> None:
    certificate_id = call("UploadUserCertificate", upload)["CertId"]
    whole = call("GetUserCertificateDetail", CertId=certificate_id)
    assert (whole["Cert"], whole["Key"]) == (upload["Cert"], upload["Key"])
    filtered = call("GetUserCertificateDetail", CertId=certificate_id, CertFilter=True)
    assert not {"Cert", "Key"} & filtered.keys()
    assert filtered["CertIdentifier"] == f"{certificate_id}-cn-hangzhou"
    assert filtered["Sha2"] == leaf.fingerprint.upper()
    assert (filtered["StartDate"], filtered["EndDate"]) == ("2026-10-01", "2027-10-01")
    assert filtered["Sans"] == "shop.example,*.shop.example"


def test_orders_of_the_types_cert_and_upload_are_certificates(call: Caller, upload: dict[str, Any]) -> None:
    certificate_id = call("UploadUserCertificate", upload)["CertId"]
    assert call("ListUserCertificateOrder")["TotalCount"] == 0
    page = call("ListUserCertificateOrder", OrderType="UPLOAD")
    assert (page["TotalCount"], page["ShowSize"]) == (1, 50)
    item = page["CertificateOrderList"][0]
    assert (item["CertificateId"], item["Name"], item["Upload"]) == (certificate_id, "certdrop-shop", True)


def test_a_deleted_certificate_is_gone_and_its_name_free(call: Caller, upload: dict[str, Any]) -> None:
    certificate_id = call("UploadUserCertificate", upload)["CertId"]
    call("DeleteUserCertificate", CertId=certificate_id)
    for action, name in (("GetUserCertificateDetail", "CertId"), ("GetCertificateDetail", "CertificateId")):
        assert call.refused(action, {name: certificate_id}) == (404, "NotFound")
    assert call.refused("DeleteUserCertificate", CertId=certificate_id) == (404, "NotFound")
    assert call("UploadUserCertificate", upload)["CertId"] != certificate_id


def test_no_key_is_in_the_call_log_or_in_a_repr(call: Caller, upload: dict[str, Any], world: World) -> None:
    call("UploadUserCertificate", upload)
    call.refused("UploadUserCertificate", upload)
    assert "PRIVATE KEY" not in repr((world.calls.entries, world.cas.certificates))


def test_a_certificate_without_names_is_known_by_its_common_name(call: Caller) -> None:
    leaf = authority.leaf(names=(), common_name="old.example")
    call("UploadUserCertificate", Name="old", Cert=leaf.pem.decode(), Key=leaf.key_pem.decode())
    item = call("ListCertificates")["CertificateList"][0]
    assert (item["Domain"], item["Algorithm"], item["KeySize"]) == ("old.example", "ECC", 256)


def test_reading_needs_the_accounts_signature(client: httpx.Client, world: World) -> None:
    assert Caller(client, "cas", world.identities[ACCESS_KEY_ID])("ListCertificates")["TotalCount"] == 0
    assert (
        client.post("/", headers={"x-acs-action": "ListCertificates", "x-acs-version": "2020-04-07"}).status_code == 400
    )
