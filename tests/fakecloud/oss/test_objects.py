import base64
import hashlib
from email.utils import format_datetime

import httpx
import pytest

from fakecloud.oss.checksums import crc64
from fakecloud.oss.conditions import find_range
from fakecloud.oss.objects import Bucket
from fakecloud.world import World

HELLO = "5EB63BBBE01EEED093CB22BB8F5ACDC3"


def code(answer: httpx.Response) -> str:
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


def test_a_put_answers_etag_and_checksum(oss: httpx.Client) -> None:
    answer = oss.put("/bkt/k", content=b"hello world")
    assert answer.status_code == 200
    assert answer.headers["etag"] == f'"{HELLO}"'
    assert answer.headers["x-oss-hash-crc64ecma"] == "5981764153023615706"
    assert answer.headers["content-md5"] == "XrY7u+Ae7tCTyyK7j1rNww=="
    assert len(answer.headers["x-oss-request-id"]) == 24


def test_the_crc_of_nothing_and_of_a_long_text_is_right() -> None:
    assert crc64(b"") == 0
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA  # the check value of CRC-64/XZ


def test_a_get_gives_back_what_was_put(oss: httpx.Client, world: World) -> None:
    headers = {
        "content-type": "application/x-pem-file",
        "cache-control": "no-cache",
        "x-oss-meta-sha": "abc",
        "x-oss-tagging": "k1=v1&k2=v%202",
        "x-oss-server-side-encryption": "AES256",
    }
    oss.put("/bkt/a", content=b"hello world", headers=headers)
    answer = oss.get("/bkt/a")
    assert answer.content == b"hello world"
    assert {name: answer.headers[name] for name in headers if name != "x-oss-tagging"} == {
        name: value for name, value in headers.items() if name != "x-oss-tagging"
    }
    assert answer.headers["x-oss-tagging-count"] == "2"
    assert answer.headers["last-modified"] == format_datetime(world.clock.now(), usegmt=True)


def test_the_date_of_every_answer_is_the_worlds(oss: httpx.Client, world: World) -> None:
    world.advance(86400 * 90)
    expected = format_datetime(world.clock.now(), usegmt=True)
    assert oss.get("/bkt/none").headers["date"] == expected
    assert oss.get("/none/none", auth=None).headers["date"] == expected


def test_overwriting_can_be_forbidden(oss: httpx.Client) -> None:
    forbid = {"x-oss-forbid-overwrite": "true"}
    assert oss.put("/bkt/k", content=b"1", headers=forbid).status_code == 200
    refused = oss.put("/bkt/k", content=b"2", headers=forbid)
    assert (refused.status_code, code(refused)) == (409, "FileAlreadyExists")
    assert oss.put("/bkt/k", content=b"3", headers={"x-oss-forbid-overwrite": "false"}).status_code == 200
    assert oss.get("/bkt/k").content == b"3"


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_versioning_makes_forbidding_void(oss: httpx.Client, status: str) -> None:
    body = f"<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>"
    assert "Versioning>" not in oss.get("/bkt/?bucketInfo").text
    assert oss.put("/bkt/?versioning", content=body).status_code == 200
    for text in (b"1", b"2"):
        assert oss.put("/bkt/k", content=text, headers={"x-oss-forbid-overwrite": "true"}).status_code == 200
    assert oss.get("/bkt/k").content == b"2"
    assert f"<Versioning>{status}</Versioning>" in oss.get("/bkt/?bucketInfo").text
    assert f"<Status>{status}</Status>" in oss.get("/bkt/?versioning").text


def test_versioning_is_enabled_or_suspended_and_nothing_else(oss: httpx.Client) -> None:
    body = "<VersioningConfiguration><Status>Off</Status></VersioningConfiguration>"
    assert code(oss.put("/bkt/?versioning", content=body)) == "MalformedXML"
    assert "<Status>" not in oss.get("/bkt/?versioning").text


def test_a_wrong_content_md5_is_refused(oss: httpx.Client, bucket: Bucket) -> None:
    right = base64.b64encode(hashlib.md5(b"hello").digest()).decode()
    assert oss.put("/bkt/k", content=b"hello", headers={"content-md5": right}).status_code == 200
    refused = oss.put("/bkt/other", content=b"hell", headers={"content-md5": right})
    assert (refused.status_code, code(refused)) == (400, "InvalidDigest")
    assert "other" not in bucket.objects


@pytest.mark.parametrize("key", ["/k", "\\k", "k" * 1024, "é" * 512])
def test_some_keys_are_none(oss: httpx.Client, key: str) -> None:
    refused = oss.put(f"/bkt/{key}", content=b"1")
    assert (refused.status_code, code(refused)) == (400, "InvalidObjectName")


@pytest.mark.parametrize("key", ["k" * 1023, "a b+c~é&=?#%.pem", "..a", "a//b", "line\nbreak"])
def test_other_keys_come_back_as_they_are(oss: httpx.Client, bucket: Bucket, key: str) -> None:
    from urllib.parse import quote

    assert oss.put(f"/bkt/{quote(key, safe='')}", content=b"1").status_code == 200
    assert list(bucket.objects) == [key]
    assert oss.get(f"/bkt/{quote(key, safe='')}").content == b"1"


def test_a_conditional_put_is_not_implemented(oss: httpx.Client) -> None:
    refused = oss.put("/bkt/k", content=b"1", headers={"if-modified-since": "Sun, 22 Nov 2026 01:19:26 GMT"})
    assert (refused.status_code, code(refused)) == (400, "NotImplemented")


def test_missing_things_have_their_codes(oss: httpx.Client) -> None:
    assert code(oss.get("/bkt/none")) == "NoSuchKey"
    assert "<Key>none</Key>" in oss.get("/bkt/none").text
    assert code(oss.get("/none/k")) == "NoSuchBucket"
    assert code(oss.put("/none/k", content=b"1")) == "NoSuchBucket"
    head = oss.head("/bkt/none")
    assert (head.status_code, head.content) == (404, b"")
    assert head.headers["x-oss-request-id"]


def test_a_head_tells_the_length_and_has_no_body(oss: httpx.Client) -> None:
    oss.put("/bkt/k", content=b"hello world")
    answer = oss.head("/bkt/k")
    assert (answer.headers["content-length"], answer.content) == ("11", b"")
    meta = oss.head("/bkt/k?objectMeta")
    assert (meta.headers["content-length"], meta.headers["etag"]) == ("11", f'"{HELLO}"')
    assert "x-oss-object-type" not in meta.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-match": f'"{HELLO}"'}, 200),
        ({"if-match": HELLO}, 200),
        ({"if-match": '"other"'}, 412),
        ({"if-none-match": f'"{HELLO}"'}, 304),
        ({"if-none-match": '"other"'}, 200),
        ({"if-modified-since": "Sun, 01 Nov 2026 11:59:59 GMT"}, 200),
        ({"if-modified-since": "Sun, 01 Nov 2026 12:00:00 GMT"}, 304),
        ({"if-unmodified-since": "Sun, 01 Nov 2026 12:00:00 GMT"}, 200),
        ({"if-unmodified-since": "Sun, 01 Nov 2026 11:59:59 GMT"}, 412),
        ({"if-modified-since": "yesterday"}, 200),
    ],
)
def test_conditions_hold_or_not(oss: httpx.Client, headers: dict[str, str], status: int) -> None:
    oss.put("/bkt/k", content=b"hello world")
    answer = oss.get("/bkt/k", headers=headers)
    assert answer.status_code == status
    assert oss.head("/bkt/k", headers=headers).status_code == status
    assert code(answer) == {412: "PreconditionFailed"}.get(status, "")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-4", (0, 4)),
        ("bytes=6-", (6, 10)),
        ("bytes=-5", (6, 10)),
        ("bytes=10-10", (10, 10)),
        ("bytes=0-11", None),
        ("bytes=11-", None),
        ("bytes=5-4", None),
        ("bytes=-12", None),
        ("bytes=-0", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        (None, None),
    ],
)
def test_a_range_lies_in_the_object_or_means_all_of_it(header: str | None, expected: tuple[int, int] | None) -> None:
    assert find_range(header, 11) == expected


def test_a_range_is_cut_out(oss: httpx.Client) -> None:
    oss.put("/bkt/k", content=b"hello world")
    part = oss.get("/bkt/k", headers={"range": "bytes=6-10"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"world", "bytes 6-10/11")
    whole = oss.get("/bkt/k", headers={"range": "bytes=6-99"})
    assert (whole.status_code, whole.content) == (200, b"hello world")


def test_the_query_can_change_the_answers_headers(oss: httpx.Client) -> None:
    oss.put("/bkt/k", content=b"1")
    answer = oss.get("/bkt/k?response-content-disposition=attachment&response-content-type=text%2Fplain")
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "text/plain"


def test_deleting_is_always_done(oss: httpx.Client, bucket: Bucket) -> None:
    oss.put("/bkt/k", content=b"1")
    assert [oss.delete("/bkt/k").status_code for _ in range(2)] == [204, 204]
    assert bucket.objects == {}


def test_many_are_deleted_at_once(oss: httpx.Client, bucket: Bucket) -> None:
    for key in ("a", "b", "c"):
        oss.put(f"/bkt/{key}", content=b"1")
    body = "<Delete><Object><Key>a</Key></Object><Object><Key>b &amp; c</Key></Object></Delete>"
    answer = oss.post("/bkt/?delete", content=body)
    assert "<Deleted><Key>a</Key></Deleted><Deleted><Key>b &amp; c</Key></Deleted>" in answer.text
    quiet = oss.post("/bkt/?delete", content="<Delete><Quiet>true</Quiet><Object><Key>b</Key></Object></Delete>")
    assert (quiet.status_code, quiet.content) == (200, b"")
    assert list(bucket.objects) == ["c"]


@pytest.mark.parametrize("body", ["", "<Delete/>", "<Other/>", "<Delete><Object/></Delete>", "<!DOCTYPE x><Delete/>"])
def test_an_order_that_is_none_deletes_nothing(oss: httpx.Client, body: str) -> None:
    assert code(oss.post("/bkt/?delete", content=body)) == "MalformedXML"


def test_a_copy_takes_properties_along_or_gets_its_own(oss: httpx.Client, bucket: Bucket) -> None:
    oss.put("/bkt/dir/a%20b", content=b"1", headers={"x-oss-meta-m": "old", "x-oss-tagging": "t=old"})
    source = {"x-oss-copy-source": "/bkt/dir%2Fa%20b"}
    answer = oss.put("/bkt/plain", headers=source)
    assert '<ETag>"C4CA4238A0B923820DCC509A6F75849B"</ETag>' in answer.text
    assert bucket.objects["plain"].properties == bucket.objects["dir/a b"].properties
    new = {"x-oss-meta-m": "new", "x-oss-tagging": "t=new"}
    replace = {"x-oss-metadata-directive": "REPLACE", "x-oss-tagging-directive": "Replace"}
    oss.put("/bkt/new", headers={**source, **new, **replace})
    properties = bucket.objects["new"].properties
    assert (properties.meta, properties.tags) == ({"m": "new"}, {"t": "new"})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-oss-copy-source-if-match": '"other"'}, "PreconditionFailed"),
        ({"x-oss-copy-source-if-none-match": '"C4CA4238A0B923820DCC509A6F75849B"'}, ""),
        ({"x-oss-copy-source": "/bkt/none"}, "NoSuchKey"),
        ({"x-oss-copy-source": "/none/a"}, "NoSuchBucket"),
        ({"x-oss-forbid-overwrite": "true"}, "FileAlreadyExists"),
        ({"x-oss-metadata-directive": "MOVE"}, "InvalidArgument"),
    ],
)
def test_a_copy_can_be_refused(oss: httpx.Client, bucket: Bucket, headers: dict[str, str], expected: str) -> None:
    oss.put("/bkt/a", content=b"1")
    oss.put("/bkt/b", content=b"2")
    answer = oss.put("/bkt/b", headers={"x-oss-copy-source": "/bkt/a", **headers})
    assert code(answer) == expected
    assert answer.status_code != 200
    assert bucket.objects["b"].body == b"2"


def test_tags_are_put_read_and_removed(oss: httpx.Client) -> None:
    oss.put("/bkt/k", content=b"1")
    body = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value/></Tag></TagSet></Tagging>"
    assert oss.put("/bkt/k?tagging", content=body).status_code == 200
    assert oss.get("/bkt/k?tagging").text.endswith(body.replace("<Value/>", "<Value></Value>"))
    assert oss.delete("/bkt/k?tagging").status_code == 204
    assert oss.get("/bkt/k?tagging").text.endswith("<Tagging><TagSet></TagSet></Tagging>")
    assert code(oss.get("/bkt/none?tagging")) == "NoSuchKey"


@pytest.mark.parametrize(
    "tagging", ["=1", "a=!", "&".join(f"k{n}=v" for n in range(11)), "a=1&a=2", "k" * 129 + "=1", "a=" + "v" * 257]
)
def test_tags_have_their_limits(oss: httpx.Client, tagging: str) -> None:
    assert code(oss.put("/bkt/k", content=b"1", headers={"x-oss-tagging": tagging})) == "InvalidTag"


def test_other_limits_of_a_put(oss: httpx.Client) -> None:
    assert code(oss.put("/bkt/k", content=b"1", headers={"x-oss-meta-m": "v" * 8192})) == "InvalidArgument"
    wrong = {"x-oss-server-side-encryption": "ROT13"}
    assert code(oss.put("/bkt/k", content=b"1", headers=wrong)) == "InvalidEncryptionAlgorithmError"


def test_what_fakecloud_does_not_have_says_so(oss: httpx.Client) -> None:
    assert code(oss.get("/bkt/?lifecycle")) == "NotImplemented"
    assert code(oss.get("/bkt/k?acl")) == "NotImplemented"


def test_buckets_are_made_listed_and_removed(oss: httpx.Client) -> None:
    assert oss.put("/other-bucket/").status_code == 200
    assert "<Name>bkt</Name>" in oss.get("/").text
    assert "<Name>other-bucket</Name>" in oss.get("/").text
    assert "oss-cn-hangzhou" in oss.get("/other-bucket/?location").text
    oss.put("/other-bucket/k", content=b"1")
    assert code(oss.delete("/other-bucket/")) == "BucketNotEmpty"
    oss.delete("/other-bucket/k")
    assert oss.delete("/other-bucket/").status_code == 204
    assert code(oss.get("/other-bucket/?location")) == "NoSuchBucket"
    assert code(oss.put("/Wrong_Name/")) == "InvalidBucketName"
