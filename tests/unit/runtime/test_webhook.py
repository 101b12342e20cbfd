"""The webhook: one POST, no redirect, no answer read, no address and no secret told."""

import json
from collections.abc import Callable

import httpx
import pytest

from certdrop.runtime.webhook import HttpWebhook

URL = "https://hooks.example/T0KEN-of-the-hook"
SECRET = "LTAI5tMadeUpAccessKeyId"


def hook(handler: Callable[[httpx.Request], httpx.Response], url: str = URL) -> HttpWebhook:
    return HttpWebhook(url, httpx.Client(transport=httpx.MockTransport(handler)), [SECRET])


def test_a_notice_is_posted_as_json_without_secrets() -> None:
    got: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        got.append(request)
        return httpx.Response(204)

    assert hook(take)({"event": "drop-refused", "message": f"the key {SECRET}"}, 3.0) == ""
    [request] = got
    assert (request.method, str(request.url), request.headers["user-agent"]) == ("POST", URL, "certdrop")
    assert json.loads(request.content)["event"] == "drop-refused"
    assert SECRET.encode() not in request.content
    assert request.extensions["timeout"] == dict.fromkeys(("connect", "read", "write", "pool"), 3.0)


@pytest.mark.parametrize("status", [302, 404, 503])
def test_another_answer_than_2xx_is_a_refusal_and_a_redirect_is_not_followed(status: int) -> None:
    elsewhere = {"location": "https://other.example/"}
    answer = hook(lambda request: httpx.Response(status if str(request.url) == URL else 200, headers=elsewhere))

    assert answer({}, 3.0) == f"it answered {status}"


def test_what_goes_wrong_is_told_without_the_address() -> None:
    def break_off(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout(f"no way to {request.url}")

    assert hook(break_off)({}, 3.0) == "ConnectTimeout"


@pytest.mark.parametrize("url", ["https://xn--a.example\x00/", "https://\udcff.example/"])
def test_an_address_that_cannot_be_used_is_told_as_such(url: str) -> None:
    assert hook(lambda _: httpx.Response(200), url)({}, 3.0).startswith("the address cannot be used (")
