"""Conditional requests: If-Match and its three sisters, also as copy conditions, and byte ranges."""

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from fakecloud.oss.errors import NotModifiedError, PreconditionFailedError
from fakecloud.oss.objects import StoredObject

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def verify_conditions(headers: Mapping[str, str], stored: StoredObject, *, prefix: str = "") -> None:
    """Raise when a condition of *headers* does not hold for *stored*; *prefix* is x-oss-copy-source- for copies."""
    modified = stored.last_modified.replace(microsecond=0)
    match, none_match = headers.get(f"{prefix}if-match"), headers.get(f"{prefix}if-none-match")
    since = _parse(headers.get(f"{prefix}if-modified-since"))
    unmodified = _parse(headers.get(f"{prefix}if-unmodified-since"))
    if match is not None and match.strip('"') not in (stored.etag, "*"):
        raise PreconditionFailedError("If-Match")
    if match is None and unmodified is not None and modified > unmodified:
        raise PreconditionFailedError("If-Unmodified-Since")
    if none_match is not None and none_match.strip('"') in (stored.etag, "*"):
        raise NotModifiedError
    if none_match is None and since is not None and modified <= since:
        raise NotModifiedError


def _parse(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(timezone.utc) if text else None
    except ValueError:
        return None  # a date that is none is no condition


def find_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return first and last byte of a range that lies in *size* bytes; any other range means the whole object."""
    match = _RANGE.fullmatch(header or "")
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        length = int(match[2])
        return (max(0, size - length), size - 1) if 0 < length <= size else None
    first, last = int(match[1]), int(match[2]) if match[2] else size - 1
    return (first, last) if first <= last < size else None
