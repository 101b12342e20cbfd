"""Queries, forms and dates as fakecloud reads and writes them."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote

import pytest

from fakecloud.http import Request, http_date, percent_encode

QUERIES = [
    "",
    "a",
    "a=",
    "=b",
    "a=b=c",
    "&&a=1&",
    "a+b=c+d",
    "a=%2Fx%20y",
    "%E4%BD%A0=%zz&a=%",
    "a=%FF",
    "a;b=1",
    "a=1&a=2",
]
TEXTS = ["a b*~/é", "", "a-b_c.d~", "state/open/", "a b", "50%", "你/好", "a+b&c=d"]


@pytest.mark.parametrize("query", QUERIES)
def test_queries_and_forms_are_read_as_urllib_reads_them(query: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = Request("POST", "/", query, headers, query.encode())

    assert request.query == parse_qsl(query, keep_blank_values=True)
    assert request.form == request.query


@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_encoded_as_urllib_encodes_them(text: str) -> None:
    assert percent_encode(text) == quote(text, safe="~")
    assert percent_encode(text, "/") == quote(text, safe="~/")


def test_a_date_has_whole_seconds() -> None:
    moment = datetime(2026, 11, 1, 12, 0, 59, tzinfo=timezone.utc)

    assert http_date(moment + timedelta(milliseconds=999)) == format_datetime(moment, usegmt=True)
