"""The bucket: requests as OSS takes them, answers as it gives them, and what they mean."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import format_datetime
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certdrop.cloud.oss import Oss
from certdrop.cloud.oss_wire import BucketInfo, OssEntry, encode_key, parse_date
from certdrop.errors import CloudError, LostAnswerError
from tests.unit.cloud.doubles import Cloud, answering, check_oss_signature, xml_refusal

MOMENT = datetime(2026, 11, 22, 1, 0, 0, tzinfo=timezone.utc)
HTTP_DATE = format_datetime(MOMENT, usegmt=True)
HEADERS = {"etag": '"5B3C1A2E053D763E1B002CC607C5A0FE"', "last-modified": HTTP_DATE, "date": HTTP_DATE}


def found(body: bytes = b"pem", **headers: str) -> httpx.Response:
    return httpx.Response(200, headers={**HEADERS, **headers}, content=body)


def test_a_named_endpoint_has_the_bucket_in_front() -> None:
    cloud = answering(found())
    cloud.account().oss.get_object("certs/shop/cert.pem")
    [request] = cloud.requests
    assert str(request.url) == "https://drops.oss-cn-hangzhou.aliyuncs.com/certs/shop/cert.pem"
    assert request.headers["host"] == "drops.oss-cn-hangzhou.aliyuncs.com"
    check_oss_signature(request, "certs/shop/cert.pem")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1234", "http://[::1]:1234/", "http://localhost:1234"])
def test_an_address_is_called_path_style(endpoint: str) -> None:
    cloud = answering(found())
    cloud.account(endpoints={"oss": endpoint}).oss.get_object("certs/a.pem")
    [request] = cloud.requests
    assert str(request.url) == endpoint.rstrip("/") + "/drops/certs/a.pem"
    check_oss_signature(request, "certs/a.pem")


def test_an_object_has_its_bytes_etag_and_time() -> None:
    got = answering(found()).account().oss.get_object("k")
    assert (got.key, got.body, got.etag) == ("k", b"pem", "5B3C1A2E053D763E1B002CC607C5A0FE")
    assert got.last_modified == MOMENT
    assert "pem" not in repr(got)


def test_if_match_is_sent_quoted_and_signed_as_no_vendor_header() -> None:
    cloud = answering(xml_refusal(412, "PreconditionFailed"))
    with pytest.raises(CloudError, match=r"oss GetObject: PreconditionFailed \(412\)"):
        cloud.account(security_token="t").oss.get_object("k", if_match="ABC")
    [request] = cloud.requests
    assert request.headers["if-match"] == '"ABC"'
    assert request.headers["x-oss-security-token"] == "t"
    check_oss_signature(request, "k", "t")


@pytest.mark.parametrize(("limit", "fits"), [(3, True), (2, False), (0, False)])
def test_no_more_than_the_limit_is_taken(limit: int, fits: bool) -> None:  # noqa: FBT001 a case of the table
    oss = answering(found(b"pem")).account().oss
    if fits:
        assert oss.get_object("k", limit=limit).body == b"pem"
    else:
        with pytest.raises(CloudError, match="EntityTooLarge"):
            oss.get_object("k", limit=limit)


def test_an_endless_object_is_read_only_just_beyond_the_limit() -> None:
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 1024

    oss = Cloud(lambda _: httpx.Response(200, headers=HEADERS, content=endless())).account().oss
    with pytest.raises(CloudError, match="EntityTooLarge"):
        oss.get_object("k", limit=10_000)
    assert len(read) == 10


@pytest.mark.parametrize("encoding", ["gzip", "utf-8", "aws-chunked"])
def test_an_object_stored_with_an_encoding_comes_as_it_is_stored(encoding: str) -> None:
    headers = {**HEADERS, "content-encoding": encoding}
    oss = Cloud(lambda _: httpx.Response(200, headers=headers, content=iter([b"\x1f\x8bstored"]))).account().oss
    assert oss.get_object("k").body == b"\x1f\x8bstored"


def test_head_shows_an_entry() -> None:
    cloud = answering(httpx.Response(200, headers={**HEADERS, "content-length": "17"}))
    entry = cloud.account().oss.head_object("config/targets.yml")
    assert entry == OssEntry("config/targets.yml", "5B3C1A2E053D763E1B002CC607C5A0FE", 17, MOMENT)
    check_oss_signature(cloud.requests[0], "config/targets.yml")


def test_head_of_no_object_is_none() -> None:
    assert answering(httpx.Response(404)).account().oss.head_object("k") is None


@pytest.mark.parametrize(("code", "is_error"), [("NoSuchKey", False), ("NoSuchBucket", True)])
def test_a_missing_bucket_is_no_missing_object(code: str, is_error: bool) -> None:  # noqa: FBT001 a case of the table
    error = base64.b64encode(f"<Error><Code>{code}</Code></Error>".encode()).decode()
    oss = answering(httpx.Response(404, headers={"x-oss-err": error})).account().oss
    if is_error:
        with pytest.raises(CloudError, match=code):
            oss.head_object("k")
    else:
        assert oss.head_object("k") is None


def test_an_error_header_that_is_no_base64_is_ignored() -> None:
    assert answering(httpx.Response(404, headers={"x-oss-err": "="})).account().oss.head_object("k") is None


def test_head_without_permission_is_an_error() -> None:
    with pytest.raises(CloudError, match=r"Http403 \(403\)  \[RequestId R-7\]"):
        answering(httpx.Response(403, headers={"x-oss-request-id": "R-7"})).account().oss.head_object("k")


def test_put_sends_the_bytes_with_their_digest() -> None:
    cloud = answering(httpx.Response(200, headers={"etag": '"E"'}))
    assert cloud.account().oss.put_object("k", b"{}", content_type="application/json") == "E"
    [request] = cloud.requests
    assert request.content == b"{}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-md5"] == base64.b64encode(hashlib.md5(b"{}").digest()).decode()
    assert "x-oss-forbid-overwrite" not in request.headers
    check_oss_signature(request, "k")


def test_put_that_forbids_overwriting_says_so_and_is_told() -> None:
    cloud = answering(xml_refusal(409, "FileAlreadyExists"))
    with pytest.raises(CloudError) as caught:
        cloud.account().oss.put_object("k", b"", forbid_overwrite=True)
    assert (caught.value.code, caught.value.status, caught.value.request_id) == ("FileAlreadyExists", 409, "R-9")
    assert cloud.requests[0].headers["x-oss-forbid-overwrite"] == "true"
    check_oss_signature(cloud.requests[0], "k")


def test_put_is_repeated_after_a_lost_answer() -> None:
    cloud = answering(httpx.ReadTimeout("x"), xml_refusal(409, "FileAlreadyExists"))
    with pytest.raises(CloudError, match="FileAlreadyExists"):
        cloud.account().oss.put_object("k", b"nonce", forbid_overwrite=True)
    assert len(cloud.requests) == 2


def test_delete_deletes() -> None:
    cloud = answering(httpx.Response(204))
    cloud.account().oss.delete_object("state/open/x")
    assert (cloud.requests[0].method, cloud.requests[0].url.path) == ("DELETE", "/state/open/x")
    check_oss_signature(cloud.requests[0], "state/open/x")


def test_an_object_without_its_time_is_a_lost_answer() -> None:
    with pytest.raises(LostAnswerError, match="Last-Modified"):
        answering(httpx.Response(200, content=b"x")).account().oss.get_object("k")


@pytest.mark.parametrize("versioning", ["", "Enabled", "Suspended"])
def test_a_buckets_versioning_is_told(versioning: str) -> None:
    element = f"<Versioning>{versioning}</Versioning>" if versioning else ""
    answer = httpx.Response(200, text=f"<BucketInfo><Bucket><Name>drops</Name>{element}</Bucket></BucketInfo>")
    cloud = answering(answer)
    assert cloud.account().oss.get_bucket_info() == BucketInfo(versioning=versioning)
    assert cloud.requests[0].url.query == b"bucketInfo"
    check_oss_signature(cloud.requests[0], "")


def test_the_date_is_that_of_the_first_answer() -> None:
    later = httpx.Response(200, headers={**HEADERS, "date": "Sun, 22 Nov 2026 02:00:00 GMT"})
    oss = answering(found(), later).account().oss
    assert oss.date is None
    oss.get_object("k")
    oss.get_object("k")
    assert oss.date == MOMENT


def test_the_date_of_an_error_counts_too() -> None:
    oss = answering(httpx.Response(404, headers={"date": HTTP_DATE})).account().oss
    assert oss.head_object("k") is None
    assert oss.date == MOMENT


@pytest.mark.parametrize("text", ["", "yesterday", "Sun, 99 Nov 2026 02:00:00 GMT"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(lambda key: key.lstrip("/"))
)
def test_every_key_reaches_its_own_path(key: str) -> None:
    url = httpx.URL("http://127.0.0.1:1/drops/").copy_with(raw_path=b"/drops/" + encode_key(key).encode())
    assert unquote(url.raw_path.decode()) == "/drops/" + key
    assert "%2E" not in encode_key("a.pem")


@pytest.mark.parametrize("key", ["certs/../x", "certs/./x", "certs//x", "a/..", "é/%2F/+"])
def test_dots_and_slashes_in_keys_are_not_folded(key: str) -> None:
    cloud = answering(found())
    oss: Oss = cloud.account(endpoints={"oss": "http://127.0.0.1:1234"}).oss
    oss.get_object(key)
    assert unquote(cloud.requests[0].url.raw_path.decode()) == "/drops/" + key
    check_oss_signature(cloud.requests[0], key)
