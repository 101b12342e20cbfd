"""Checks OSS signatures: V1 and V4, in headers and presigned.

Sources: the vendor's signature pages, and what oss2 2.19 and alibabacloud_oss_v2 1.4 send.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from fakecloud.clock import machine_now
from fakecloud.http import Request, percent_encode
from fakecloud.identification import IdentificationError, Reason, find_identity, verify_date
from fakecloud.world import Identity, World

V4 = "OSS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
LONGEST_PRESIGNED_V4 = 604800  # seconds
_SIGNATURE = "x-oss-signature"  # the parameter of a presigned request that is not signed itself
_SUBRESOURCES = """
    acl append asyncFetch bucketInfo callback callback-var cname comp continuation-token cors delete encryption endTime
    group inventory inventoryId lifecycle link live location logging metaQuery objectInfo objectMeta partNumber policy
    position qos qosInfo referer regionList replication replicationLocation replicationProgress requestPayment
    resourceGroup response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires restore security-token sequential startTime stat
    status style styleName symlink tagging transferAcceleration uploadId uploads versionId versioning versions vod
    website worm wormExtend wormId x-oss-async-process x-oss-process x-oss-request-payer x-oss-traffic-limit
    x-oss-write-get-object-response bucketArchiveDirectRead httpsConfig redundancyTransition accessPoint
    accessPointPolicy publicAccessBlock qosRequester requesterQosInfo resourcePool resourcePoolBuckets resourcePoolInfo
"""
_SIGNED_SUBRESOURCES = frozenset(_SUBRESOURCES.split())


class Claim(NamedTuple):
    """Who says to have signed a request, and what: *sign* gives the right signature for a secret."""

    access_key_id: str
    token: str | None
    signature: str
    string_to_sign: str
    sign: Callable[[str, str], str]


def authenticate(world: World, request: Request) -> Identity:
    """Return who signed *request*, or raise IdentificationError."""
    claim = _read_claim(request, world.region)
    identity = find_identity(world, claim.access_key_id, claim.token)
    expected = claim.sign(identity.secret, claim.string_to_sign)
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise IdentificationError(Reason.WRONG_SIGNATURE, claim.string_to_sign)
    return identity


def _read_claim(request: Request, region: str) -> Claim:
    authorization = request.headers.get("authorization", "")
    if authorization.startswith(V4 + " "):
        return _read_header_v4(request, authorization, region)
    if authorization.startswith("OSS "):
        return _read_header_v1(request, authorization)
    query = dict(request.query)
    if query.get("x-oss-signature-version") == V4:
        return _read_presigned_v4(request, query, region)
    if "OSSAccessKeyId" in query:
        return _read_presigned_v1(request, query)
    raise IdentificationError(Reason.MALFORMED if authorization else Reason.NOT_SIGNED)


def _read_header_v1(request: Request, authorization: str) -> Claim:
    key, colon, signature = authorization.removeprefix("OSS ").partition(":")
    date = request.headers.get("x-oss-date") or request.headers.get("date", "")
    if not colon:
        raise IdentificationError(Reason.MALFORMED, "Authorization")
    verify_date(_parse_http_date(date))
    # alibabacloud_oss_v2 calls the header security-token, which is not signed; oss2 uses the documented name
    token = request.headers.get("x-oss-security-token") or request.headers.get("security-token")
    return Claim(key, token, signature, _string_to_sign_v1(request, date), _sign_v1)


def _read_presigned_v1(request: Request, query: dict[str, str]) -> Claim:
    expires = query.get("Expires", "")
    if not expires.isdigit() or "Signature" not in query:
        raise IdentificationError(Reason.MALFORMED, "Expires")
    if int(expires) < machine_now().timestamp():
        raise IdentificationError(Reason.EXPIRED)
    text = _string_to_sign_v1(request, expires)
    return Claim(query["OSSAccessKeyId"], query.get("security-token"), query["Signature"], text, _sign_v1)


def _string_to_sign_v1(request: Request, date: str) -> str:
    headers = "".join(
        f"{name}:{value}\n" for name, value in sorted(request.headers.items()) if name.startswith("x-oss-")
    )
    signed = sorted(
        pair for pair in request.query if pair[0] in _SIGNED_SUBRESOURCES or pair[0].startswith("x-oss-ac-")
    )
    subresources = "&".join(f"{name}={value}" if value else name for name, value in signed)
    resource = _resource(request.path) + ("?" + subresources if subresources else "")
    content = (request.method, request.headers.get("content-md5", ""), request.headers.get("content-type", ""), date)
    return "\n".join(content) + "\n" + headers + resource


def _sign_v1(secret: str, text: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def _read_header_v4(request: Request, authorization: str, region: str) -> Claim:
    items = [item.strip().partition("=") for item in authorization.removeprefix(V4).split(",")]
    given = {name: value for name, _, value in items}
    date = request.headers.get("x-oss-date", "")
    verify_date(_parse_v4_date(date))
    if request.headers.get("x-oss-content-sha256") != UNSIGNED:
        raise IdentificationError(Reason.MALFORMED, "x-oss-content-sha256")
    additional = [name for name in given.get("AdditionalHeaders", "").lower().split(";") if name]
    key, scope = _split_credential(given.get("Credential", ""), date, region)
    text = _string_to_sign_v4(request, date, scope, additional)
    token = request.headers.get("x-oss-security-token")
    return Claim(key, token, given.get("Signature", ""), text, _sign_v4)


def _read_presigned_v4(request: Request, query: dict[str, str], region: str) -> Claim:
    date, expires = query.get("x-oss-date", ""), query.get("x-oss-expires", "")
    if not expires.isdigit() or not 1 <= int(expires) <= LONGEST_PRESIGNED_V4:
        raise IdentificationError(Reason.MALFORMED, "x-oss-expires")
    signed_at = _parse_v4_date(date)
    if signed_at + timedelta(seconds=int(expires)) < machine_now():
        raise IdentificationError(Reason.EXPIRED)
    additional = [name for name in query.get("x-oss-additional-headers", "").lower().split(";") if name]
    key, scope = _split_credential(query.get("x-oss-credential", ""), date, region)
    text = _string_to_sign_v4(request, date, scope, additional)
    return Claim(key, query.get("x-oss-security-token"), query.get(_SIGNATURE, ""), text, _sign_v4)


def _split_credential(credential: str, date: str, region: str) -> tuple[str, str]:
    key, _, scope = credential.partition("/")
    if scope != f"{date[:8]}/{region}/oss/aliyun_v4_request":
        raise IdentificationError(Reason.MALFORMED, "Credential")
    return key, scope


def _string_to_sign_v4(request: Request, date: str, scope: str, additional: list[str]) -> str:
    always = ("content-type", "content-md5", *additional)
    signed = sorted([name for name in request.headers if name.startswith("x-oss-") or name in always])
    headers = "".join([f"{name}:{request.headers[name].strip()}\n" for name in signed])
    query = _canonical_query(request.query) if request.raw_query else ""
    path = percent_encode(_resource(request.path), "/")
    canonical = "\n".join((request.method, path, query, headers, ";".join(sorted(additional)), UNSIGNED))
    return "\n".join((V4, date, scope, hashlib.sha256(canonical.encode()).hexdigest()))


def _canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    encoded = sorted([(percent_encode(name), percent_encode(value)) for name, value in pairs if name != _SIGNATURE])
    return "&".join([f"{name}={value}" if value else name for name, value in encoded])


def _sign_v4(secret: str, text: str) -> str:
    return hmac.digest(_derive_key(secret, text.split("\n")[2]), text.encode(), "sha256").hex()


@lru_cache(maxsize=1024)
def _derive_key(secret: str, scope: str) -> bytes:
    key = f"aliyun_v4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _resource(path: str) -> str:
    return path + "/" if path.count("/") == 1 and path != "/" else path


def _parse_http_date(text: str) -> datetime:
    try:
        return parsedate_to_datetime(text).replace(tzinfo=timezone.utc)
    except ValueError:
        raise IdentificationError(Reason.MALFORMED, "Date") from None


@lru_cache(maxsize=1024)
def _parse_v4_date(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise IdentificationError(Reason.MALFORMED, "x-oss-date") from None
