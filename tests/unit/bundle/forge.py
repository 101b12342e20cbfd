"""Make what no honest builder makes: edited certificates signed again, and keys that lie."""

import base64
import warnings
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certdrop.bundle.der import read_sequence
from fakecloud.authority import Issued, PrivateKey


def encode(tag: int, content: bytes) -> bytes:
    """Return the DER of one element."""
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    octets = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(octets)]) + octets + content


def integer(value: int) -> bytes:
    return encode(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def sequence(*elements: bytes) -> bytes:
    return encode(0x30, b"".join(elements))


def pem(label: str, der: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(der) + f"-----END {label}-----\n".encode()


def der(text: bytes) -> bytes:
    """Return what the only PEM block in *text* holds."""
    return base64.b64decode(b"".join(line for line in text.splitlines() if not line.startswith(b"--")))


def forge(issued: Issued, signer: PrivateKey, edit: Callable[[bytes], bytes]) -> bytes:
    """Return the DER of *issued* with its to-be-signed part edited and signed by an elliptic-curve *signer*."""
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    elements = read_sequence(issued.der)
    assert elements is not None
    to_be_signed = edit(issued.certificate.tbs_certificate_bytes)
    algorithm = encode(elements[1].tag, elements[1].content)
    signature = signer.sign(to_be_signed, ec.ECDSA(hashes.SHA256()))
    return sequence(to_be_signed, algorithm, encode(3, b"\0" + signature))


def sign_again(issued: Issued, signer: PrivateKey, edit: Callable[[bytes], bytes]) -> Issued:
    """Return *issued* forged, where cryptography still loads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is wrong is the point
        return Issued(x509.load_der_x509_certificate(forge(issued, signer, edit)), issued.key)


def with_public_key(issued: Issued, public_key: bytes, signer: PrivateKey) -> Issued:
    """Return *issued* with another SubjectPublicKeyInfo, signed again."""

    def exchange(to_be_signed: bytes) -> bytes:
        elements = [encode(each.tag, each.content) for each in read_sequence(to_be_signed) or []]
        elements[6] = public_key  # after version, serial, signature, issuer, validity, subject (RFC 5280 4.1)
        return sequence(*elements)

    return sign_again(issued, signer, exchange)


def as_version_1(issued: Issued, signer: PrivateKey) -> Issued:
    """Return *issued* without version and extensions."""

    def strip(to_be_signed: bytes) -> bytes:
        elements = read_sequence(to_be_signed) or []
        return sequence(*(encode(each.tag, each.content) for each in elements if each.tag not in (0xA0, 0xA3)))

    return sign_again(issued, signer, strip)
