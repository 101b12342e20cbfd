"""CLB's certificates: what may be uploaded, what is told of them, when they may go."""

import hashlib
import json
from typing import Any

import httpx
import pytest

from fakecloud import authority
from fakecloud.authority import Issued, KeyName
from fakecloud.world import ACCESS_KEY_ID, World
from tests.fakecloud.clb.conftest import RegionalCaller, with_colons
from tests.fakecloud.rpc.calling import Caller

TAG = {"Key": "env", "Value": "test"}


def test_an_upload_tells_all_but_the_content(
    call: RegionalCaller, content: dict[str, Any], leaf: Issued, world: World
) -> None:
    answer = call("UploadServerCertificate", content)
    identifier = answer.pop("ServerCertificateId")
    now = world.clock.now()
    assert identifier.startswith(f"{world.account_id}_")
    assert answer == {
        "AliCloudCertificateId": "",
        "AliCloudCertificateName": "",
        "CommonName": "shop.example",
        "CreateTime": "2026-11-01T12:00:00Z",
        "CreateTimeStamp": int(now.timestamp() * 1000),
        "ExpireTime": "2027-10-01T00:00:00Z",
        "ExpireTimeStamp": int(authority.NOT_AFTER.timestamp() * 1000),
        "Fingerprint": with_colons(hashlib.sha1(leaf.der).hexdigest()),
        "IsAliCloudCertificate": 0,
        "RegionId": "cn-hangzhou",
        "ResourceGroupId": "rg-default",
        "ServerCertificateName": "shop",
        "SubjectAlternativeNames": {"SubjectAlternativeName": ['["shop.example","*.shop.example"]']},
    }


def test_equal_certificates_are_kept_apart(call: RegionalCaller, content: dict[str, Any]) -> None:
    ids = {call("UploadServerCertificate", content)["ServerCertificateId"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize("name", ["RegionId", "ServerCertificate", "PrivateKey"])
def test_what_an_upload_by_content_needs(
    client: httpx.Client, world: World, content: dict[str, Any], name: str
) -> None:
    call = Caller(client, "clb", world.identities[ACCESS_KEY_ID])
    parameters = {**content, "RegionId": "cn-hangzhou"}
    del parameters[name]
    assert call.refused("UploadServerCertificate", parameters) == (400, "MissingParameter")


def pkcs8(leaf: Issued) -> dict[str, str]:
    return {"PrivateKey": leaf.key_pem.decode()}


def blank_line(leaf: Issued) -> dict[str, str]:
    return {"ServerCertificate": f"{leaf.pem.decode()}\n{leaf.pem.decode()}"}


def long_lines(leaf: Issued) -> dict[str, str]:
    head, *lines, foot = leaf.pem.decode().splitlines()
    return {"ServerCertificate": "\n".join([head, "".join(lines), foot])}


def windows_lines(leaf: Issued) -> dict[str, str]:
    return {"ServerCertificate": leaf.pem.decode().replace("\n", "\r\n")}


def text_around(leaf: Issued) -> dict[str, str]:
    return {"ServerCertificate": "subject: shop\n" + leaf.pem.decode()}


def broken_certificate(_: Issued) -> dict[str, str]:
    return {"ServerCertificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}


def key_for_certificate(leaf: Issued) -> dict[str, str]:
    return {"ServerCertificate": leaf.traditional_key_pem.decode()}


def other_key(_: Issued) -> dict[str, str]:
    return {"PrivateKey": authority.leaf(key="rsa-2048").traditional_key_pem.decode()}


def encrypted_key(_: Issued) -> dict[str, str]:
    return {
        "PrivateKey": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----"
    }


def broken_key(_: Issued) -> dict[str, str]:
    return {"PrivateKey": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"}


def bad_name(_: Issued) -> dict[str, str]:
    return {"ServerCertificateName": "1shop"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (pkcs8, "KeyFormatError"),
        (broken_key, "KeyFormatError"),
        (encrypted_key, "PrivateKeyEncryption"),
        (other_key, "CertificateNotMatchPrivateKey"),
        (blank_line, "InvalidParameter"),
        (long_lines, "InvalidParameter"),
        (windows_lines, "InvalidParameter"),
        (text_around, "InvalidParameter"),
        (broken_certificate, "InvalidParameter"),
        (key_for_certificate, "InvalidParameter"),
        (bad_name, "InvalidParameter"),
    ],
)
def test_uploads_by_content_that_are_refused(
    call: RegionalCaller, content: dict[str, Any], leaf: Issued, change: Any, code: str, world: World
) -> None:
    assert call.refused("UploadServerCertificate", {**content, **change(leaf)}) == (400, code)
    assert not world.clb.certificates.server


def test_elliptic_curve_keys_are_not_for_clb(call: RegionalCaller, elliptic_leaf: Issued) -> None:
    content = {
        "ServerCertificate": elliptic_leaf.pem.decode(),
        "PrivateKey": elliptic_leaf.traditional_key_pem.decode(),
    }
    assert call.refused("UploadServerCertificate", content) == (400, "CertificateTypeMismatched")


def in_cas(world: World, leaf: Issued) -> dict[str, Any]:
    kept = world.cas.upload_user_certificate("in-cas", leaf.pem.decode(), leaf.key_pem.decode())
    return {
        "AliCloudCertificateId": str(kept.certificate_id),
        "AliCloudCertificateName": kept.name,
        "AliCloudCertificateRegionId": "cn-hangzhou",
    }


def test_a_reference_to_cas_needs_no_key_in_the_call(call: RegionalCaller, leaf: Issued, world: World) -> None:
    reference = in_cas(world, leaf)
    answer = call("UploadServerCertificate", reference)
    assert answer["IsAliCloudCertificate"] == 1
    assert answer["AliCloudCertificateId"] == reference["AliCloudCertificateId"]
    assert answer["AliCloudCertificateName"] == "in-cas"
    assert answer["ServerCertificateName"] == "shop.example"
    assert world.clb.certificates.server[answer["ServerCertificateId"]].chain.pem == leaf.pem.decode()


def test_a_reference_may_name_the_identifier(call: RegionalCaller, leaf: Issued, world: World) -> None:
    reference = in_cas(world, leaf)
    reference["AliCloudCertificateId"] += "-cn-hangzhou"
    assert call("UploadServerCertificate", reference)["IsAliCloudCertificate"] == 1


def test_a_certificate_may_take_a_while_to_be_known_outside_cas(
    call: RegionalCaller, leaf: Issued, world: World
) -> None:
    world.cas.spreading = 5.0
    reference = in_cas(world, leaf)
    assert call.refused("UploadServerCertificate", reference) == (400, "CertificateNotExist")
    world.advance(5)
    assert call("UploadServerCertificate", reference)["IsAliCloudCertificate"] == 1


@pytest.mark.parametrize("name", ["AliCloudCertificateId", "AliCloudCertificateName", "AliCloudCertificateRegionId"])
def test_a_reference_must_be_whole_and_right(call: RegionalCaller, leaf: Issued, world: World, name: str) -> None:
    reference = in_cas(world, leaf)
    assert call.refused("UploadServerCertificate", {**reference, name: "other"}) == (400, "CertificateNotExist")
    del reference[name]
    assert call.refused("UploadServerCertificate", reference) == (400, "MissingParameter")


def test_content_and_reference_exclude_each_other(
    call: RegionalCaller, leaf: Issued, world: World, content: dict[str, Any]
) -> None:
    assert call.refused("UploadServerCertificate", {**content, **in_cas(world, leaf)}) == (400, "InvalidParameter")


@pytest.mark.parametrize("key", ["p-256", "rsa-3072"])
def test_a_reference_to_a_certificate_of_another_kind_or_size_is_refused(
    call: RegionalCaller, root: Issued, world: World, key: KeyName
) -> None:
    refusal = call.refused("UploadServerCertificate", in_cas(world, authority.leaf(issuer=root, names=("a",), key=key)))
    assert refusal == (400, "CertificateTypeMismatched")


def test_there_are_only_so_many_in_a_region(call: RegionalCaller, content: dict[str, Any], world: World) -> None:
    world.clb.certificates.server_quota = 1
    call("UploadServerCertificate", content)
    assert call.refused("UploadServerCertificate", content) == (400, "OverQuota")
    assert call("UploadServerCertificate", content, RegionId="cn-beijing")


def listed(call: RegionalCaller, **filters: Any) -> list[str]:
    found = call("DescribeServerCertificates", filters)["ServerCertificates"]["ServerCertificate"]
    return [item["ServerCertificateName"] for item in found]


def test_regions_keep_their_own(call: RegionalCaller, content: dict[str, Any]) -> None:
    call("UploadServerCertificate", content)
    call("UploadServerCertificate", {**content, "ServerCertificateName": "north"}, RegionId="cn-beijing")
    assert listed(call) == ["shop"]
    assert listed(call, RegionId="cn-beijing") == ["north"]


def test_lists_are_filtered_by_id_group_and_tags(call: RegionalCaller, content: dict[str, Any]) -> None:
    first = call("UploadServerCertificate", content, Tag=[TAG], ResourceGroupId="rg-1")
    call("UploadServerCertificate", {**content, "ServerCertificateName": "plain"})
    identifier = first["ServerCertificateId"]
    assert listed(call) == ["shop", "plain"]
    assert listed(call, ServerCertificateId=identifier) == ["shop"]
    assert listed(call, ServerCertificateId="unknown") == []
    assert listed(call, ResourceGroupId="rg-1") == ["shop"]
    assert listed(call, Tag=[TAG]) == ["shop"]
    assert listed(call, Tag=[{"Key": "env"}]) == ["shop"]
    assert listed(call, Tag=[TAG, {"Key": "team"}]) == []
    refusal = call.refused("DescribeServerCertificates", ServerCertificateId=identifier, ResourceGroupId="rg-2")
    assert refusal == (400, "Abs.ServerCertificateIdAndResourceGroupId.MissMatch")


def test_a_list_tells_tags_and_names_but_no_content(call: RegionalCaller, content: dict[str, Any]) -> None:
    call("UploadServerCertificate", content, Tag=[TAG])
    (item,) = call("DescribeServerCertificates")["ServerCertificates"]["ServerCertificate"]
    assert item["Tags"] == {"Tag": [{"TagKey": "env", "TagValue": "test"}]}
    (names,) = item["SubjectAlternativeNames"]["SubjectAlternativeName"]
    assert json.loads(names) == ["shop.example", "*.shop.example"]
    assert "BEGIN" not in str(item)


def test_renaming_and_deleting(call: RegionalCaller, certificate_id: str, root: Issued) -> None:
    ca_id = call("UploadCACertificate", CACertificate=root.pem.decode())["CACertificateId"]
    call("SetServerCertificateName", ServerCertificateId=certificate_id, ServerCertificateName="renamed")
    call("SetCACertificateName", CACertificateId=ca_id, CACertificateName="renamed")
    assert listed(call) == ["renamed"]
    (ca,) = call("DescribeCACertificates")["CACertificates"]["CACertificate"]
    assert ca["CACertificateName"] == "renamed"
    call("DeleteServerCertificate", ServerCertificateId=certificate_id)
    call("DeleteCACertificate", CACertificateId=ca_id)
    assert listed(call) == []
    refusal = call.refused("DeleteServerCertificate", ServerCertificateId=certificate_id)
    assert refusal == (404, "ServerCertificateId.NotFound")
    assert call.refused("DeleteCACertificate", CACertificateId=ca_id) == (404, "CACertificateId.NotFound")


def test_what_a_listener_shows_cannot_go(
    call: RegionalCaller, settings: dict[str, Any], certificate_id: str, root: Issued, at: dict[str, Any]
) -> None:
    ca_id = call("UploadCACertificate", CACertificate=root.pem.decode())["CACertificateId"]
    call("CreateLoadBalancerHTTPSListener", settings, CACertificateId=ca_id)
    in_use = (400, "CertificateAndPrivateKeyIsRefered")
    assert call.refused("DeleteServerCertificate", ServerCertificateId=certificate_id) == in_use
    assert call.refused("DeleteCACertificate", CACertificateId=ca_id) == in_use
    call("DeleteLoadBalancerListener", at)
    call("DeleteServerCertificate", ServerCertificateId=certificate_id)
    call("DeleteCACertificate", CACertificateId=ca_id)
