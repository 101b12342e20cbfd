"""A certificate authority for the demo and the tests: root, intermediate and leaf in every shape, good or bad.

Everything is keyword-only and nothing is checked: what a test asks for, however wrong, is what it gets. A certificate
depends on its arguments and keys only; elliptic-curve keys can be derived from a seed, so whole chains are
reproducible. All times are aware UTC.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KeyName = Literal[
    "rsa-1024", "rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384", "p-521", "secp256k1", "ed25519", "dsa-2048"
]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey
HashName = Literal["sha256", "sha384", "sha512", "sha1", "md5"]

NOT_BEFORE = datetime(2026, 10, 1, tzinfo=timezone.utc)
NOT_AFTER = datetime(2027, 10, 1, tzinfo=timezone.utc)
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH

_CURVES: dict[str, ec.EllipticCurve] = {
    "p-256": ec.SECP256R1(),
    "p-384": ec.SECP384R1(),
    "p-521": ec.SECP521R1(),
    "secp256k1": ec.SECP256K1(),
}

_STRONG: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_RSA_SIGNATURES = bytes.fromhex("06092a864886f70d0101")
_SHA256_WITH_RSA = _RSA_SIGNATURES + b"\x0b"
_WEAK: dict[str, tuple[bytes, hashes.HashAlgorithm]] = {
    "sha1": (_RSA_SIGNATURES + b"\x05", hashes.SHA1()),  # noqa: S303 bad on purpose
    "md5": (_RSA_SIGNATURES + b"\x04", hashes.MD5()),  # noqa: S303 bad on purpose
}


def make_key(name: KeyName, *, seed: bytes | None = None, exponent: int = 65537) -> PrivateKey:
    """Return a new private key; with *seed* an elliptic-curve key is always the same."""
    if name in _CURVES:
        curve = _CURVES[name]
        if seed is None:
            return ec.generate_private_key(curve)
        return ec.derive_private_key(int.from_bytes(hashlib.sha256(seed).digest(), "big") >> 1 | 1, curve)
    if name == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    kind, _, bits = name.partition("-")
    if kind == "dsa":
        return dsa.generate_private_key(int(bits))
    return rsa.generate_private_key(exponent, int(bits))


@dataclass(frozen=True)
class Issued:
    """A certificate with the private key of its subject."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key in PEM, PKCS#8: what certbot writes."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def traditional_key_pem(self) -> bytes:
        """The key in PEM, PKCS#1 (RSA) or SEC1 (elliptic curve): what load balancers ask for."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the DER in lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()


def root_ca(
    *,
    common_name: str = "Fakecloud Root",
    key: PrivateKey | KeyName = "p-256",
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    path_length: int | None = None,
    signature_hash: HashName = "sha256",
) -> Issued:
    """Return a self-signed certificate authority."""
    return certificate(
        common_name=common_name,
        key=key,
        not_before=not_before,
        not_after=not_after,
        ca=True,
        path_length=path_length,
        signature_hash=signature_hash,
    )


def intermediate_ca(
    *,
    issuer: Issued,
    common_name: str = "Fakecloud Intermediate",
    key: PrivateKey | KeyName = "p-256",
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    path_length: int | None = None,
    signature_hash: HashName = "sha256",
) -> Issued:
    """Return a certificate authority that *issuer* signed."""
    return certificate(
        common_name=common_name,
        issuer=issuer,
        key=key,
        not_before=not_before,
        not_after=not_after,
        ca=True,
        path_length=path_length,
        signature_hash=signature_hash,
    )


def leaf(  # noqa: PLR0913 a builder of test data takes keywords
    *,
    issuer: Issued | None = None,
    names: Sequence[str] = ("shop.example",),
    addresses: Sequence[str] = (),
    common_name: str | None = None,
    key: PrivateKey | KeyName = "p-256",
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    extended_key_usage: Sequence[x509.ObjectIdentifier] = (SERVER_AUTH, CLIENT_AUTH),
    key_usage: x509.KeyUsage | None = None,
    signature_hash: HashName = "sha256",
    serial: int | None = None,
) -> Issued:
    """Return a server certificate for *names*, self-signed without *issuer*; its CN is the first name unless given.

    No names and no addresses: no SAN. An empty *common_name*: no CN. No *extended_key_usage*: no such extension.
    """
    return certificate(
        common_name=(names[0] if names else "") if common_name is None else common_name,
        issuer=issuer,
        key=key,
        names=names,
        addresses=addresses,
        not_before=not_before,
        not_after=not_after,
        ca=False,
        extended_key_usage=extended_key_usage,
        key_usage=key_usage,
        signature_hash=signature_hash,
        serial=serial,
    )


def certificate(  # noqa: PLR0913 a builder of test data takes keywords
    *,
    common_name: str,
    issuer: Issued | None = None,
    key: PrivateKey | KeyName = "p-256",
    names: Sequence[str] = (),
    addresses: Sequence[str] = (),
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    ca: bool | None = False,
    path_length: int | None = None,
    extended_key_usage: Sequence[x509.ObjectIdentifier] = (),
    key_usage: x509.KeyUsage | None = None,
    signature_hash: HashName = "sha256",
    serial: int | None = None,
    extra_extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> Issued:
    """Return any certificate; *ca* None leaves the basic constraints out, *extra_extensions* are (value, critical)."""
    private_key = make_key(key) if isinstance(key, str) else key
    signer = issuer.key if issuer else private_key
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(issuer.certificate.subject if issuer else _name(common_name))
        .public_key(private_key.public_key())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .serial_number(serial or _serial(common_name, not_before, not_after, private_key, names))
    )
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectKeyIdentifier.from_public_key(private_key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
        (key_usage or _key_usage(ca=bool(ca)), True),
        *extra_extensions,
    ]
    if ca is not None:
        extensions.append((x509.BasicConstraints(ca=ca, path_length=path_length), True))
    if names or addresses:
        extensions.append((_alternative_names(names, addresses), not common_name))
    extensions += [(x509.ExtendedKeyUsage(extended_key_usage), False)] if extended_key_usage else []
    return Issued(_sign(_extend(builder, extensions), signer, signature_hash), private_key)


def _extend(
    builder: x509.CertificateBuilder, extensions: Sequence[tuple[x509.ExtensionType, bool]]
) -> x509.CertificateBuilder:
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder


def _alternative_names(names: Sequence[str], addresses: Sequence[str]) -> x509.SubjectAlternativeName:
    general: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    return x509.SubjectAlternativeName([*general, *(x509.IPAddress(ipaddress.ip_address(one)) for one in addresses)])


def _sign(builder: x509.CertificateBuilder, signer: PrivateKey, name: HashName) -> x509.Certificate:
    if isinstance(signer, ed25519.Ed25519PrivateKey):
        return builder.sign(signer, None)
    if name in _STRONG:
        is_curve = isinstance(signer, ec.EllipticCurvePrivateKey)
        return builder.sign(signer, _STRONG[name], ecdsa_deterministic=True if is_curve else None)  # RFC 6979
    if not isinstance(signer, rsa.RSAPrivateKey):
        raise ValueError(f"only RSA signs with {name} here")  # noqa: TRY004 the hash is what is wrong
    return _sign_weakly(builder.sign(signer, hashes.SHA256()), signer, name)


def _sign_weakly(strong: x509.Certificate, signer: rsa.RSAPrivateKey, name: HashName) -> x509.Certificate:
    """Exchange SHA-256 for a hash that the builder refuses; both identifiers are equally long in DER (RFC 8017)."""
    identifier, digest = _WEAK[name]
    der = strong.public_bytes(Encoding.DER).replace(_SHA256_WITH_RSA, identifier)
    to_be_signed = strong.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, identifier)
    signature = signer.sign(to_be_signed, padding.PKCS1v15(), digest)
    return x509.load_der_x509_certificate(der[: -len(strong.signature)] + signature)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else [])


def _serial(common_name: str, not_before: datetime, not_after: datetime, key: PrivateKey, names: Sequence[str]) -> int:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = "|".join((common_name, not_before.isoformat(), not_after.isoformat(), *names)).encode()
    return int.from_bytes(hashlib.sha256(text + public).digest()[:16], "big") | 1


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=not ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
