"""CLB's CA certificates, and the rules for tags that all its uploads share."""

import hashlib

import pytest

from fakecloud.authority import Issued
from fakecloud.world import World
from tests.fakecloud.clb.conftest import RegionalCaller, with_colons


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([{"Key": f"k{number}"} for number in range(21)], "SizeLimitExceeded.Tag"),
        ([{"Value": "v"}], "MissingParam.TagKey"),
        ([{"Key": "", "Value": "v"}], "MissingParam.TagKey"),
        ([{"Key": "aliyun-own"}], "InvalidParam.TagKey"),
        ([{"Key": "acs:own"}], "InvalidParam.TagKey"),
        ([{"Key": "see http://there"}], "InvalidParam.TagKey"),
        ([{"Key": "k" * 129}], "InvalidParam.TagKey"),
        ([{"Key": "k", "Value": "acs:v"}], "InvalidParam.TagValue"),
        ([{"Key": "k", "Value": "https://v"}], "InvalidParam.TagValue"),
        ([{"Key": "k", "Value": "v" * 129}], "InvalidParam.TagValue"),
    ],
)
def test_tags_that_are_refused(call: RegionalCaller, root: Issued, tags: list[dict[str, str]], code: str) -> None:
    assert call.refused("UploadCACertificate", CACertificate=root.pem.decode(), Tag=tags) == (400, code)


def test_a_ca_certificate_is_told_in_full(call: RegionalCaller, root: Issued) -> None:
    tags = [{"Key": "k" * 128, "Value": ""}]
    answer = call("UploadCACertificate", CACertificate=root.pem.decode(), CACertificateName="clients", Tag=tags)
    assert answer["Fingerprint"] == with_colons(hashlib.sha1(root.der).hexdigest()).upper()
    assert (answer["CommonName"], answer["CACertificateName"]) == ("Fakecloud Root", "clients")
    (item,) = call("DescribeCACertificates")["CACertificates"]["CACertificate"]
    assert item == {**answer, "RegionId": "cn-hangzhou", "Tags": {"Tag": [{"TagKey": "k" * 128, "TagValue": ""}]}}
    assert call("DescribeCACertificates", CACertificateId="other")["CACertificates"]["CACertificate"] == []


def test_only_one_ca_certificate_at_a_time_and_no_leaf(call: RegionalCaller, root: Issued, leaf: Issued) -> None:
    for pem in (root.pem + root.pem, leaf.pem, b"hello"):
        assert call.refused("UploadCACertificate", CACertificate=pem.decode()) == (400, "InvalidParameter")


def test_there_are_only_so_many_ca_certificates_in_a_region(call: RegionalCaller, root: Issued, world: World) -> None:
    world.clb.certificates.ca_quota = 0
    assert call.refused("UploadCACertificate", CACertificate=root.pem.decode()) == (400, "OverQuota")
