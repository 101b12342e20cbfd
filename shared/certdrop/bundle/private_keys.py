"""Private keys: judge size and kind before anything costly, then prove that they work."""

from dataclasses import dataclass, field

from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from certdrop.bundle.codes import make_finding
from certdrop.bundle.der import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    Element,
    iterate_elements,
    read_identifier,
    read_sequence,
)
from certdrop.bundle.findings import Finding
from certdrop.bundle.public_keys import (
    DSA,
    MAX_RSA_BITS,
    RSA_ENCRYPTION,
    RSASSA_PSS,
    UNKNOWN,
    PublicKey,
    describe_public_key,
    find_key_problem,
    name_other_algorithm,
)

_TRADITIONAL_DSA = [INTEGER] * 6
_PROBE = b"certdrop: does this key belong to this certificate?"
_TROUBLES = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, InternalError)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class KeyPair:
    """A private key that could be loaded; never shown."""

    private: PrivateKey = field(repr=False)
    public: PublicKey


def read_private_key(der: bytes, subject: str, name: str) -> KeyPair | Finding:
    """Return the key in *der*, or why it is refused; judges its size and kind before anything costly.

    cryptography spends half a minute of checks on an RSA key of 16384 bits, and turns an RSA-PSS key into plain RSA
    without a word.
    """
    try:
        return _find_early_problem(der, subject, name) or _load(der, subject, name)
    except UnsupportedAlgorithm:
        return make_finding("unsupported-key", subject, kind=UNKNOWN)
    except _TROUBLES:
        return make_finding("malformed-key", subject, reason="it cannot be read", file=name)


def _find_early_problem(der: bytes, subject: str, name: str) -> Finding | None:
    elements = read_sequence(der) or []
    if [element.tag for element in elements[:2]] == [SEQUENCE, OCTET_STRING]:
        return make_finding("key-encrypted", subject, file=name)
    algorithm, elements = _open_pkcs8(elements)
    if algorithm == RSASSA_PSS:
        return make_finding("unsupported-key", subject, kind="RSA-PSS")
    other = name_other_algorithm(algorithm)
    if other:
        return find_key_problem(other, subject)
    bits = _count_rsa_bits(elements)
    return make_finding("key-too-large", subject, bits=bits, limit=MAX_RSA_BITS) if bits > MAX_RSA_BITS else None


def _load(der: bytes, subject: str, name: str) -> KeyPair | Finding:
    native = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    public = describe_public_key(native.public_key())
    problem = find_key_problem(public, subject)
    if problem or not isinstance(native, PrivateKey):
        return problem or make_finding("unsupported-key", subject, kind=public.title)
    if isinstance(native, rsa.RSAPrivateKey):
        if not _is_consistent(native):
            return make_finding("malformed-key", subject, reason="its numbers do not fit each other", file=name)
        if native.private_numbers().d.bit_length() <= native.key_size // 2:  # FIPS 186-5 A.1.1; Wiener's attack
            return make_finding("weak-key", subject, reason="its private exponent is small")
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


def _open_pkcs8(elements: list[Element]) -> tuple[str, list[Element]]:
    """Return a key's algorithm and the elements of the key in its own form, out of PKCS#8 where it is (RFC 5958)."""
    tags = [element.tag for element in elements]
    if tags[:3] == [INTEGER, SEQUENCE, OCTET_STRING]:
        algorithm = next(iterate_elements(elements[1].content), Element(0, b""))
        identifier = read_identifier(algorithm.content) if algorithm.tag == OBJECT_IDENTIFIER else ""
        return identifier, read_sequence(elements[2].content) or []
    return (DSA if tags == _TRADITIONAL_DSA else RSA_ENCRYPTION), elements


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
