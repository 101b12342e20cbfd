"""What a server certificate, and a client CA's, must be (RFC 5280, CA/Browser Forum Baseline Requirements)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from certdrop.bundle.certificates import WEAK_HASHES, Certificate
from certdrop.bundle.codes import make_finding
from certdrop.bundle.facts import name_covers
from certdrop.bundle.findings import Finding
from certdrop.bundle.names import find_name_problem
from certdrop.bundle.public_keys import find_key_problem

SKEW = timedelta(minutes=5)
MAX_INVALID_NAMES = 10


def find_leaf_problems(leaf: Certificate, subject: str, now: datetime, warning_days: int) -> Iterator[Finding]:
    """Yield what is wrong with a server certificate by itself."""
    if leaf.is_ca:
        yield make_finding("ca-as-leaf", subject)
    yield from find_serial_problems(leaf, subject)
    yield from find_time_problems(leaf, subject, now, warning_days)
    yield from _find_name_problems(leaf, subject)
    yield from _find_usage_problems(leaf, subject)
    problem = find_key_problem(leaf.key, subject)
    if problem:
        yield problem
    if leaf.signature_hash in WEAK_HASHES:
        yield make_finding("weak-signature", subject, hash=leaf.signature_hash.upper())
    if leaf.is_self_signed and not leaf.is_ca:
        yield make_finding("self-signed", subject)


def find_authority_problems(ca: Certificate, subject: str, now: datetime, warning_days: int) -> Iterator[Finding]:
    """Yield what is wrong with a CA certificate that clients' certificates are to be checked against."""
    yield from find_time_problems(ca, subject, now, warning_days)
    problem = find_key_problem(ca.key, subject, is_ca=True)
    if problem:
        yield problem
    if ca.key_usage and not ca.key_usage.key_cert_sign:
        yield make_finding("wrong-key-usage", subject, use="to sign certificates", usage="keyCertSign")
    if not ca.is_self_signed:
        yield make_finding("ca-not-self-signed", subject)
        if ca.signature_hash in WEAK_HASHES:
            yield make_finding("weak-signature", subject, hash=ca.signature_hash.upper())


def find_serial_problems(certificate: Certificate, subject: str) -> Iterator[Finding]:
    """Yield that the serial number is not positive: clients refuse it, save in a root (RFC 5280 4.1.2.2)."""
    if certificate.serial <= 0:
        yield make_finding("bad-serial", subject)


def find_time_problems(certificate: Certificate, subject: str, now: datetime, warning_days: int) -> Iterator[Finding]:
    """Yield what is wrong with the validity at *now*."""
    left = certificate.not_after - now
    if left < timedelta():
        yield make_finding("expired", subject, not_after=show_time(certificate.not_after))
    elif left < timedelta(days=warning_days):
        yield make_finding("expires-soon", subject, days=left.days, not_after=show_time(certificate.not_after))
    yield from find_early_use(certificate, subject, now)


def find_early_use(certificate: Certificate, subject: str, now: datetime) -> Iterator[Finding]:
    """Yield that the validity begins after *now*; an issuer's clock may be five minutes ahead."""
    if now + SKEW < certificate.not_before:
        yield make_finding("not-yet-valid", subject, not_before=show_time(certificate.not_before))


def _find_name_problems(leaf: Certificate, subject: str) -> Iterator[Finding]:
    if not leaf.names:
        yield make_finding("no-san", subject)
    invalid = ((name, reason) for name in leaf.names if (reason := find_name_problem(name)))
    for name, reason in islice(invalid, MAX_INVALID_NAMES):
        yield make_finding("invalid-san", subject, name=name, reason=reason)
    if leaf.common_name and leaf.names and not any(name_covers(name, leaf.common_name) for name in leaf.names):
        yield make_finding("cn-not-in-san", subject, name=leaf.common_name)


def _find_usage_problems(leaf: Certificate, subject: str) -> Iterator[Finding]:
    usages = leaf.extended_key_usage
    if usages and ExtendedKeyUsageOID.SERVER_AUTH not in usages:
        listed = ", ".join(usage._name for usage in usages)  # noqa: SLF001 the only name it has
        yield make_finding("wrong-eku", subject, usages=listed)
    usage = leaf.key_usage
    if usage and not usage.digital_signature:
        if not isinstance(leaf.key.native, rsa.RSAPublicKey):
            yield make_finding("wrong-key-usage", subject, use="to sign a handshake", usage="digitalSignature")
        elif not usage.key_encipherment:
            either = "digitalSignature,keyEncipherment"
            yield make_finding("wrong-key-usage", subject, use="a TLS handshake", usage=either)


def show_time(moment: datetime) -> str:
    """Return *moment* for people, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
