"""Checks MNS signatures (x-mns-version 2015-06-06), as the vendor's page and aliyun-mns-sdk 1.3 make them.

The security token is not part of what is signed; the resource is path and query exactly as sent.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from fakecloud.http import Request
from fakecloud.identification import IdentificationError, Reason, find_identity, verify_date
from fakecloud.world import Identity, World


def authenticate(world: World, request: Request) -> Identity:
    """Return who signed *request*, or raise IdentificationError."""
    headers = request.headers
    authorization = headers.get("authorization", "")
    key, colon, signature = authorization.removeprefix("MNS ").partition(":")
    if not authorization:
        raise IdentificationError(Reason.NOT_SIGNED)
    if not authorization.startswith("MNS ") or not colon:
        raise IdentificationError(Reason.MALFORMED, "Authorization")
    date = headers.get("x-mns-date") or headers.get("date", "")
    verify_date(_parse_date(date))
    identity = find_identity(world, key, headers.get("security-token"))
    text = string_to_sign(request, date)
    expected = base64.b64encode(hmac.digest(identity.secret.encode(), text.encode(), "sha1"))
    if not hmac.compare_digest(expected, signature.encode()):
        raise IdentificationError(Reason.WRONG_SIGNATURE, text)
    return identity


def string_to_sign(request: Request, date: str) -> str:
    """Return what is signed of *request*."""
    headers = request.headers
    own = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()) if name.startswith("x-mns-"))
    resource = request.path + ("?" + request.raw_query if request.raw_query else "")
    content = (request.method, headers.get("content-md5", ""), headers.get("content-type", ""), date)
    return "\n".join(content) + "\n" + own + resource


def is_digest_of(sent: str, body: bytes) -> bool:
    """Say whether a Content-MD5 fits: base64 of the 16 bytes, or, as the official SDK has it, of their hex digits."""
    digest = hashlib.md5(body)
    right = (base64.b64encode(digest.digest()), base64.b64encode(digest.hexdigest().encode()))
    return sent.encode() in right


def _parse_date(text: str) -> datetime:
    try:
        return parsedate_to_datetime(text).replace(tzinfo=timezone.utc)
    except ValueError:
        raise IdentificationError(Reason.MALFORMED, "Date") from None
