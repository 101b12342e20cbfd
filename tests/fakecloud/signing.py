"""Signs requests as a caller would, written from the vendor's pages and apart from what fakecloud checks with."""

import base64
import hashlib
import hmac
from collections.abc import Generator
from datetime import datetime, timezone
from email.utils import format_datetime

import httpx

from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Identity

ACCOUNT = Identity(ACCESS_KEY_ID, ACCESS_KEY_SECRET)


class OssAuth(httpx.Auth):
    """Signs every request of a client with OSS's first signature; takes sub-resources from the query as they stand."""

    def __init__(self, identity: Identity = ACCOUNT, now: datetime | None = None) -> None:
        self.identity = identity
        self.now = now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        headers = request.headers
        headers["date"] = format_datetime(self.now or datetime.now(timezone.utc), usegmt=True)
        if self.identity.token:
            headers["x-oss-security-token"] = self.identity.token
        own = "".join(f"{k}:{v}\n" for k, v in sorted(headers.items()) if k.startswith("x-oss-"))
        signed = {
            "tagging",
            "delete",
            "bucketInfo",
            "versioning",
            "objectMeta",
            "location",
            "acl",
            "lifecycle",
            "continuation-token",
        }
        pairs = sorted((k, v) for k, v in request.url.params.multi_items() if k in signed or k.startswith("response-"))
        query = "&".join(f"{k}={v}" if v else k for k, v in pairs)
        resource = request.url.path + ("?" + query if query else "")
        content = (request.method, headers.get("content-md5", ""), headers.get("content-type", ""), headers["date"])
        text = "\n".join(content) + "\n" + own + resource
        signature = hmac.digest(self.identity.secret.encode(), text.encode(), "sha1")
        headers["authorization"] = f"OSS {self.identity.access_key_id}:{base64.b64encode(signature).decode()}"
        yield request


class MnsAuth(httpx.Auth):
    """Signs every request of a client for MNS."""

    def __init__(self, identity: Identity = ACCOUNT, now: datetime | None = None) -> None:
        self.identity = identity
        self.now = now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        headers = request.headers
        headers["date"] = format_datetime(self.now or datetime.now(timezone.utc), usegmt=True)
        headers["x-mns-version"] = "2015-06-06"
        if request.content:
            headers.setdefault("content-md5", base64.b64encode(hashlib.md5(request.content).digest()).decode())
            headers["content-type"] = "text/xml;charset=UTF-8"
        if self.identity.token:
            headers["security-token"] = self.identity.token
        own = "".join(f"{k}:{v}\n" for k, v in sorted(headers.items()) if k.startswith("x-mns-"))
        content = (request.method, headers.get("content-md5", ""), headers.get("content-type", ""), headers["date"])
        text = "\n".join(content) + "\n" + own + request.url.raw_path.decode()
        signature = hmac.digest(self.identity.secret.encode(), text.encode(), "sha1")
        headers["authorization"] = f"MNS {self.identity.access_key_id}:{base64.b64encode(signature).decode()}"
        yield request
