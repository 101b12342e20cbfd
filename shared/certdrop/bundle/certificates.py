"""One certificate, everything that is asked of it read at once, so that nothing fails later."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from certdrop.bundle.public_keys import (
    MAX_CA_RSA_BITS,
    MAX_EXPONENT_BITS,
    MIN_EXPONENT,
    RSASSA_PSS,
    UNKNOWN,
    PublicKey,
    describe_public_key,
    name_other_algorithm,
)

USUAL_EXPONENT_BITS = MIN_EXPONENT.bit_length()
WEAK_HASHES = frozenset({"md5", "sha1"})

_PARSE_ERROR = re.compile(r"ParseError \{ kind: (\w+)")
_PLACE = re.compile(r'"(\w+(?:::\w+)?)"')

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)

# cryptography parses lazily and fails in five ways, at load or at any attribute.
PARSING_ERRORS = (
    ValueError,
    TypeError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)


@dataclass(frozen=True)
class Certificate:
    """What judging asks of a certificate; times are aware UTC, *names* the DNS names of the SAN as written."""

    der: bytes = field(repr=False)
    native: x509.Certificate = field(repr=False, compare=False)
    subject: bytes = field(repr=False)
    issuer: bytes = field(repr=False)
    serial: int
    title: str
    issuer_title: str
    common_name: str | None
    names: tuple[str, ...]
    key: PublicKey
    not_before: datetime
    not_after: datetime
    is_ca: bool
    path_length: int | None
    key_usage: x509.KeyUsage | None = field(repr=False)
    extended_key_usage: x509.ExtendedKeyUsage | None = field(repr=False)
    key_id: bytes | None = field(repr=False)
    issuer_key_id: bytes | None = field(repr=False)
    signature_hash: str | None = None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the DER in lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def is_self_issued(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer

    @property
    def is_self_signed(self) -> bool:
        """Whether it signed itself."""
        return self.is_self_issued and self.is_signed_by(self)

    def may_be_from(self, issuer: "Certificate") -> bool:
        """Tell whether name and key id, as far as given, say that *issuer* issued this certificate."""
        ids_agree = self.issuer_key_id is None or issuer.key_id is None or self.issuer_key_id == issuer.key_id
        return self.issuer == issuer.subject and ids_agree

    def is_signed_by(self, issuer: "Certificate") -> bool:
        """Tell whether *issuer* signed this certificate.

        A weak signature and a key of a kind that is not taken count by name alone: they are refused anyway.
        """
        if not self.may_be_from(issuer) or not _is_affordable(issuer.key):
            return False
        if self.signature_hash in WEAK_HASHES or issuer.key.native is None:
            return True
        try:
            self.native.verify_directly_issued_by(issuer.native)
        except (InvalidSignature, *PARSING_ERRORS):
            return False
        return True


def read_certificate(der: bytes) -> Certificate | str:
    """Return the certificate in *der*, or in one line why it is malformed."""
    try:
        return _read(x509.load_der_x509_certificate(der), der)
    except PARSING_ERRORS as error:
        return _explain(error)


def _read(native: x509.Certificate, der: bytes) -> Certificate:
    extensions = native.extensions
    constraints = _find(extensions, x509.BasicConstraints)
    names = _find(extensions, x509.SubjectAlternativeName)
    key_id = _find(extensions, x509.SubjectKeyIdentifier)
    issuer_key_id = _find(extensions, x509.AuthorityKeyIdentifier)
    return Certificate(
        der=der,
        native=native,
        subject=native.subject.public_bytes(),
        issuer=native.issuer.public_bytes(),
        serial=native.serial_number,
        title=_make_title(native.subject),
        issuer_title=_make_title(native.issuer),
        common_name=_find_common_name(native.subject),
        names=tuple(names.get_values_for_type(x509.DNSName)) if names else (),
        key=_read_public_key(native),
        not_before=native.not_valid_before_utc,
        not_after=native.not_valid_after_utc,
        is_ca=bool(constraints and constraints.ca),
        path_length=constraints.path_length if constraints else None,
        key_usage=_find(extensions, x509.KeyUsage),
        extended_key_usage=_find(extensions, x509.ExtendedKeyUsage),
        key_id=key_id.digest if key_id else None,
        issuer_key_id=issuer_key_id.key_identifier if issuer_key_id else None,
        signature_hash=_find_signature_hash(native),
    )


def _find(extensions: x509.Extensions, kind: type[_Extension]) -> _Extension | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _find_common_name(name: x509.Name) -> str | None:
    values = [str(attribute.value) for attribute in name.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return values[-1] if values else None  # the most specific one comes last


def _make_title(name: x509.Name) -> str:
    return _find_common_name(name) or name.rfc4514_string() or "(no subject)"


def _read_public_key(native: x509.Certificate) -> PublicKey:
    identifier = native.public_key_algorithm_oid.dotted_string
    other = name_other_algorithm(identifier)
    if other:
        return other
    try:
        return describe_public_key(native.public_key(), is_pss=identifier == RSASSA_PSS)
    except UnsupportedAlgorithm:
        return PublicKey(UNKNOWN, b"", None)


def _find_signature_hash(native: x509.Certificate) -> str | None:
    try:
        digest = native.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    return digest.name if digest else None


def _is_affordable(key: PublicKey) -> bool:
    """Tell whether verifying with *key* is quick; hostile RSA numbers make it slow."""
    if not isinstance(key.native, rsa.RSAPublicKey):
        return True
    bits, exponent_bits = key.native.key_size, key.native.public_numbers().e.bit_length()
    return exponent_bits <= MAX_EXPONENT_BITS and bits**2 * exponent_bits <= MAX_CA_RSA_BITS**2 * USUAL_EXPONENT_BITS


def _explain(error: Exception) -> str:
    """Put the parser's words for what it met into one line; it names ASN.1 kinds and places, no content."""
    text = str(error).partition("\n")[0] or type(error).__name__
    kind, places = _PARSE_ERROR.search(text), _PLACE.findall(text)
    if kind:
        where = f" at {places[-1]}" if places else ""
        return f"its ASN.1 cannot be read ({kind[1]}{where})"
    return text.rstrip(".")
