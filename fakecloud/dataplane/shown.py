"""What a TLS client is shown by a listener: the shape in which ALB and CLB tell the data plane."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

KeyKind = Literal["rsa", "ec", "other"]
TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]


@dataclass(frozen=True)
class Chain:
    """A certificate chain (PEM, leaf first) with the leaf's key, its names in lower case and the kind of its key."""

    pem: str
    key_pem: str = field(repr=False)
    names: tuple[str, ...]
    kind: KeyKind

    @classmethod
    def of_pem(cls, pem: str, key_pem: str) -> "Chain":
        """Make a chain, reading names and kind from the leaf; raises ValueError when *pem* holds no certificate."""
        leaf = x509.load_pem_x509_certificates(pem.encode())[0]
        return cls(pem, key_pem, find_names(leaf), find_key_kind(leaf))


@dataclass(frozen=True)
class Shown:
    """What a listener shows: the default chain, the additional ones in order of association, and its TLS rules.

    *client_ca_pem* is set when clients must show a certificate of that authority.
    """

    default: Chain
    additional: tuple[Chain, ...] = ()
    client_ca_pem: str | None = None
    minimum_tls: TlsVersion = "1.0"


@dataclass(frozen=True)
class TlsListener:
    """A listener that speaks TLS, whether or not it is up; *address* is what clients connect to (DNS name or IP)."""

    load_balancer: str
    port: int
    address: str
    status: str


class TlsService(Protocol):
    """What the data plane asks of ALB and CLB.

    Everything in *on_change* is called, under the World's lock, after each change of what may be shown.
    """

    on_change: list[Callable[[], None]]

    def tls_listeners(self) -> list[TlsListener]:
        """Return every listener that speaks TLS over TCP."""
        ...

    def shown(self, load_balancer_id: str, port: int) -> Shown | None:
        """Return what a client is shown there, None when nothing listens."""
        ...


def find_names(leaf: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names of *leaf* in lower case: those of the SAN, the common name only when there are none."""
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = []
    if not names:
        names = [str(attribute.value) for attribute in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return tuple(dict.fromkeys(name.lower() for name in names))


def find_key_kind(leaf: x509.Certificate) -> KeyKind:
    """Return the kind of the key of *leaf*."""
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "rsa"
    return "ec" if isinstance(key, ec.EllipticCurvePublicKey) else "other"
