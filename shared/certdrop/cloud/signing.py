"""Signatures: ACS3-HMAC-SHA256 for RPC calls, OSS4-HMAC-SHA256 for OSS, HMAC-SHA1 for queues. Pure functions.

Each takes the request as it will be sent (header names in lower case) and returns its Authorization header's value.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from certdrop.ports import Credentials

RPC_ALGORITHM = "ACS3-HMAC-SHA256"
OSS_ALGORITHM = "OSS4-HMAC-SHA256"
OSS_UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")

Pairs = Iterable[tuple[str, str]]


def percent_encode(text: str, safe: Literal["", "/"] = "") -> str:
    """Percent-encode as RFC 3986 asks: all but letters, digits, `-_.~` and *safe*."""
    if PLAIN.fullmatch(text):
        return text if safe else text.replace("/", "%2F")
    return quote(text, safe="~" + safe)


def canonical_query(parameters: Pairs, *, bare_empty: bool = False) -> str:
    """Return the encoded pairs in order, joined by `&`; *bare_empty* leaves out the `=` of empty values."""
    encoded = sorted([(percent_encode(name), percent_encode(value)) for name, value in parameters])
    return "&".join([name if bare_empty and not value else f"{name}={value}" for name, value in encoded])


def _canonical_headers(headers: Mapping[str, str], signed: Iterable[str]) -> str:
    return "".join([f"{name}:{headers[name].strip()}\n" for name in signed])


def _hex_sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sign_rpc(  # the canonical request has that many parts
    *,
    method: str,
    path: str,
    query: Pairs,
    headers: Mapping[str, str],
    signed_headers: Iterable[str],
    content_sha256: str,
    credentials: Credentials,
) -> str:
    """Sign a call to the API gateway (signature version 3).

    *path* percent-encoded (`/` for RPC); *content_sha256* the hex digest of the body, as in `x-acs-content-sha256`.
    """
    names = sorted(signed_headers)
    canonical = "\n".join(
        (method, path, canonical_query(query), _canonical_headers(headers, names), ";".join(names), content_sha256)
    )
    to_sign = f"{RPC_ALGORITHM}\n{_hex_sha256(canonical.encode())}"
    signature = hmac.digest(credentials.access_key_secret.encode(), to_sign.encode(), "sha256").hex()
    return (
        f"{RPC_ALGORITHM} Credential={credentials.access_key_id},SignedHeaders={';'.join(names)},Signature={signature}"
    )


def sign_oss(  # the canonical request has that many parts
    *,
    method: str,
    bucket: str,
    key: str,
    query: str,
    headers: Mapping[str, str],
    region: str,
    credentials: Credentials,
) -> str:
    """Sign a call to OSS (version 4, unsigned payload).

    *key* decoded, empty for the bucket; *query* canonical, with bare empty values; *headers* must hold `x-oss-date` as
    yyyymmddThhmmssZ. Signed are all `x-oss-*`, `content-type` and `content-md5`; the canonical path names the bucket,
    whichever host is called.
    """
    signed = sorted([name for name in headers if name.startswith("x-oss-") or name in ("content-type", "content-md5")])
    path = f"/{bucket}/{key}" if bucket else "/"
    canonical = "\n".join(
        (
            method,
            percent_encode(path, "/"),
            query,
            _canonical_headers(headers, signed),
            "",  # no additional headers
            OSS_UNSIGNED_PAYLOAD,
        )
    )
    moment = headers["x-oss-date"]
    scope = (moment[:8], region, "oss", "aliyun_v4_request")
    to_sign = "\n".join((OSS_ALGORITHM, moment, "/".join(scope), _hex_sha256(canonical.encode())))
    signing_key = _derive_key(credentials.access_key_secret, scope)
    signature = hmac.digest(signing_key, to_sign.encode(), "sha256").hex()
    return f"{OSS_ALGORITHM} Credential={credentials.access_key_id}/{'/'.join(scope)},Signature={signature}"


@lru_cache(maxsize=2)
def _derive_key(secret: str, scope: tuple[str, ...]) -> bytes:
    """Derive the key that signs for a day in a region."""
    key = f"aliyun_v4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def sign_mns(*, method: str, resource: str, headers: Mapping[str, str], credentials: Credentials) -> str:
    """Sign a call to the queue service.

    *resource* is path and query as sent; of *headers*, `content-md5`, `content-type`, `date` and all `x-mns-*` count.
    """
    to_sign = "\n".join((method, headers.get("content-md5", ""), headers.get("content-type", ""), headers["date"], ""))
    to_sign += _canonical_headers(headers, sorted(name for name in headers if name.startswith("x-mns-")))
    to_sign += resource
    # HMAC-SHA1 is the vendor's only signature for queues (x-mns-version 2015-06-06)
    digest = hmac.digest(credentials.access_key_secret.encode(), to_sign.encode(), "sha1")
    return f"MNS {credentials.access_key_id}:{base64.b64encode(digest).decode()}"
