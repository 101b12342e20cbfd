"""Our signatures against published vectors and against what the vendor's own clients sent."""

import hashlib
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from certdrop.cloud.signing import canonical_query, sign_mns, sign_oss, sign_rpc
from certdrop.ports import Credentials
from tests.unit.cloud.doubles import CAPTURED_CREDENTIALS, load_captures


def signature_of(authorization: str) -> str:
    return re.split(r"Signature=", authorization)[-1]


def test_the_published_vector_of_signature_version_3_is_reproduced() -> None:
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
    }
    authorization = sign_rpc(
        method="POST",
        path="/",
        query=[("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")],
        headers=headers,
        signed_headers=headers,
        content_sha256=headers["x-acs-content-sha256"],
        credentials=Credentials("YourAccessKeyId", "YourAccessKeySecret"),
    )
    assert authorization == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize("capture", load_captures("rpc"), ids=lambda capture: capture["name"])
def test_calls_of_the_official_clients_are_signed_alike(capture: dict[str, Any]) -> None:
    headers = capture["headers"]
    signed = re.search(r"SignedHeaders=([^,]+)", headers["authorization"])
    assert signed is not None
    authorization = sign_rpc(
        method=capture["method"],
        path="/",
        query=parse_qsl(urlsplit(capture["raw_path"]).query, keep_blank_values=True),
        headers=headers,
        signed_headers=signed[1].split(";"),
        content_sha256=hashlib.sha256(capture["body"].encode()).hexdigest(),
        credentials=CAPTURED_CREDENTIALS,
    )
    assert authorization == headers["authorization"]


@pytest.mark.parametrize("capture", load_captures("oss"), ids=lambda capture: capture["name"])
def test_oss_requests_of_the_official_clients_are_signed_alike(capture: dict[str, Any]) -> None:
    parts = urlsplit(capture["raw_path"])
    bucket, _, key = unquote(parts.path).removeprefix("/").partition("/")
    authorization = sign_oss(
        method=capture["method"],
        bucket=bucket,
        key=key,
        query=canonical_query(parse_qsl(parts.query, keep_blank_values=True), bare_empty=True),
        headers=capture["headers"],
        region="cn-hangzhou",
        credentials=CAPTURED_CREDENTIALS,
    )
    assert signature_of(authorization) == signature_of(capture["headers"]["authorization"])


@pytest.mark.parametrize("capture", load_captures("mns"), ids=lambda capture: capture["name"])
def test_queue_requests_of_the_official_client_are_signed_alike(capture: dict[str, Any]) -> None:
    authorization = sign_mns(
        method=capture["method"],
        resource=capture["raw_path"],
        headers=capture["headers"],
        credentials=CAPTURED_CREDENTIALS,
    )
    assert authorization == capture["headers"]["authorization"]


def test_a_query_is_encoded_as_rfc_3986_asks_and_sorted() -> None:
    assert canonical_query([("b", "a b*~/é"), ("a", "")]) == "a=&b=a%20b%2A~%2F%C3%A9"


def test_empty_values_stand_bare_where_oss_asks_for_it() -> None:
    assert canonical_query([("prefix", "a/"), ("bucketInfo", "")], bare_empty=True) == "bucketInfo&prefix=a%2F"
