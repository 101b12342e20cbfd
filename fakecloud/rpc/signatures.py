"""The two signatures of the RPC gateway, recomputed from the request: V1 (HMAC-SHA1) and V3 (ACS3-HMAC-SHA256)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from fakecloud.http import Request, percent_encode

Pairs = Iterable[tuple[str, str]]


def canonical_query(pairs: Pairs) -> str:
    """Return *pairs* sorted and encoded, as both signatures want them."""
    return "&".join([f"{percent_encode(name)}={percent_encode(value)}" for name, value in sorted(pairs)])


def string_to_sign_v1(method: str, pairs: Pairs) -> str:
    """Return what V1 signs: every pair of query and form but Signature."""
    signed = canonical_query(pair for pair in pairs if pair[0] != "Signature")
    return "&".join((method, percent_encode("/"), percent_encode(signed)))


def signature_v1(secret: str, string_to_sign: str) -> str:
    """Return the base64 HMAC-SHA1 under the secret and an ampersand."""
    digest = hmac.digest(f"{secret}&".encode(), string_to_sign.encode(), "sha1")
    return base64.b64encode(digest).decode()


def string_to_sign_v3(request: Request, signed_headers: Iterable[str]) -> str:
    """Return what V3 signs: method, path, query, the headers that Authorization names, and the body's hash."""
    names = sorted(signed_headers)
    canonical = "\n".join(
        (
            request.method,
            percent_encode(request.path, "/"),
            canonical_query(request.query),
            "".join([f"{name}:{request.headers.get(name, '').strip()}\n" for name in names]),
            ";".join(names),
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    return "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()


def signature_v3(secret: str, string_to_sign: str) -> str:
    """Return the hex HMAC-SHA256 under the secret itself."""
    return hmac.digest(secret.encode(), string_to_sign.encode(), "sha256").hex()
