"""Pages of a list: MaxResults, NextToken and TotalCount as every ALB list has them."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from fakecloud.alb import limits
from fakecloud.alb.errors import refusal

LONGEST_START = 10  # digits


def cut_page(name: str, items: Sequence[Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer's page of *items* below *name*; NextToken is left out on the last page."""
    start = read_token(parameters.get("NextToken", ""))
    count = parameters.get("MaxResults", limits.PAGE)
    document: dict[str, Any] = {name: items[start : start + count], "MaxResults": count, "TotalCount": len(items)}
    if start + count < len(items):
        document["NextToken"] = make_token(start + count)
    return document


def make_token(start: int) -> str:
    """Return an opaque token for the page that begins at *start*."""
    return base64.urlsafe_b64encode(f"next:{start}".encode()).decode()


def read_token(token: str) -> int:
    """Return where the page of *token* begins, 0 for none; raises InvalidParameter for one that was not given out."""
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, ValueError):
        word, number = "", ""
    if word != "next" or not (number.isascii() and number.isdigit() and len(number) < LONGEST_START):
        raise refusal("InvalidParameter", "NextToken")
    return int(number)
