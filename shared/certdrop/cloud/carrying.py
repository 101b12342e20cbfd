"""Carrying one request to the cloud and its answer back: the only file of cloud/ that knows httpx.

What goes wrong on the way comes back as a Trouble, not as an exception, so that no request, whose body can hold a key,
hangs on the chain of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import httpx

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOT_AN_ADDRESS = (httpx.InvalidURL, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Request:
    """A request as it is sent: *target* is path and query, percent-encoded; header names in lower case."""

    method: str
    origin: str  # scheme and authority
    target: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Trouble:
    """Why there is no answer; *cause* is one word for the log."""

    kind: Literal["not an address", "never sent", "lost", "too large"]
    cause: str = ""


class Patience(NamedTuple):
    """How long to wait, in seconds, and the most bytes of an answer."""

    connect: float
    read: float
    limit: int


class Carrier(Protocol):
    """Takes a request to the cloud, once."""

    def __call__(self, request: Request, patience: Patience) -> Answer | Trouble:
        """Return the answer, whatever its status, or why there is none."""
        ...


class HttpxCarrier:
    """Carries over a client of httpx, which follows no redirect here."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def __call__(self, request: Request, patience: Patience) -> Answer | Trouble:
        """Return the answer, whatever its status, or why there is none."""
        try:
            return self._exchange(request, patience)
        except NEVER_SENT as error:
            return Trouble("never sent", type(error).__name__)
        except NOT_AN_ADDRESS as error:
            return Trouble("not an address", type(error).__name__)
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            return Trouble("lost", type(error).__name__)

    def _exchange(self, request: Request, patience: Patience) -> Answer | Trouble:
        seconds = {
            "connect": patience.connect,
            "read": patience.read,
            "write": patience.read,
            "pool": patience.connect,
        }
        response = self._client.send(
            httpx.Request(
                request.method,
                request.origin + request.target,
                headers=request.headers,
                content=request.body,
                extensions={"timeout": seconds},
            ),
            stream=True,
            follow_redirects=False,
        )
        try:
            response.headers.pop("content-encoding", None)  # the bytes as sent: nothing is ever unpacked
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > patience.limit:
                    return Trouble("too large")
            return Answer(response.status_code, dict(response.headers.items()), bytes(body))
        finally:
            response.close()
