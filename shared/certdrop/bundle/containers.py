"""Recognise the forms that are not PEM by their first bytes, and name what converts them."""

from certdrop.bundle.codes import make_finding
from certdrop.bundle.der import BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, read_sequence
from certdrop.bundle.findings import Finding
from certdrop.bundle.pem import is_almost_pem

_PKCS7_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_PBES = bytes.fromhex("2a864886f70d01")  # PKCS#5 1.5.* and PKCS#12 1.12.*: all password-based encryption
_BER_SEQUENCES = (b"\x30\x80", b"\x30\x81", b"\x30\x82", b"\x30\x83")
_JKS = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_PKCS12_VERSION = b"\x03"


def find_container(name: str, content: bytes) -> Finding:
    """Say what the file *name* is, which has no PEM block."""
    if content.startswith(_JKS):
        return make_finding("unsupported-jks", name, file=name)
    if content.startswith(_BER_SEQUENCES) or read_sequence(content) is not None:
        return _find_der(name, content)
    if not content.strip():
        return make_finding("not-pem", name, reason="the file is empty")
    if is_almost_pem(content):
        return make_finding("malformed-pem", name, reason="its BEGIN line is not exactly -----BEGIN ...-----")
    if b"PuTTY-User-Key-File" in content[:64]:
        return make_finding("not-pem", name, reason="it is a key in PuTTY's form")
    is_text = content.isascii() and b"\0" not in content
    return make_finding("not-pem", name, reason="it is other text" if is_text else "it is binary")


def find_container_block(subject: str, name: str, label: str) -> Finding | None:
    """Say what a PEM block with *label* is when it holds a form that is not read."""
    if label in ("PKCS7", "CMS"):
        return make_finding("unsupported-pkcs7", subject, file=name, form="PEM")
    if label in ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"):
        return make_finding("unsupported-csr", subject, file=name)
    if label == "OPENSSH PRIVATE KEY":
        return make_finding("unsupported-openssh-key", subject, file=name)
    if label == "TRUSTED CERTIFICATE":
        return make_finding("unsupported-trusted-certificate", subject, file=name)
    return None


def _find_der(name: str, content: bytes) -> Finding:
    elements = read_sequence(content) or []
    tags = [element.tag for element in elements]
    first = elements[0].content if elements else b""
    if tags[:2] == [INTEGER, SEQUENCE] and first == _PKCS12_VERSION:
        return make_finding("unsupported-pkcs12", name, file=name)
    if tags[:1] == [OBJECT_IDENTIFIER] and first == _PKCS7_SIGNED_DATA:
        return make_finding("unsupported-pkcs7", name, file=name, form="DER")
    if tags[:2] == [INTEGER, OCTET_STRING] or tags[:2] == [INTEGER, INTEGER] or tags[:2] == [INTEGER, SEQUENCE]:
        return _der(name, "a private key", "pkey", "key.pem")
    if tags == [SEQUENCE, OCTET_STRING] and _PBES in first:
        return make_finding("key-encrypted", name, file=name)
    if tags == [SEQUENCE, SEQUENCE, BIT_STRING]:
        return _find_signed_der(name, first)
    return _find_ber(name, content)


def _find_signed_der(name: str, to_be_signed: bytes) -> Finding:
    """Tell a request from a certificate: only the request starts with version 0 as a bare INTEGER (RFC 2986)."""
    if to_be_signed.startswith(b"\x02\x01\x00"):
        return make_finding("unsupported-csr", name, file=name)
    return _der(name, "a certificate", "x509", "cert.pem")


def _find_ber(name: str, content: bytes) -> Finding:
    """Guess what a sequence of indefinite length, or a cut one, is: PKCS#12 and PKCS#7 are often written so."""
    head = content[:64]
    if _PKCS7_SIGNED_DATA in head and b"\x02\x01\x03" not in head[:16]:
        return make_finding("unsupported-pkcs7", name, file=name, form="DER")
    if b"\x02\x01\x03" in head[:16]:
        return make_finding("unsupported-pkcs12", name, file=name)
    return make_finding("not-pem", name, reason="it is binary")


def _der(name: str, what: str, command: str, out: str) -> Finding:
    safe_out = out if name != out else f"converted-{out}"
    return make_finding("unsupported-der", name, what=what, command=command, file=name, out=safe_out)
