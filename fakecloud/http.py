"""Requests and responses as fakecloud's services see them, whichever door they came through."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property, lru_cache
from typing import Literal
from urllib.parse import quote, unquote

_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")


def percent_encode(text: str, safe: Literal["", "/"] = "") -> str:
    """Encode as RFC 3986 has it: all but letters, digits, -_.~ and *safe* (a space becomes %20)."""
    if _PLAIN.fullmatch(text):
        return text if safe else text.replace("/", "%2F")
    return quote(text, safe="~" + safe)


def http_date(moment: datetime) -> str:
    """Write a time in UTC as HTTP has it (RFC 9110)."""
    return _write_second(moment.replace(microsecond=0))


def _read_pairs(text: str) -> list[tuple[str, str]]:
    """Read a query or a form, as urllib's parse_qsl does; most names and values need no decoding."""
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    return [(_decode(name), _decode(value)) for name, _, value in pairs]


def _decode(text: str) -> str:
    """Decode a name or a value, in which most often nothing but slashes is encoded."""
    plain = text.replace("%2F", "/").replace("+", " ")
    return unquote(text.replace("+", " ")) if "%" in plain else plain


@lru_cache(maxsize=256)
def _write_second(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@dataclass(frozen=True)
class Request:
    """One HTTP request. *path* is percent-decoded UTF-8, *raw_query* as sent, *headers* have lower-case names."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs in order, decoded, empty values kept."""
        return _read_pairs(self.raw_query)

    @cached_property
    def form(self) -> list[tuple[str, str]]:
        """The body's pairs when it is a form, else none."""
        if not self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return []
        return _read_pairs(self.body.decode())


@dataclass
class Response:
    """One HTTP answer; header names go out spelled exactly as here."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of_json(cls, document: object, status: int = 200) -> "Response":
        """Make a JSON answer."""
        return cls(status, {"Content-Type": "application/json;charset=utf-8"}, json.dumps(document).encode())
