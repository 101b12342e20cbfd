"""What can be done with a bucket, one function an action of the vendor's API."""

import hashlib
import re
from collections.abc import Callable

from fakecloud.http import Response, percent_encode
from fakecloud.markup import branch, leaf
from fakecloud.oss.call import OssCall
from fakecloud.oss.errors import InvalidArgumentError, MalformedXmlBodyError, OssError
from fakecloud.oss.listing import Page, from_token, parse_limit, to_token
from fakecloud.oss.notifications import to_timestamp

MOST_DELETED = 1000
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")

Encode = Callable[[str], str]


def list_buckets(call: OssCall) -> Response:
    """Return all buckets of the account."""
    buckets = (
        branch(
            "Bucket", leaf("Name", bucket.name), leaf("CreationDate", to_timestamp(bucket.created_at)), *_place(call)
        )
        for bucket in call.world.oss.buckets.values()
    )
    return call.answer(branch("ListAllMyBucketsResult", _owner(call), branch("Buckets", *buckets)))


def put_bucket(call: OssCall) -> Response:
    """Create a bucket."""
    if not _BUCKET_NAME.fullmatch(call.bucket):
        message = "The specified bucket is not valid."
        raise OssError(400, "InvalidBucketName", message, BucketName=call.bucket)
    call.world.oss.create_bucket(call.bucket)
    return call.answer(Location=f"/{call.bucket}")


def delete_bucket(call: OssCall) -> Response:
    """Delete an empty bucket."""
    if call.world.oss.find_bucket(call.bucket).objects:
        message = "The bucket you tried to delete is not empty."
        raise OssError(409, "BucketNotEmpty", message, BucketName=call.bucket)
    del call.world.oss.buckets[call.bucket]
    return call.answer(status=204)


def get_bucket_info(call: OssCall) -> Response:
    """Return what is known about a bucket; Versioning is there once it was set."""
    bucket = call.world.oss.find_bucket(call.bucket)
    versioning = [leaf("Versioning", bucket.versioning)] if bucket.versioning else []
    info = branch(
        "Bucket",
        leaf("Name", bucket.name),
        leaf("CreationDate", to_timestamp(bucket.created_at)),
        *_place(call),
        leaf("StorageClass", "Standard"),
        leaf("DataRedundancyType", "LRS"),
        leaf("AccessMonitor", "Disabled"),
        leaf("TransferAcceleration", "Disabled"),
        leaf("CrossRegionReplication", "Disabled"),
        _owner(call),
        branch("AccessControlList", leaf("Grant", "private")),
        *versioning,
    )
    return call.answer(branch("BucketInfo", info))


def get_bucket_location(call: OssCall) -> Response:
    """Return where a bucket is."""
    call.world.oss.find_bucket(call.bucket)
    return call.answer(leaf("LocationConstraint", f"oss-{call.world.region}"))


def get_bucket_versioning(call: OssCall) -> Response:
    """Return whether versioning is or was on."""
    bucket = call.world.oss.find_bucket(call.bucket)
    status = [leaf("Status", bucket.versioning)] if bucket.versioning else []
    return call.answer(branch("VersioningConfiguration", *status))


def put_bucket_versioning(call: OssCall) -> Response:
    """Set the flag of versioning, which cannot be taken back."""
    bucket = call.world.oss.find_bucket(call.bucket)
    status = call.read_xml("VersioningConfiguration").find_text("Status")
    if status not in ("Enabled", "Suspended"):
        raise MalformedXmlBodyError
    bucket.versioning = status
    return call.answer()


def delete_multiple_objects(call: OssCall) -> Response:
    """Delete up to 1000 objects."""
    order = call.read_xml("Delete")
    keys = [item.find_text("Key") or "" for item in order.find_all("Object")]
    if not 1 <= len(keys) <= MOST_DELETED or "" in keys:
        raise MalformedXmlBodyError
    for key in keys:
        event = "ObjectRemoved:DeleteObjects"
        call.world.oss.delete_object(call.bucket, key, event=event, request_id=call.request_id)
    if order.find_text("Quiet") == "true":
        return call.answer()
    encode = _encoding(call)
    deleted = (branch("Deleted", leaf("Key", encode(key))) for key in keys)
    return call.answer(branch("DeleteResult", *_encoding_type(call), *deleted))


def list_objects_v2(call: OssCall) -> Response:
    """List objects, the page named by a continuation token, else what comes after start-after."""
    query, encode = call.query, _encoding(call)
    token, limit = query.get("continuation-token", ""), parse_limit(query.get("max-keys"))
    start = query.get("start-after", "")
    page = _list(call, from_token(token) or start, limit)
    with_owner = query.get("fetch-owner") == "true"
    own = [leaf("StartAfter", encode(start))] if start else []
    own += [leaf("ContinuationToken", token)] if token else []
    own += [leaf("NextContinuationToken", to_token(page.next_marker))] if page.next_marker else []
    own += [leaf("KeyCount", len(page.keys) + len(page.prefixes))]
    return _answer_listing(call, page, own, limit, with_owner=with_owner)


def list_objects(call: OssCall) -> Response:
    """List objects after a marker."""
    query, encode = call.query, _encoding(call)
    marker, limit = query.get("marker", ""), parse_limit(query.get("max-keys"))
    page = _list(call, marker, limit)
    own = [leaf("Marker", encode(marker))]
    own += [leaf("NextMarker", encode(page.next_marker))] if page.next_marker else []
    return _answer_listing(call, page, own, limit, with_owner=True)


def _list(call: OssCall, marker: str, limit: int) -> Page:
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    return call.world.oss.list_objects(call.bucket, prefix=prefix, delimiter=delimiter, marker=marker, limit=limit)


def _answer_listing(call: OssCall, page: Page, own: list[str], limit: int, *, with_owner: bool) -> Response:
    encode = _encoding(call)
    items = [
        leaf("Name", call.bucket),
        leaf("Prefix", encode(call.query.get("prefix", ""))),
        *own,
        leaf("MaxKeys", limit),
        leaf("Delimiter", encode(call.query.get("delimiter", ""))),
        *_encoding_type(call),
        leaf("IsTruncated", bool(page.next_marker)),
        *(_contents(call, key, encode, with_owner=with_owner) for key in page.keys),
        *(branch("CommonPrefixes", leaf("Prefix", encode(prefix))) for prefix in page.prefixes),
    ]
    return call.answer(branch("ListBucketResult", *items))


def _contents(call: OssCall, key: str, encode: Encode, *, with_owner: bool) -> str:
    stored = call.world.oss.get_object(call.bucket, key)
    return (
        f"<Contents>{leaf('Key', encode(key))}<LastModified>{to_timestamp(stored.last_modified)}</LastModified>"
        f'<ETag>"{stored.etag}"</ETag><Type>Normal</Type><Size>{stored.size}</Size>'
        f"<StorageClass>Standard</StorageClass>{_owner(call) if with_owner else ''}</Contents>"
    )


def _encoding(call: OssCall) -> Encode:
    kind = call.query.get("encoding-type", "")
    if kind not in ("", "url"):
        raise InvalidArgumentError("Invalid Encoding Method specified in Request.", "encoding-type", kind)
    return percent_encode if kind else str


def _encoding_type(call: OssCall) -> list[str]:
    return [leaf("EncodingType", "url")] if call.query.get("encoding-type") else []


def _owner(call: OssCall) -> str:
    owner = hashlib.sha256(call.world.account_id.encode()).hexdigest()[:16]
    return branch("Owner", leaf("ID", call.world.account_id), leaf("DisplayName", owner))


def _place(call: OssCall) -> list[str]:
    region = call.world.region
    return [
        leaf("Location", f"oss-{region}"),
        leaf("ExtranetEndpoint", f"oss-{region}.aliyuncs.com"),
        leaf("IntranetEndpoint", f"oss-{region}-internal.aliyuncs.com"),
    ]
