"""Public keys: what they are, and which are fit for a load balancer."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certdrop.bundle.codes import make_finding
from certdrop.bundle.facts import KeyKind
from certdrop.bundle.findings import Finding
from certdrop.bundle.weak_moduli import find_modulus_problem

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 4096
MAX_CA_RSA_BITS = 8192
MIN_EC_BITS = 256
MIN_EXPONENT = 65537  # CA/Browser Forum, Baseline Requirements 6.1.6
MAX_EXPONENT_BITS = 64  # OpenSSL verifies no larger one (OPENSSL_RSA_MAX_PUBEXP_BITS)
LEAF_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384"}
CA_CURVES = {**LEAF_CURVES, "secp521r1": "P-521"}

RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
RSASSA_PSS = "1.2.840.113549.1.1.10"
DSA = "1.2.840.10040.4.1"
EC_PUBLIC_KEY = "1.2.840.10045.2.1"
UNKNOWN = "of a kind that is not known"

# Never loaded: they are not taken, and checking hostile Diffie-Hellman or DSA numbers is slow.
_OTHER_ALGORITHMS = {
    DSA: "DSA",
    "1.2.840.113549.1.3.1": "Diffie-Hellman",
    "1.2.840.10046.2.1": "Diffie-Hellman",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}


@dataclass(frozen=True)
class PublicKey:
    """A certificate's public key: *title* for people, *spki* its identity; *native* None when it is not loaded."""

    title: str
    spki: bytes = field(repr=False)
    native: PublicKeyTypes | None = field(repr=False, compare=False)
    is_pss: bool = False

    @property
    def kind(self) -> KeyKind | None:
        """Whether it is RSA or EC; None for all else."""
        if isinstance(self.native, rsa.RSAPublicKey) and not self.is_pss:
            return "rsa"
        return "ec" if isinstance(self.native, ec.EllipticCurvePublicKey) else None

    @property
    def bits(self) -> int:
        """The size of an RSA or EC key; 0 for all else."""
        native = self.native
        return native.key_size if isinstance(native, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else 0


def describe_public_key(native: PublicKeyTypes, *, is_pss: bool = False) -> PublicKey:
    """Return *native* with its title."""
    spki = native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    title = UNKNOWN
    if isinstance(native, rsa.RSAPublicKey):
        title = f"{'RSA-PSS' if is_pss else 'RSA'} {native.key_size}"
    elif isinstance(native, ec.EllipticCurvePublicKey):
        title = f"EC {CA_CURVES.get(native.curve.name, native.curve.name)}"
    return PublicKey(title, spki, native, is_pss)


def name_other_algorithm(identifier: str) -> PublicKey | None:
    """Return a key of a kind that is not even loaded, by its algorithm's object identifier; None for RSA and EC."""
    if identifier in (RSA_ENCRYPTION, RSASSA_PSS, EC_PUBLIC_KEY):
        return None
    return PublicKey(_OTHER_ALGORITHMS.get(identifier, UNKNOWN), b"", None)


def find_key_problem(key: PublicKey, subject: str, *, is_ca: bool = False) -> Finding | None:
    """Say why *key* is too weak, too large or of a kind that is not taken; None when it is fit."""
    native = key.native
    if isinstance(native, rsa.RSAPublicKey) and not key.is_pss:
        return _find_rsa_problem(native, subject, MAX_CA_RSA_BITS if is_ca else MAX_RSA_BITS)
    if isinstance(native, ec.EllipticCurvePublicKey):
        curves = CA_CURVES if is_ca else LEAF_CURVES
        if native.curve.name in curves:
            return None
        if native.curve.key_size < MIN_EC_BITS:
            return make_finding("weak-key", subject, reason=f"{key.title} has fewer than {MIN_EC_BITS} bits")
        return make_finding("unsupported-key", subject, kind=key.title)
    if key.title == "DSA":
        return make_finding("weak-key", subject, reason="DSA, which no client accepts any more")
    return make_finding("unsupported-key", subject, kind=key.title)


def _find_rsa_problem(key: rsa.RSAPublicKey, subject: str, max_bits: int) -> Finding | None:
    if key.key_size < MIN_RSA_BITS:
        return make_finding("weak-key", subject, reason=f"RSA with {key.key_size} bits, fewer than {MIN_RSA_BITS}")
    if key.key_size > max_bits:
        return make_finding("key-too-large", subject, bits=key.key_size, limit=max_bits)
    numbers = key.public_numbers()
    if numbers.e < MIN_EXPONENT or numbers.e.bit_length() > MAX_EXPONENT_BITS or not numbers.e & 1:
        return make_finding("weak-key", subject, reason=f"its public exponent is unfit, not {MIN_EXPONENT}")
    problem = find_modulus_problem(numbers.n)
    return make_finding("weak-key", subject, reason=problem) if problem else None
