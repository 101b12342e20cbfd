"""What CAS and CLB read out of PEM: the chain, the leaf's facts, the private key and whether it belongs to the leaf."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

ABOUT_TO_EXPIRE = timedelta(days=30)
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


class PemError(ValueError):
    """The text is not what it should be; says no more, as keys come this way."""


class EncryptedKeyError(PemError):
    """The private key is encrypted."""


@dataclass(frozen=True)
class Facts:
    """What one certificate says. Fingerprints are lower-case hex without colons, times aware UTC."""

    common_name: str
    names: tuple[str, ...]
    issuer: str
    organization: str
    country: str
    province: str
    city: str
    serial: str
    sha1: str
    sha256: str
    not_before: datetime
    not_after: datetime
    algorithm: str  # RSA | ECC | OTHER
    key_size: int
    is_ca: bool

    @property
    def domain(self) -> str:
        """The names, separated by commas; the common name when there are none."""
        return ",".join(self.names or (self.common_name,))

    def status(self, now: datetime) -> str:
        """Return issued, willExpire or expired."""
        if self.not_after <= now:
            return "expired"
        return "willExpire" if self.not_after - now <= ABOUT_TO_EXPIRE else "issued"


@dataclass(frozen=True)
class Chain:
    """A leaf (or one CA certificate) and what followed it, as PEM and as facts in the same order."""

    pem: str
    certificates: tuple[Facts, ...]
    public_key: bytes = field(repr=False)

    @property
    def leaf(self) -> Facts:
        """The first certificate's facts."""
        return self.certificates[0]


@lru_cache(maxsize=1024)
def read_chain(pem: str) -> Chain:
    """Return the certificates of *pem*, or raise PemError."""
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
        facts = tuple(_read_facts(certificate) for certificate in certificates)
        public_key = certificates[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except UNREADABLE as error:
        raise PemError("not a chain of certificates") from error
    return Chain(pem.strip() + "\n", facts, public_key)


def is_key_of(key: PrivateKeyTypes, chain: Chain) -> bool:
    """Return whether *key* is the private half of the leaf's public key."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public == chain.public_key


def read_key(pem: str) -> PrivateKeyTypes:
    """Return the private key of *pem*; raises EncryptedKeyError or PemError.

    The costly check that an RSA key's numbers fit each other is left out: uploads of simulated clouds are many.
    """
    if "ENCRYPTED" in pem:
        raise EncryptedKeyError("the private key is encrypted")
    try:
        return load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    except UNREADABLE as error:
        raise PemError("not a private key") from error


def covers(names: tuple[str, ...], domain: str) -> bool:
    """Return whether a certificate for *names* is good for *domain*, itself a name or a wildcard."""
    parent = domain.partition(".")[2]
    return domain in names or (not domain.startswith("*.") and f"*.{parent}" in names)


def milliseconds(time: datetime) -> int:
    """Return *time* in milliseconds since 1970."""
    return int(time.timestamp() * 1000)


def _read_facts(certificate: x509.Certificate) -> Facts:
    key = certificate.public_key()
    der = certificate.public_bytes(Encoding.DER)
    return Facts(
        common_name=_attribute(certificate.subject, NameOID.COMMON_NAME),
        names=_names(certificate),
        issuer=_attribute(certificate.issuer, NameOID.COMMON_NAME),
        organization=_attribute(certificate.subject, NameOID.ORGANIZATION_NAME),
        country=_attribute(certificate.subject, NameOID.COUNTRY_NAME),
        province=_attribute(certificate.subject, NameOID.STATE_OR_PROVINCE_NAME),
        city=_attribute(certificate.subject, NameOID.LOCALITY_NAME),
        serial=f"{certificate.serial_number:032x}",
        sha1=hashlib.sha1(der).hexdigest(),
        sha256=hashlib.sha256(der).hexdigest(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        algorithm=_algorithm(key),
        key_size=getattr(key, "key_size", 0),
        is_ca=_is_ca(certificate),
    )


def _algorithm(key: object) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA"
    return "ECC" if isinstance(key, ec.EllipticCurvePublicKey) else "OTHER"


def _attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return next((str(attribute.value) for attribute in name.get_attributes_for_oid(oid)), "")


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
