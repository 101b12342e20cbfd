"""One call of OSS on its way: what it is about, what of its headers counts, and how answers look."""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from fakecloud.http import Request, Response, http_date
from fakecloud.markup import Element, MalformedXmlError, document, parse
from fakecloud.oss.errors import (
    InvalidArgumentError,
    InvalidDigestError,
    InvalidTagError,
    MalformedXmlBodyError,
    OssError,
)
from fakecloud.oss.objects import Properties, StoredObject
from fakecloud.world import World

DEFAULT_TYPE = "application/octet-stream"
KEPT_HEADERS = (
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Expires",
    "x-oss-server-side-encryption",
    "x-oss-server-side-encryption-key-id",
    "x-oss-storage-class",
)
META = "x-oss-meta-"
MOST_META = 8192  # bytes
MOST_TAGS = 10
_TAG_KEY = re.compile(r"[\w +\-=.:/]{1,128}")
_TAG_VALUE = re.compile(r"[\w +\-=.:/]{0,256}")


class OssCall(NamedTuple):
    """A call with its bucket and key, both empty when it is about none."""

    world: World
    request: Request
    query: Mapping[str, str]
    request_id: str
    bucket: str
    key: str

    @property
    def forbid_overwrite(self) -> bool:
        """Whether an object that is there must stay."""
        return self.request.headers.get("x-oss-forbid-overwrite", "").lower() == "true"

    def read_body(self) -> bytes:
        """Return the body, which must have the Content-MD5 that was sent."""
        sent = self.request.headers.get("content-md5")
        if sent and sent != base64.b64encode(hashlib.md5(self.request.body).digest()).decode():
            raise InvalidDigestError
        return self.request.body

    def read_xml(self, root: str) -> Element:
        """Return the body as XML."""
        try:
            element = parse(self.read_body())
        except MalformedXmlError:
            raise MalformedXmlBodyError from None
        if element.name != root:
            raise MalformedXmlBodyError
        return element

    def read_properties(self) -> Properties:
        """Return what the headers say about the object."""
        headers = self.request.headers
        meta = {name.removeprefix(META): value for name, value in headers.items() if name.startswith(META)}
        if sum(len(name) + len(value.encode()) for name, value in meta.items()) > MOST_META:
            raise InvalidArgumentError("The total size of user metadata is too large.", META + "*", "")
        encryption = headers.get("x-oss-server-side-encryption", "AES256")
        if encryption not in ("AES256", "KMS"):
            message = "The Encryption Method you specified is not supported."
            raise OssError(400, "InvalidEncryptionAlgorithmError", message)
        return Properties(
            content_type=headers.get("content-type", DEFAULT_TYPE),
            headers={name: headers[name.lower()] for name in KEPT_HEADERS if name.lower() in headers},
            meta=meta,
            tags=self.read_tags(),
        )

    def read_tags(self) -> dict[str, str]:
        """Return the tags of the x-oss-tagging header."""
        return verify_tags(parse_qsl(self.request.headers.get("x-oss-tagging", ""), keep_blank_values=True))

    @property
    def source_path(self) -> str:
        """Bucket and key of the object to copy, empty when none is named."""
        return unquote(self.request.headers.get("x-oss-copy-source", "").partition("?")[0]).removeprefix("/")

    def find_source(self) -> StoredObject:
        """Return the object that x-oss-copy-source names."""
        bucket, _, key = self.source_path.partition("/")
        return self.world.oss.get_object(bucket, key)

    def answer(self, root: str = "", status: int = 200, **headers: str) -> Response:
        """Return an answer, with an XML document if there is a *root*."""
        kept = {name.replace("_", "-"): value for name, value in headers.items()}
        if not root:
            return Response(status, kept)
        return Response(status, {"Content-Type": "application/xml", **kept}, document(root))


def verify_tags(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the tags as a mapping; raises InvalidTagError for too many, doubled or ill-spelled ones."""
    tags = dict(pairs)
    if len(pairs) > MOST_TAGS:
        raise InvalidTagError("Object tags cannot be greater than 10.")
    if len(tags) != len(pairs):
        raise InvalidTagError("Cannot provide multiple Tags with the same key.")
    for key, value in pairs:
        if not _TAG_KEY.fullmatch(key) or not _TAG_VALUE.fullmatch(value):
            raise InvalidTagError("The TagKey or TagValue you have provided is invalid.")
    return tags


def describe(stored: StoredObject) -> dict[str, str]:
    """Return the headers that tell an object's properties."""
    properties = stored.properties
    headers = {
        "Content-Type": properties.content_type,
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.etag}"',
        "Last-Modified": http_date(stored.last_modified),
        "x-oss-object-type": "Normal",
        "x-oss-storage-class": "Standard",
        "x-oss-hash-crc64ecma": str(stored.crc64),
        **properties.headers,
        **{META + name: value for name, value in properties.meta.items()},
    }
    if properties.tags:
        headers["x-oss-tagging-count"] = str(len(properties.tags))
    return headers
