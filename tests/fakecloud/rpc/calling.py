"""A small client of the RPC gateway for tests: signs V3 by itself, and tells answers from refusals."""

import hashlib
import hmac
import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from fakecloud.world import Identity

VERSIONS = {"alb": "2020-06-16", "cas": "2020-04-07", "clb": "2014-05-15"}
_nonces = itertools.count()


def flatten(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the pairs that stand for nested *value* on the wire."""
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield from flatten(child, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, child in enumerate(value, 1):
            yield from flatten(child, f"{path}.{number}")
    elif isinstance(value, bool):
        yield path, str(value).lower()
    elif value is not None:
        yield path, str(value)


def sign(request: httpx.Request, identity: Identity, *, date: str | None = None, nonce: str | None = None) -> None:
    """Put an ACS3-HMAC-SHA256 signature on *request*."""
    request.headers["x-acs-date"] = date or f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    request.headers["x-acs-signature-nonce"] = nonce or f"nonce-{next(_nonces)}"
    request.headers["x-acs-content-sha256"] = hashlib.sha256(request.content).hexdigest()
    if identity.token:
        request.headers["x-acs-security-token"] = identity.token
    names = sorted(n for n in request.headers if n.startswith("x-acs-") or n in ("host", "content-type"))
    pairs = sorted(request.url.params.multi_items())
    canonical = "\n".join(
        (
            request.method,
            "/",
            "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs),
            "".join(f"{name}:{request.headers[name].strip()}\n" for name in names),
            ";".join(names),
            request.headers["x-acs-content-sha256"],
        )
    )
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(identity.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    request.headers["authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={identity.access_key_id},SignedHeaders={';'.join(names)},Signature={signature}"
    )


class Caller:
    """Calls one product as one identity; parameters travel in the form."""

    def __init__(self, client: httpx.Client, service: str, identity: Identity) -> None:
        self._client = client
        self._service = service
        self.identity = identity

    def build(self, action: str, parameters: Mapping[str, Any], *, host: str = "fakecloud") -> httpx.Request:
        """Return the request, not signed."""
        headers = {"x-acs-action": action, "x-acs-version": VERSIONS[self._service], "host": host}
        return self._client.build_request("POST", "/", data=dict(flatten(parameters)), headers=headers)

    def send(self, action: str, parameters: Mapping[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Sign and send."""
        host = more.pop("host", "fakecloud")
        request = self.build(action, {**(parameters or {}), **more}, host=host)
        sign(request, self.identity)
        return self._client.send(request)

    def __call__(self, action: str, parameters: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Return the answer's document without RequestId."""
        response = self.send(action, parameters, **more)
        document: dict[str, Any] = response.json()
        assert response.status_code == 200, document
        assert document.pop("RequestId")
        return document

    def refused(self, action: str, parameters: Mapping[str, Any] | None = None, **more: Any) -> tuple[int, str]:
        """Return status and code of the refusal."""
        response = self.send(action, parameters, **more)
        assert response.status_code >= 400, response.json()
        return response.status_code, response.json()["Code"]


def query_string(parameters: Mapping[str, Any]) -> str:
    """Return nested *parameters* as a query string."""
    return urlencode(list(flatten(parameters)))
