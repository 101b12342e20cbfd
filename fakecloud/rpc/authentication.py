"""Who signed a request: reads either signature, judges its time, its nonce and its token, and finds the caller."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from itertools import islice

from fakecloud.clock import machine_now
from fakecloud.http import Request
from fakecloud.identification import ALLOWED_SKEW, IdentificationError, Reason, find_identity
from fakecloud.rpc import signatures
from fakecloud.rpc.operation import RpcError
from fakecloud.world import Identity, World

AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<key>[^,]+), ?SignedHeaders=(?P<headers>[^,]+), ?"
    r"Signature=(?P<signature>[0-9a-f]+)"
)
ALWAYS_SIGNED = ("host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version")
REFUSALS = {
    Reason.NOT_SIGNED: (400, "IncompleteSignature", "The request signature does not conform to Aliyun standards."),
    Reason.MALFORMED: (400, "IncompleteSignature", "The request signature does not conform to Aliyun standards."),
    Reason.UNKNOWN_KEY: (404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."),
    Reason.EXPIRED_TOKEN: (400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."),
    Reason.SKEWED: (400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
}


def _refusal(reason: Reason) -> RpcError:
    return RpcError(*REFUSALS[reason])


@dataclass(frozen=True)
class Signed:
    """What a request says about its signer, whichever signature it bears."""

    access_key_id: str
    token: str | None
    date: str
    nonce: str
    string_to_sign: str
    sign: Callable[[str, str], str]
    signature: str


def read_signed(request: Request) -> Signed:
    """Return what *request* says about its signer; raises RpcError when it bears no whole signature."""
    if request.headers.get("authorization", "").startswith("ACS3-"):
        return _read_v3(request)
    return _read_v1(request)


def _read_v3(request: Request) -> Signed:
    headers = request.headers
    match = AUTHORIZATION.fullmatch(headers["authorization"])
    if match is None:
        raise _refusal(Reason.MALFORMED)
    signed = match["headers"].split(";")
    must = {name for name in headers if name.startswith("x-acs-") or name in ("host", "content-type")}
    if not must.union(ALWAYS_SIGNED).issubset(signed) or not set(signed).issubset(headers):
        raise _refusal(Reason.MALFORMED)
    string_to_sign = signatures.string_to_sign_v3(request, signed)
    if headers["x-acs-content-sha256"] != hashlib.sha256(request.body).hexdigest():
        raise _mismatch(string_to_sign)
    return Signed(
        access_key_id=match["key"],
        token=headers.get("x-acs-security-token"),
        date=headers["x-acs-date"],
        nonce=headers["x-acs-signature-nonce"],
        string_to_sign=string_to_sign,
        sign=signatures.signature_v3,
        signature=match["signature"],
    )


def _read_v1(request: Request) -> Signed:
    pairs = request.query + request.form
    parameters = dict(pairs)
    needed = ("Signature", "AccessKeyId", "Timestamp", "SignatureNonce")
    if any(not parameters.get(name) for name in needed):
        raise _refusal(Reason.NOT_SIGNED)
    versions = (parameters.get("SignatureMethod"), parameters.get("SignatureVersion"))
    if versions != ("HMAC-SHA1", "1.0"):
        raise _refusal(Reason.MALFORMED)
    return Signed(
        access_key_id=parameters["AccessKeyId"],
        token=parameters.get("SecurityToken"),
        date=parameters["Timestamp"],
        nonce=parameters["SignatureNonce"],
        string_to_sign=signatures.string_to_sign_v1(request.method, pairs),
        sign=signatures.signature_v1,
        signature=parameters["Signature"],
    )


def _mismatch(string_to_sign: str) -> RpcError:
    # aliyunsdkcore compares what follows the colon with its own string to sign, to tell a wrong secret from a bug.
    text = f"Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}"
    return RpcError(400, "SignatureDoesNotMatch", text)


class Authenticator:
    """Finds the caller of a request; remembers nonces for as long as their dates are good."""

    def __init__(self, world: World, now: Callable[[], datetime] = machine_now) -> None:
        self._world = world
        self._now = now
        self._nonces: dict[tuple[str, str], datetime] = {}

    def authenticate(self, request: Request) -> Identity:
        """Return who signed *request*, or raise RpcError."""
        signed = read_signed(request)
        self._check_date(signed.date)
        identity = self._find_identity(signed)
        expected = signed.sign(identity.secret, signed.string_to_sign)
        if not hmac.compare_digest(expected.encode(), signed.signature.encode()):
            raise _mismatch(signed.string_to_sign)
        self._use_nonce(signed)
        return identity

    def _check_date(self, text: str) -> None:
        if abs(self._now() - _parse_date(text)) > ALLOWED_SKEW:
            raise _refusal(Reason.SKEWED)

    def _find_identity(self, signed: Signed) -> Identity:
        known = self._world.identities.get(signed.access_key_id)
        if known is not None and known.token is not None and not signed.token:
            raise RpcError(400, "MissingSecurityToken", "SecurityToken is mandatory for this action.")
        try:
            return find_identity(self._world, signed.access_key_id, signed.token)
        except IdentificationError as error:
            if error.reason in REFUSALS:
                raise _refusal(error.reason) from error
        if any(other.token == signed.token for other in self._world.identities.values()):
            text = "Specified SecurityToken mismatch with the AccessKey."
            raise RpcError(400, "InvalidSecurityToken.MismatchWithAccessKey", text)
        raise RpcError(400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")

    def _use_nonce(self, signed: Signed) -> None:
        now = self._now()
        for old, seen in [*islice(self._nonces.items(), 2)]:  # the oldest come first; more go than come
            if now - seen > 2 * ALLOWED_SKEW:
                del self._nonces[old]
        nonce = (signed.access_key_id, signed.nonce)
        if nonce in self._nonces:
            raise RpcError(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        self._nonces[nonce] = now


@lru_cache(maxsize=1024)
def _parse_date(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        message = "Specified time stamp or date value is not well formatted."
        raise RpcError(400, "InvalidTimeStamp.Format", message) from None
