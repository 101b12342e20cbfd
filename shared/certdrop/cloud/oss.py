"""The bucket: objects read, written, listed and deleted, through OSS's REST API with signatures of version 4."""

import base64
import hashlib
import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TypeVar
from xml.etree.ElementTree import Element

from certdrop.cloud.carrying import Answer, Request
from certdrop.cloud.endpoints import split_endpoint
from certdrop.cloud.oss_wire import (
    BucketInfo,
    OssEntry,
    OssObject,
    Page,
    encode_key,
    parse_bucket_info,
    parse_date,
    parse_page,
    parse_size,
    read_error,
)
from certdrop.cloud.paging import follow
from certdrop.cloud.sending import ANSWER_LIMIT, Call, Sender
from certdrop.cloud.signing import OSS_UNSIGNED_PAYLOAD, canonical_query, percent_encode, sign_oss
from certdrop.cloud.xml_answers import parse_answer
from certdrop.errors import CloudError
from certdrop.ports import Clock, Credentials

PAGE_SIZE = 1000  # the most that a list answers
NOT_FOUND = 404
MISSING_OBJECT_CODES = frozenset({"NoSuchKey", f"Http{NOT_FOUND}"})

Pairs = Sequence[tuple[str, str]]
Document = TypeVar("Document")


class Oss:
    """One bucket. Failures are CloudError (NoSuchKey, FileAlreadyExists, PreconditionFailed...) or LostAnswerError.

    All calls may be repeated: a PUT writes the same bytes, and one that forbids overwriting is answered
    FileAlreadyExists when the first try was done, which its caller tells apart by what it wrote.
    """

    def __init__(
        self, bucket: str, endpoint: str, region: str, *, sender: Sender, credentials: Credentials, clock: Clock
    ) -> None:
        self.date: datetime | None = None  # Date of this object's first answer
        self._bucket = bucket
        self._region = region
        self._origin, self._path = _locate(endpoint, bucket)
        self._host = self._origin.rpartition("/")[2]
        self._sender = sender
        self._credentials = credentials
        self._clock = clock

    def get_object(self, key: str, *, if_match: str | None = None, limit: int | None = None) -> OssObject:
        """Return an object; PreconditionFailed when its ETag is not *if_match*, EntityTooLarge above *limit* bytes."""
        headers = {"if-match": f'"{if_match}"'} if if_match else {}
        call = self._call("GetObject", "GET", key, headers=headers, limit=ANSWER_LIMIT if limit is None else limit)
        answer = self._send(call)
        entry = self._entry(call, key, answer)
        return OssObject(key=key, body=answer.body, etag=entry.etag, last_modified=entry.last_modified)

    def head_object(self, key: str) -> OssEntry | None:
        """Return an object's entry, or None when there is none."""
        call = self._call("HeadObject", "HEAD", key)
        try:
            return self._entry(call, key, self._send(call))
        except CloudError as error:
            if error.status == NOT_FOUND and error.code in MISSING_OBJECT_CODES:
                return None
            raise

    def put_object(
        self, key: str, body: bytes, *, content_type: str = "application/octet-stream", forbid_overwrite: bool = False
    ) -> str:
        """Write an object and return its ETag; with *forbid_overwrite*, FileAlreadyExists when there is one."""
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        headers = {"content-type": content_type, "content-md5": md5}
        if forbid_overwrite:
            headers["x-oss-forbid-overwrite"] = "true"
        answer = self._send(self._call("PutObject", "PUT", key, headers=headers, body=body))
        return answer.headers.get("etag", "").strip('"')

    def delete_object(self, key: str) -> None:
        """Delete an object, if there is one."""
        self._send(self._call("DeleteObject", "DELETE", key))

    def list_objects(
        self, prefix: str, *, limit: int | None = None, start_after: str = "", delimiter: str = ""
    ) -> list[OssEntry]:
        """Return the entries below *prefix* in the order of their keys: all, or with *limit* those of one request."""
        query = [("prefix", prefix), ("start-after", start_after), ("delimiter", delimiter)]
        if limit is not None:
            return self._page([*query, ("max-keys", str(limit))]).entries
        return [entry for page in self._pages(query) for entry in page.entries]

    def list_prefixes(self, prefix: str) -> list[str]:
        """Return the "folders" right below *prefix*, each with its final slash."""
        pages = self._pages([("prefix", prefix), ("delimiter", "/")])
        return [found for page in pages for found in page.prefixes]

    def get_bucket_info(self) -> BucketInfo:
        """Return what matters of the bucket's settings."""
        call = self._call("GetBucketInfo", "GET", "", query=[("bucketInfo", "")])
        return _read(call, self._send(call), parse_bucket_info)

    def _pages(self, query: Pairs) -> Iterator[Page]:
        query = [*query, ("max-keys", str(PAGE_SIZE))]
        return follow("oss", "ListObjectsV2", lambda token: self._page([*query, ("continuation-token", token or "")]))

    def _page(self, query: Pairs) -> Page:
        given = [(name, value) for name, value in query if value]
        call = self._call("ListObjectsV2", "GET", "", query=[("list-type", "2"), ("encoding-type", "url"), *given])
        return _read(call, self._send(call), parse_page)

    def _call(
        self,
        action: str,
        method: str,
        key: str,
        *,
        query: Pairs = (),
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        limit: int = ANSWER_LIMIT,
    ) -> Call:
        def build() -> Request:
            return self._build(method, key, query, headers or {}, body)

        return Call("oss", action, repeatable=True, build=build, read_error=self._read_error, limit=limit)

    def _build(self, method: str, key: str, query: Pairs, headers: Mapping[str, str], body: bytes) -> Request:
        sent = {
            "host": self._host,
            "accept-encoding": "identity",
            "x-oss-date": self._clock.now().strftime("%Y%m%dT%H%M%SZ"),
            "x-oss-content-sha256": OSS_UNSIGNED_PAYLOAD,
            **headers,
        }
        if self._credentials.security_token:
            sent["x-oss-security-token"] = self._credentials.security_token
        sent_query = canonical_query(query, bare_empty=True) if query else ""
        sent["authorization"] = sign_oss(
            method=method,
            bucket=self._bucket,
            key=key,
            query=sent_query,
            headers=sent,
            region=self._region,
            credentials=self._credentials,
        )
        target = self._path + encode_key(key) + (f"?{sent_query}" if sent_query else "")
        return Request(method, self._origin, target, sent, body)

    def _send(self, call: Call) -> Answer:
        answer = self._sender.send(call)
        self._note_date(answer)
        return answer

    def _read_error(self, call: Call, answer: Answer) -> CloudError:
        self._note_date(answer)
        return read_error(call, answer)

    def _note_date(self, answer: Answer) -> None:
        if self.date is None:
            self.date = parse_date(answer.headers.get("date", ""))

    @staticmethod
    def _entry(call: Call, key: str, answer: Answer) -> OssEntry:
        last_modified = parse_date(answer.headers.get("last-modified", ""))
        if last_modified is None:
            raise call.lost("UnreadableAnswer", "no Last-Modified", answer.status)
        etag, size = answer.headers.get("etag", "").strip('"'), parse_size(answer.headers.get("content-length", ""))
        return OssEntry(key, etag, size, last_modified)


def _read(call: Call, answer: Answer, parse: Callable[[Element], Document]) -> Document:
    root = parse_answer(call, answer)
    try:
        return parse(root)
    except ValueError:
        problem = call.lost("UnreadableAnswer", "not as documented", answer.status)
    raise problem


@lru_cache
def _locate(endpoint: str, bucket: str) -> tuple[str, str]:
    """Return a bucket's origin and path: IP addresses are called path style, names with the bucket in front."""
    scheme, authority, host = split_endpoint(endpoint)
    if host == "localhost" or _is_address(host):
        return f"{scheme}://{authority}", f"/{percent_encode(bucket)}/"
    return f"{scheme}://{bucket}.{authority}", "/"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
