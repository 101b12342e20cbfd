"""Public and private keys: read them cheaply first, judge them, then prove that both belong together."""

from dataclasses import dataclass, field

from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from certdrop.bundle.codes import make_finding
from certdrop.bundle.der import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, Element, read_sequence
from certdrop.bundle.facts import KeyKind
from certdrop.bundle.findings import Finding

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 4096
MAX_CA_RSA_BITS = 8192
MIN_EC_BITS = 256
MIN_EXPONENT = 65537  # CA/Browser Forum, Baseline Requirements 6.1.6
MAX_EXPONENT_BITS = 64  # OpenSSL verifies no larger one (OPENSSL_RSA_MAX_PUBEXP_BITS)
LEAF_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384"}
CA_CURVES = {**LEAF_CURVES, "secp521r1": "P-521"}

_RSASSA_PSS = bytes.fromhex("2a864886f70d01010a")
_PROBE = b"certdrop: does this key belong to this certificate?"
_TROUBLES = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, InternalError)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class PublicKey:
    """A certificate's public key: *title* for people, *spki* its identity; *native* None when it cannot be used."""

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


@dataclass(frozen=True)
class KeyPair:
    """A private key that could be loaded; never shown."""

    private: PrivateKey = field(repr=False)
    public: PublicKey


def describe_public_key(native: PublicKeyTypes, *, is_pss: bool = False) -> PublicKey:
    """Return *native* with its title."""
    spki = native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(native, rsa.RSAPublicKey):
        title = f"{'RSA-PSS' if is_pss else 'RSA'} {native.key_size}"
    elif isinstance(native, ec.EllipticCurvePublicKey):
        title = f"EC {CA_CURVES.get(native.curve.name, native.curve.name)}"
    elif isinstance(native, dsa.DSAPublicKey):
        title = f"DSA {native.key_size}"
    else:
        title = type(native).__name__.strip("_").removesuffix("PublicKey")
    return PublicKey(title, spki, native, is_pss)


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
    if isinstance(native, dsa.DSAPublicKey):
        return make_finding("weak-key", subject, reason=f"{key.title}; no client accepts DSA any more")
    return make_finding("unsupported-key", subject, kind=key.title)


def _find_rsa_problem(key: rsa.RSAPublicKey, subject: str, max_bits: int) -> Finding | None:
    if key.key_size < MIN_RSA_BITS:
        return make_finding("weak-key", subject, reason=f"RSA with {key.key_size} bits, fewer than {MIN_RSA_BITS}")
    if key.key_size > max_bits:
        return make_finding("key-too-large", subject, bits=key.key_size, limit=max_bits)
    numbers = key.public_numbers()
    if numbers.e < MIN_EXPONENT or numbers.e.bit_length() > MAX_EXPONENT_BITS or not numbers.e & 1:
        return make_finding("weak-key", subject, reason=f"its public exponent is unfit, not {MIN_EXPONENT}")
    if not numbers.n & 1:
        return make_finding("weak-key", subject, reason="its RSA modulus is even")
    return None


def read_private_key(der: bytes, subject: str, name: str) -> KeyPair | Finding:
    """Return the key in *der*, or why it is refused; judges its size and kind before anything costly.

    cryptography spends half a minute of checks on an RSA key of 16384 bits, and turns an RSA-PSS key into plain RSA
    without a word.
    """
    try:
        return _find_early_problem(der, subject, name) or _load(der, subject, name)
    except UnsupportedAlgorithm:
        return make_finding("unsupported-key", subject, kind="of a kind that is not known")
    except _TROUBLES:
        return make_finding("malformed-key", subject, reason="it cannot be read", file=name)


def _find_early_problem(der: bytes, subject: str, name: str) -> Finding | None:
    elements = read_sequence(der) or []
    if [element.tag for element in elements[:2]] == [SEQUENCE, OCTET_STRING]:
        return make_finding("key-encrypted", subject, file=name)
    algorithm, elements = _open_pkcs8(elements)
    if algorithm == _RSASSA_PSS:
        return make_finding("unsupported-key", subject, kind="RSA-PSS")
    bits = _count_rsa_bits(elements)
    return make_finding("key-too-large", subject, bits=bits, limit=MAX_RSA_BITS) if bits > MAX_RSA_BITS else None


def _load(der: bytes, subject: str, name: str) -> KeyPair | Finding:
    native = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    public = describe_public_key(native.public_key())
    problem = find_key_problem(public, subject)
    if problem or not isinstance(native, PrivateKey):
        return problem or make_finding("unsupported-key", subject, kind=public.title)
    if isinstance(native, rsa.RSAPrivateKey) and not _is_consistent(native):
        return make_finding("malformed-key", subject, reason="its numbers do not fit each other", file=name)
    pair = KeyPair(native, public)
    if not _can_sign(pair):
        return make_finding("malformed-key", subject, reason="what it signs cannot be verified", file=name)
    return pair


def _can_sign(pair: KeyPair) -> bool:
    """Tell whether what the private key signs, its public key verifies: it cannot when a factor is not prime."""
    try:
        if isinstance(pair.private, rsa.RSAPrivateKey):
            signature = pair.private.sign(_PROBE, padding.PKCS1v15(), hashes.SHA256())
            pair.private.public_key().verify(signature, _PROBE, padding.PKCS1v15(), hashes.SHA256())
        else:
            signature = pair.private.sign(_PROBE, ec.ECDSA(hashes.SHA256()))
            pair.private.public_key().verify(signature, _PROBE, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, *_TROUBLES):
        return False
    return True


def _open_pkcs8(elements: list[Element]) -> tuple[bytes, list[Element]]:
    """Return a PKCS#8 key's algorithm and the elements of the key within; a key in its own form has none (RFC 5958)."""
    if [element.tag for element in elements[:3]] != [INTEGER, SEQUENCE, OCTET_STRING]:
        return b"", elements
    algorithm = read_sequence(bytes([SEQUENCE]) + _length(elements[1].content) + elements[1].content) or []
    identifier = algorithm[0].content if algorithm and algorithm[0].tag == OBJECT_IDENTIFIER else b""
    return identifier, read_sequence(elements[2].content) or []


def _length(content: bytes) -> bytes:
    octets = len(content).to_bytes(4, "big")
    return b"\x84" + octets


def _count_rsa_bits(elements: list[Element]) -> int:
    """Return the size of the modulus of an RSA key in PKCS#1; 0 when it is none (RFC 8017 A.1.2)."""
    if [element.tag for element in elements[:3]] != [INTEGER, INTEGER, INTEGER]:
        return 0
    return int.from_bytes(elements[1].content, "big").bit_length()


def _is_consistent(key: rsa.RSAPrivateKey) -> bool:
    """Tell whether the numbers of *key* fit each other, by arithmetic alone (RFC 8017 3.2)."""
    numbers = key.private_numbers()
    p, q, d = numbers.p, numbers.q, numbers.d
    n, e = numbers.public_numbers.n, numbers.public_numbers.e
    return (
        min(p, q) > 1
        and p * q == n
        and (d * e) % (p - 1) == (d * e) % (q - 1) == 1
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and (numbers.iqmp * q) % p == 1
    )
