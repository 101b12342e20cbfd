"""The signature of Function Compute's API of 2016-08-15: `FC <access key>:<base64 HMAC-SHA256>`."""

import base64
import hashlib
import hmac
import re
from datetime import timezone
from email.utils import parsedate_to_datetime

from fakecloud.fc.errors import FcError
from fakecloud.http import Request
from fakecloud.identification import IdentificationError, Reason, find_identity, verify_date
from fakecloud.world import Identity, World

AUTHORIZATION = re.compile(r"FC (?P<key>[^:]+):(?P<signature>[A-Za-z0-9+/=]+)")
# The name in brackets is what the other services call it, so that one search finds them all.
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your access key and signing method (SignatureDoesNotMatch)"
)
REFUSALS = {
    Reason.NOT_SIGNED: (400, "MissingRequiredHeader", "required HTTP header Authorization was not specified"),
    Reason.MALFORMED: (400, "MissingRequiredHeader", "required HTTP header Date was not specified"),
    Reason.WRONG_TOKEN: (403, "InvalidSecurityToken", "the security token does not belong to the access key"),
    Reason.EXPIRED_TOKEN: (403, "SecurityTokenExpired", "the security token has expired"),
    Reason.SKEWED: (403, "AccessDenied", "the date of the request is more than 15 minutes off"),
    Reason.WRONG_SIGNATURE: (403, "SignatureNotMatch", MISMATCH),
}


def authenticate(world: World, request: Request) -> Identity:
    """Return who signed *request*; raises FcError."""
    try:
        return _identify(world, request)
    except IdentificationError as error:
        if error.reason is Reason.UNKNOWN_KEY:
            raise FcError(403, "InvalidAccessKeyID", f"invalid access key ID '{error.detail}'") from error
        raise FcError(*REFUSALS[error.reason]) from error


def string_to_sign(request: Request) -> str:
    """Return what the signature is over; the path is decoded, its query is signed for HTTP triggers only."""
    headers = request.headers
    own = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()) if name.startswith("x-fc-"))
    content = (headers.get("content-md5", ""), headers.get("content-type", ""), headers.get("date", ""))
    return "\n".join((request.method, *content, own + request.path))


def sign(secret: str, text: str) -> str:
    """Return the signature of *text*."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _identify(world: World, request: Request) -> Identity:
    match = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None:
        raise IdentificationError(Reason.NOT_SIGNED)
    try:
        signed_at = parsedate_to_datetime(request.headers.get("date", ""))
    except ValueError:
        raise IdentificationError(Reason.MALFORMED) from None
    verify_date(signed_at if signed_at.tzinfo else signed_at.replace(tzinfo=timezone.utc))
    identity = find_identity(world, match["key"], request.headers.get("x-fc-security-token"))
    if not hmac.compare_digest(sign(identity.secret, string_to_sign(request)), match["signature"]):
        raise IdentificationError(Reason.WRONG_SIGNATURE)
    return identity
