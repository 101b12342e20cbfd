"""Listing a bucket: order, prefixes, delimiters, pages. Pure."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field

from fakecloud.oss.errors import InvalidArgumentError

DEFAULT_KEYS = 100
MOST_KEYS = 1000


@dataclass
class Page:
    """One page of a listing: keys and common prefixes, and where the next one starts (empty: this is the last)."""

    keys: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_marker: str = ""


def list_page(keys: Iterable[str], *, prefix: str = "", delimiter: str = "", marker: str = "", limit: int) -> Page:
    """Return what comes after *marker*, in the order of UTF-8, at most *limit* keys and common prefixes together."""
    page = Page()
    last = ""
    for key in sorted([key for key in keys if key.startswith(prefix)]):
        folder = _common_prefix(key, prefix, delimiter)
        item = folder or key
        if item <= marker or item == last:
            continue
        if len(page.keys) + len(page.prefixes) == limit:
            page.next_marker = last
            return page
        (page.prefixes if folder else page.keys).append(item)
        last = item
    return page


def _common_prefix(key: str, prefix: str, delimiter: str) -> str:
    end = key.find(delimiter, len(prefix)) if delimiter else -1
    return key[: end + len(delimiter)] if end >= 0 else ""


def parse_limit(text: str | None) -> int:
    """Return max-keys as a number, 100 when it is not given."""
    if not text:
        return DEFAULT_KEYS
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_KEYS:
        raise InvalidArgumentError("Argument max-keys must be an integer between 1 and 1000.", "max-keys", text)
    return int(text)


def to_token(marker: str) -> str:
    """Return the continuation token that stands for *marker*."""
    return base64.b64encode(marker.encode()).decode() if marker else ""


def from_token(token: str) -> str:
    """Return the marker that a continuation token stands for; none for none."""
    if not token:
        return ""
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        message = "The continuation token provided is incorrect."
        raise InvalidArgumentError(message, "continuation-token", token) from error
