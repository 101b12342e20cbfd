"""A secret that nobody has seen before, and the forms in which it could leak, piece by piece."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fakecloud.authority import Issued, KeyName, leaf, make_key
from tests.flows.bundles import Made, intermediate

PIECE = 32  # bytes of a form that are looked for: who sees so much of a key has seen it
WORD = re.compile(rb"[\w+/=%:\\-]{16,}")
LEAST = 16  # a shorter rest of a form is left alone: it may stand anywhere
FORMS = (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)


@dataclass(frozen=True)
class Canary:
    """A bundle whose key is new, and the pieces by which it is found."""

    made: Made
    pieces: tuple[bytes, ...] = field(repr=False)

    @property
    def issued(self) -> Issued:
        return self.made.leaf

    @property
    def pem(self) -> str:
        return self.issued.key_pem.decode()


def make_canary(kind: KeyName, *names: str) -> Canary:
    """Make a bundle with a new key."""
    issued = leaf(issuer=intermediate(), names=names or ("shop.example",), key=make_key(kind))
    return Canary(Made(issued), pieces_of(issued))


def pieces_of(issued: Issued) -> tuple[bytes, ...]:
    """Return what must be found nowhere: pieces of every form of the key, less what its certificate shows as well."""
    public = b"\n".join(_forms_of_bytes(issued.der)) + b"\n".join(_numbers(_public_numbers(issued)))
    pieces = dict.fromkeys(piece for form in forms_of(issued) for piece in _cut(form))
    return tuple(piece for piece in pieces if piece not in public and not _is_constant(piece))


def forms_of(issued: Issued) -> Iterator[bytes]:
    """Yield the key in every form in which it could leak, whole."""
    for form in FORMS:
        pem = issued.key.private_bytes(Encoding.PEM, form, NoEncryption())
        yield from texts_of(pem.decode())
        yield from _forms_of_bytes(issued.key.private_bytes(Encoding.DER, form, NoEncryption()))
    yield from _numbers(private_numbers(issued))


def texts_of(pem: str) -> Iterator[bytes]:
    """Yield the body of a PEM text as it is and encoded, line by line where lines survive."""
    lines = pem.splitlines()[1:-1]
    body, text = "".join(lines), "\n".join(lines)
    yield from (line.encode() for line in lines)
    yield body.encode()
    yield from (quote(body, safe="").encode(), quote(quote(body, safe=""), safe="").encode(), quote_plus(text).encode())
    yield from (json.dumps(text).encode(), json.dumps(json.dumps(text)).encode())
    yield from _base64s(text.encode())


def _forms_of_bytes(der: bytes) -> Iterator[bytes]:
    yield der
    yield from _base64s(der)
    yield from (one.translate(bytes.maketrans(b"+/", b"-_")) for one in _base64s(der))
    for text in (der.hex(), der.hex(":")):
        yield from (text.encode(), text.upper().encode())


def _base64s(content: bytes) -> Iterator[bytes]:
    """Yield the base64 of *content* as it looks inside of something larger, however it is aligned there."""
    for shift in range(3):
        yield base64.b64encode(bytes(shift) + content)[4 if shift else 0 : -4]


def _numbers(numbers: Iterable[int]) -> Iterator[bytes]:
    for number in numbers:
        yield from (str(number).encode(), f"{number:x}".encode(), f"{number:X}".encode())


def private_numbers(issued: Issued) -> tuple[int, ...]:
    """Return the numbers that make the key: d, p, q, dp, dq and qinv, or the one of an elliptic curve."""
    if isinstance(issued.key, rsa.RSAPrivateKey):
        found = issued.key.private_numbers()
        return (found.d, found.p, found.q, found.dmp1, found.dmq1, found.iqmp)
    return (issued.key.private_numbers().private_value,)  # type: ignore[union-attr]


def _public_numbers(issued: Issued) -> tuple[int, ...]:
    if isinstance(issued.key, rsa.RSAPrivateKey):
        return (issued.key.private_numbers().public_numbers.n,)
    point = issued.key.private_numbers().public_numbers  # type: ignore[union-attr]
    return (point.x, point.y)  # type: ignore[union-attr]


def _cut(form: bytes) -> Iterator[bytes]:
    for start in range(0, len(form), PIECE):
        piece = form[start : start + PIECE]
        if len(piece) >= LEAST:
            yield piece


def _is_constant(piece: bytes) -> bool:
    """Tell what every key of the kind begins with, or what is the armour of PEM: no secret."""
    return piece in CONSTANT


def _constants() -> frozenset[bytes]:
    """Return the pieces that two unrelated keys of a kind share."""
    kinds: tuple[KeyName, ...] = ("rsa-2048", "p-256")
    pairs = ([leaf(key=make_key(kind)) for _ in range(2)] for kind in kinds)
    cuts = [[{piece for form in forms_of(one) for piece in _cut(form)} for one in pair] for pair in pairs]
    return frozenset().union(*(one & other for one, other in cuts))


CONSTANT = _constants()


def found_in(pieces: Iterable[bytes], sinks: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return where pieces of a secret lie: the sink, and what stands around the first of them."""
    held = tuple(pieces)
    hits = []
    for name, content in sinks:
        words = b"\n".join(dict.fromkeys(WORD.findall(content)))  # most of a sink says the same again and again
        first = next((piece for piece in held if piece in (words if WORD.fullmatch(piece) else content)), None)
        if first is not None:
            at = content.index(first)
            hits.append(f"{name}: {content[max(0, at - 80) : at + 80]!r}")
    return hits
