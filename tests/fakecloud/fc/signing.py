"""Signs invocations as a caller would, written from the vendor's pages and apart from what fakecloud checks with."""

import base64
import hashlib
import hmac
import json
from collections.abc import Generator
from datetime import datetime, timezone
from email.utils import format_datetime
from uuid import uuid4

import httpx

from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Identity

ACCOUNT = Identity(ACCESS_KEY_ID, ACCESS_KEY_SECRET)


class FcAuth(httpx.Auth):
    """Signs for the API of 2016-08-15."""

    def __init__(self, identity: Identity = ACCOUNT, now: datetime | None = None) -> None:
        self.identity = identity
        self.now = now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        headers = request.headers
        headers["date"] = format_datetime(self.now or datetime.now(timezone.utc), usegmt=True)
        if self.identity.token:
            headers["x-fc-security-token"] = self.identity.token
        lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), headers["date"]]
        lines += [f"{name}:{value}" for name, value in sorted(headers.items()) if name.startswith("x-fc-")]
        digest = hmac.digest(self.identity.secret.encode(), "\n".join([*lines, request.url.path]).encode(), "sha256")
        headers["authorization"] = f"FC {self.identity.access_key_id}:{base64.b64encode(digest).decode()}"
        yield request


class AcsAuth(httpx.Auth):
    """Signs for the API of 2023-03-30 (ACS3-HMAC-SHA256)."""

    requires_request_body = True

    def __init__(self, identity: Identity = ACCOUNT) -> None:
        self.identity = identity

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        headers = request.headers
        headers["x-acs-action"] = "InvokeFunction"
        headers["x-acs-version"] = "2023-03-30"
        headers["x-acs-date"] = f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
        headers["x-acs-signature-nonce"] = uuid4().hex
        headers["x-acs-content-sha256"] = hashlib.sha256(request.content).hexdigest()
        if self.identity.token:
            headers["x-acs-security-token"] = self.identity.token
        signed = sorted(name for name in headers if name.startswith("x-acs-") or name in ("host", "content-type"))
        canonical = [request.method, request.url.path, request.url.query.decode()]
        canonical += ["".join(f"{name}:{headers[name]}\n" for name in signed), ";".join(signed)]
        text = "\n".join([*canonical, headers["x-acs-content-sha256"]])
        string_to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(text.encode()).hexdigest()
        signature = hmac.digest(self.identity.secret.encode(), string_to_sign.encode(), "sha256").hex()
        headers["authorization"] = (
            f"ACS3-HMAC-SHA256 Credential={self.identity.access_key_id},"
            f"SignedHeaders={';'.join(signed)},Signature={signature}"
        )
        yield request


def code_of(response: httpx.Response) -> str:
    """Return the error code of an answer, whichever API gave it."""
    document = json.loads(response.content)
    return str(document.get("ErrorCode") or document.get("Code"))
