"""The official SDKs of OSS against the running server: both of them, both signatures, with and without STS."""

import warnings
from typing import Any

import pytest

from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, Identity
from tests.fakecloud import plain
from tests.fakecloud.signing import ACCOUNT

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the SDKs' own modules use what Python is about to drop
    import alibabacloud_oss_v2 as oss_v2
    import oss2

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]
KEY = "certs/a b+c~é&=?.pem"
REGION = "cn-hangzhou"


@pytest.fixture(params=["account", "role"])
def identity(request: pytest.FixtureRequest, server: Server) -> Identity:
    server.app.world.oss.create_bucket("bkt")
    return ACCOUNT if request.param == "account" else server.app.world.assume_role("certdrop-test")


def make_oss2(server: Server, identity: Identity, version: str) -> oss2.Bucket:
    keys = oss2.credentials.StaticCredentialsProvider(identity.access_key_id, identity.secret, identity.token or "")
    auth = oss2.ProviderAuth(keys) if version == "v1" else oss2.ProviderAuthV4(keys)
    return oss2.Bucket(auth, server.url, "bkt", region=REGION if version == "v4" else None)


def make_oss_v2(server: Server, identity: Identity, version: str) -> oss_v2.Client:
    config = oss_v2.config.load_default()
    config.credentials_provider = oss_v2.credentials.StaticCredentialsProvider(
        identity.access_key_id, identity.secret, identity.token
    )
    config.region = REGION
    config.endpoint = server.url
    config.signature_version = version
    config.retry_max_attempts = 1
    return oss_v2.Client(config)


@pytest.fixture(params=["v1", "v4"])
def bucket2(request: pytest.FixtureRequest, server: Server, identity: Identity) -> oss2.Bucket:
    return make_oss2(server, identity, request.param)


@pytest.fixture(params=["v1", "v4"])
def client_v2(request: pytest.FixtureRequest, server: Server, identity: Identity) -> oss_v2.Client:
    return make_oss_v2(server, identity, request.param)


def test_oss2_puts_gets_and_deletes(bucket2: oss2.Bucket) -> None:
    headers = {"x-oss-forbid-overwrite": "true", "x-oss-meta-m": "v", "Content-Type": "application/x-pem-file"}
    put = bucket2.put_object(KEY, b"hello world", headers=headers)
    assert (put.etag, put.crc) == ("5EB63BBBE01EEED093CB22BB8F5ACDC3", 5981764153023615706)
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket2.put_object(KEY, b"other", headers=headers)
    assert (caught.value.status, caught.value.code) == (409, "FileAlreadyExists")
    assert bucket2.get_object(KEY).read() == b"hello world"
    assert bucket2.get_object(KEY, byte_range=(0, 4)).read() == b"hello"
    with pytest.raises(oss2.exceptions.NotModified):
        bucket2.get_object(KEY, headers={"If-None-Match": f'"{put.etag}"'})
    head = bucket2.head_object(KEY)
    assert (head.content_length, head.content_type, head.etag) == (11, "application/x-pem-file", put.etag)
    assert bucket2.get_object_meta(KEY).content_length == 11
    assert bucket2.delete_object(KEY).status == 204
    assert not bucket2.object_exists(KEY)
    with pytest.raises(oss2.exceptions.NoSuchKey):
        bucket2.get_object(KEY)


def test_oss2_lists_both_ways(bucket2: oss2.Bucket) -> None:
    for key in (KEY, "certs/shop/x", "certs/shop/y"):
        bucket2.put_object(key, b"1")
    assert [item.key for item in oss2.ObjectIterator(bucket2, max_keys=1)] == [KEY, "certs/shop/x", "certs/shop/y"]
    listed = list(oss2.ObjectIteratorV2(bucket2, prefix="certs/", delimiter="/", max_keys=1))
    assert [(item.key, item.is_prefix()) for item in listed] == [(KEY, False), ("certs/shop/", True)]
    deleted = bucket2.batch_delete_objects([KEY, "certs/shop/x"])
    assert deleted.deleted_keys == [KEY, "certs/shop/x"]


def test_oss2_copies_and_tags(bucket2: oss2.Bucket) -> None:
    bucket2.put_object(KEY, b"1", headers={"x-oss-tagging": "k1=v1&k2=v%202"})
    assert bucket2.get_object_tagging(KEY).tag_set.tagging_rule == {"k1": "v1", "k2": "v 2"}
    assert bucket2.copy_object("bkt", KEY, "copy").status == 200
    assert bucket2.get_object("copy").read() == b"1"
    tagging = oss2.models.Tagging()
    tagging.tag_set.add("a", "1")
    bucket2.put_object_tagging("copy", tagging)
    assert bucket2.get_object_tagging("copy").tag_set.tagging_rule == {"a": "1"}
    bucket2.delete_object_tagging("copy")
    assert bucket2.get_object_tagging("copy").tag_set.tagging_rule == {}


def test_oss2_presigns(bucket2: oss2.Bucket) -> None:
    put, get = (bucket2.sign_url(method, KEY, 60, slash_safe=True) for method in ("PUT", "GET"))
    assert plain.put(put, content=b"presigned").status_code == 200
    assert plain.get(get).content == b"presigned"
    assert plain.get(get.replace("certs", "state")).status_code == 403
    assert plain.delete(get).status_code == 403


def test_oss2_asks_about_the_bucket(bucket2: oss2.Bucket) -> None:
    info = bucket2.get_bucket_info()
    assert (info.name, info.location, info.versioning_status) == ("bkt", "oss-cn-hangzhou", None)
    bucket2.put_bucket_versioning(oss2.models.BucketVersioningConfig("Enabled"))
    assert bucket2.get_bucket_versioning().status == "Enabled"
    assert bucket2.get_bucket_info().versioning_status == "Enabled"
    assert bucket2.get_bucket_location().location == "oss-cn-hangzhou"


def test_oss_v2_puts_gets_and_deletes(client_v2: oss_v2.Client) -> None:
    def put(body: bytes) -> Any:
        request = oss_v2.PutObjectRequest("bkt", KEY, body=body, forbid_overwrite=True, metadata={"m": "v"})
        return client_v2.put_object(request)

    answer = put(b"hello world")
    assert answer.hash_crc64 == "5981764153023615706"
    with pytest.raises(oss_v2.exceptions.OperationError) as caught:
        put(b"other")
    assert "FileAlreadyExists" in str(caught.value)
    got = client_v2.get_object(oss_v2.GetObjectRequest("bkt", KEY))
    assert (got.body.content, got.metadata) == (b"hello world", {"m": "v"})
    part = client_v2.get_object(oss_v2.GetObjectRequest("bkt", KEY, range_header="bytes=0-4"))
    assert part.body.content == b"hello"
    head = client_v2.head_object(oss_v2.HeadObjectRequest("bkt", KEY))
    assert (head.content_length, head.etag) == (11, answer.etag)
    assert client_v2.get_object_meta(oss_v2.GetObjectMetaRequest("bkt", KEY)).content_length == 11
    assert client_v2.delete_object(oss_v2.DeleteObjectRequest("bkt", KEY)).status_code == 204
    assert not client_v2.is_object_exist("bkt", KEY)


def test_oss_v2_lists_both_ways(client_v2: oss_v2.Client) -> None:
    for key in (KEY, "certs/shop/x", "certs/shop/y"):
        client_v2.put_object(oss_v2.PutObjectRequest("bkt", key, body=b"1"))
    pages = client_v2.list_objects_v2_paginator().iter_page(
        oss_v2.ListObjectsV2Request("bkt", prefix="certs/", max_keys=1)
    )
    assert [item.key for page in pages for item in page.contents] == [KEY, "certs/shop/x", "certs/shop/y"]
    listed = client_v2.list_objects(oss_v2.ListObjectsRequest("bkt", prefix="certs/", delimiter="/"))
    assert [item.prefix for item in listed.common_prefixes] == ["certs/shop/"]
    objects = [oss_v2.DeleteObject(key=KEY), oss_v2.DeleteObject(key="certs/shop/x")]
    deleted = client_v2.delete_multiple_objects(oss_v2.DeleteMultipleObjectsRequest("bkt", objects=objects))
    assert [item.key for item in deleted.deleted_objects] == [KEY, "certs/shop/x"]


def test_oss_v2_copies_and_tags(client_v2: oss_v2.Client) -> None:
    client_v2.put_object(oss_v2.PutObjectRequest("bkt", KEY, body=b"1", tagging="k1=v1"))
    client_v2.copy_object(oss_v2.CopyObjectRequest("bkt", "copy", source_key=KEY))
    got = client_v2.get_object_tagging(oss_v2.GetObjectTaggingRequest("bkt", "copy"))
    assert [(tag.key, tag.value) for tag in got.tag_set.tags] == [("k1", "v1")]
    tags = oss_v2.Tagging(tag_set=oss_v2.TagSet(tags=[oss_v2.Tag(key="a", value="1")]))
    client_v2.put_object_tagging(oss_v2.PutObjectTaggingRequest("bkt", "copy", tagging=tags))
    assert client_v2.delete_object_tagging(oss_v2.DeleteObjectTaggingRequest("bkt", "copy")).status_code == 204


def test_oss_v2_presigns(client_v2: oss_v2.Client) -> None:
    put = client_v2.presign(oss_v2.PutObjectRequest("bkt", KEY))
    assert plain.put(put.url, content=b"presigned", headers=put.signed_headers).status_code == 200
    get = client_v2.presign(oss_v2.GetObjectRequest("bkt", KEY))
    assert plain.get(get.url).content == b"presigned"
    assert plain.get(get.url.replace("certs", "state")).status_code == 403


def test_oss_v2_asks_about_the_bucket(client_v2: oss_v2.Client) -> None:
    info = client_v2.get_bucket_info(oss_v2.GetBucketInfoRequest("bkt")).bucket_info
    assert (info.name, info.location, info.versioning) == ("bkt", "oss-cn-hangzhou", None)


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_wrong_secret_is_told_by_both_sdks(server: Server, version: str) -> None:
    server.app.world.oss.create_bucket("bkt")
    wrong = Identity(ACCESS_KEY_ID, "wrong")
    with pytest.raises(oss2.exceptions.SignatureDoesNotMatch):
        make_oss2(server, wrong, version).get_object("k")
    with pytest.raises(oss_v2.exceptions.OperationError, match="Error Code: SignatureDoesNotMatch"):
        make_oss_v2(server, wrong, version).get_object(oss_v2.GetObjectRequest("bkt", "k"))
