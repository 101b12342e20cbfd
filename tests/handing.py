"""Calls of the product's clients, handed to fakecloud in process: no sockets, and no request objects of httpx."""

from typing import Protocol
from urllib.parse import unquote

import httpx

from certdrop.cloud.carrying import NEVER_SENT, Answer, Patience, Request, Trouble
from fakecloud.app import App
from fakecloud.http import Request as SeenRequest
from fakecloud.http import Response


class Exchange(Protocol):
    """Has a request answered; what it raises is what an HTTP client would: OSError, or an error of httpx."""

    def __call__(self, request: Request) -> Answer:
        """Return the answer."""
        ...


def as_seen(request: Request) -> SeenRequest:
    """Return what fakecloud sees of a client's request."""
    path, _, query = request.target.partition("?")
    return SeenRequest(request.method, unquote(path), query, request.headers, request.body)


def as_answer(response: Response) -> Answer:
    """Return what a client sees of fakecloud's answer."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    headers.setdefault("content-length", str(len(response.body)))
    return Answer(response.status, headers, response.body)


def hand_over(app: App, request: Request) -> Answer:
    """Let *app* answer a request; ConnectionError when its answer is lost."""
    return as_answer(app.handle(as_seen(request)))


def carry(exchange: Exchange, request: Request, patience: Patience) -> Answer | Trouble:
    """Carry a request by an exchange, as a Carrier of the product does."""
    try:
        answer = exchange(request)
    except (httpx.HTTPError, OSError) as error:
        return Trouble("never sent" if isinstance(error, NEVER_SENT) else "lost", type(error).__name__)
    return Trouble("too large") if len(answer.body) > patience.limit else answer


class Door(httpx.BaseTransport):
    """The same exchange for a client of httpx."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Have a request of httpx answered."""
        target = request.url.raw_path.decode()
        origin = str(request.url).removesuffix(target)
        headers = {name.decode().lower(): value.decode() for name, value in request.headers.raw}
        answer = self._exchange(Request(request.method, origin, target, headers, request.read()))
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)
