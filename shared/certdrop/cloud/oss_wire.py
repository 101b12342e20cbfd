"""OSS's documents: what objects, entries of lists and buckets look like, and how keys go into URLs."""

import base64
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from certdrop.cloud import xml_answers
from certdrop.cloud.carrying import Answer
from certdrop.cloud.sending import Call
from certdrop.cloud.signing import percent_encode
from certdrop.errors import CloudError

LONGEST_SIZE = 18  # digits
DOT_SEGMENTS = {".": "%2E", "..": "%2E%2E"}
MOST_DATES = 256  # that are kept read: answers of one second bear the same


@dataclass(frozen=True)
class OssObject:
    """An object with its bytes; *etag* without quotes, *last_modified* aware UTC."""

    key: str
    body: bytes = field(repr=False)
    etag: str
    last_modified: datetime


class OssEntry(NamedTuple):
    """An object as a list or a HEAD shows it; *etag* without quotes, *last_modified* aware UTC."""

    key: str
    etag: str
    size: int
    last_modified: datetime


@dataclass(frozen=True)
class BucketInfo:
    """A bucket: *versioning* is "" (never used), "Enabled" or "Suspended"."""

    versioning: str


@dataclass(frozen=True)
class Page:
    """One page of a list; *next_token* is empty on the last."""

    entries: list[OssEntry]
    prefixes: list[str]
    next_token: str


def encode_key(key: str) -> str:
    """Percent-encode a key for a URL's path; HTTP clients must not fold its `.` and `..` segments."""
    return "/".join([DOT_SEGMENTS.get(segment, segment) for segment in percent_encode(key, "/").split("/")])


@lru_cache(MOST_DATES)
def parse_date(text: str) -> datetime | None:
    """Read an HTTP date (RFC 9110, GMT); None when it is none."""
    try:
        return parsedate_to_datetime(text).astimezone(timezone.utc)
    except (TypeError, ValueError, OverflowError):
        return None


def parse_size(text: str) -> int:
    """Read a Content-Length; 0 when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_SIZE else 0


def _parse_moment(text: str) -> datetime:
    """Read a list's LastModified; ValueError when it is none, or tells no time zone."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


def parse_page(root: Element) -> Page:
    """Read a ListBucketResult (version 2); with encoding-type=url its keys and prefixes are percent-encoded."""
    decode: Callable[[str], str] = _decode if root.findtext("EncodingType") == "url" else str
    more = root.findtext("IsTruncated") == "true"
    return Page(
        entries=[_parse_entry(element, decode) for element in root.findall("Contents")],
        prefixes=[decode(element.findtext("Prefix", "")) for element in root.findall("CommonPrefixes")],
        next_token=(root.findtext("NextContinuationToken") or "") if more else "",
    )


def _parse_entry(element: Element, decode: Callable[[str], str]) -> OssEntry:
    texts = {child.tag: child.text or "" for child in element}
    return OssEntry(
        decode(texts.get("Key", "")),
        texts.get("ETag", "").strip('"'),
        int(texts.get("Size", "0")),
        _parse_moment(texts.get("LastModified", "")),
    )


def _decode(key: str) -> str:
    """Read a percent-encoded key, in which most often nothing but slashes is encoded."""
    plain = key.replace("%2F", "/")
    return unquote(key) if "%" in plain else plain


def parse_bucket_info(root: Element) -> BucketInfo:
    """Read a BucketInfo document."""
    return BucketInfo(versioning=root.findtext("Bucket/Versioning") or "")


def read_error(call: Call, answer: Answer) -> CloudError:
    """Read OSS's error; a HEAD has no body, its error then stands in base64 in the header x-oss-err, if at all."""
    if not answer.body and "x-oss-err" in answer.headers:
        with contextlib.suppress(ValueError):
            answer = replace(answer, body=base64.b64decode(answer.headers["x-oss-err"]))
    return xml_answers.read_error(call, answer, "x-oss-request-id")
