"""Emit what was read in one canonical form: 64 columns, LF, no blank lines; keys as PKCS#1 (RSA) or SEC1 (EC)."""

import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certdrop.bundle.certificates import Certificate
from certdrop.bundle.facts import BundleFacts, BundleKind
from certdrop.bundle.private_keys import KeyPair


def emit_certificates(certificates: Iterable[Certificate]) -> str:
    """Return *certificates* as PEM, one after the other."""
    return "".join(each.native.public_bytes(Encoding.PEM).decode() for each in certificates)


def emit_key(pair: KeyPair) -> str:
    """Return the key as PEM in the form that the load balancers ask for: PKCS#1 (RSA), SEC1 (EC)."""
    return pair.private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def make_facts(certificate: Certificate, kind: BundleKind) -> BundleFacts | None:
    """Return the public facts of *certificate*; None when its key is of a kind that no load balancer takes."""
    if certificate.key.kind is None:
        return None
    return BundleFacts(
        kind=kind,
        fingerprint=certificate.fingerprint,
        sha1=hashlib.sha1(certificate.der, usedforsecurity=False).hexdigest(),
        names=tuple(sorted({name.lower() for name in certificate.names})),
        key_kind=certificate.key.kind,
        key_bits=certificate.key.bits,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        self_signed=certificate.is_self_signed,
    )
