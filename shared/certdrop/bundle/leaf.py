"""What a certificate that a server shows says of itself, read from its DER without cryptography (RFC 5280 4.1).

Nothing is checked here: this only tells what is shown, as far as it can be read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise

from certdrop.bundle.der import (
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    Element,
    iterate_elements,
    read_identifier,
    read_sequence,
)
from certdrop.bundle.facts import KeyKind

UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
EXPLICIT_VERSION = 0xA0
EXTENSIONS = 0xA3
DNS_NAME = 0x82  # RFC 5280 4.2.1.6: GeneralName, [2]
ALTERNATIVE_NAMES = "2.5.29.17"
CENTURY_ENDS = 50  # RFC 5280 4.1.2.5.1: two digits from 50 on mean 19..
_KEY_KINDS: dict[str, KeyKind] = {"1.2.840.113549.1.1.1": "rsa", "1.2.840.10045.2.1": "ec"}  # RFC 3279 2.3
_ISSUER, _VALIDITY, _SUBJECT, _PUBLIC_KEY = 2, 3, 4, 5  # after the serial number and the algorithm
_MOST_NAMES = 1000
_MOST_EXTENSIONS = 64


@dataclass(frozen=True)
class LeafFacts:
    """A leaf's facts: its DNS names (sorted, lower case), its kind of key (None: another), its validity (aware UTC).

    *self_issued*: issuer and subject are the same.
    """

    names: tuple[str, ...]
    key_kind: KeyKind | None
    not_before: datetime
    not_after: datetime
    self_issued: bool


def read_leaf(der: bytes) -> LeafFacts | None:
    """Return what a certificate says of itself; None when it cannot be read."""
    fields = _read_fields(der)
    if fields is None:
        return None
    validity = [_read_time(one.tag, one.content) for one in iterate_elements(fields[_VALIDITY].content)]
    if len(validity) != len(("from", "to")) or validity[0] is None or validity[1] is None:
        return None
    return LeafFacts(
        names=tuple(sorted(set(_read_names(fields)))),
        key_kind=_read_key_kind(fields[_PUBLIC_KEY]),
        not_before=validity[0],
        not_after=validity[1],
        self_issued=fields[_ISSUER].content == fields[_SUBJECT].content,
    )


def is_in_order(chain: Sequence[bytes]) -> bool:
    """Tell whether each certificate of a chain (DER) is named by the one before as its issuer."""
    fields = [_read_fields(der) for der in chain]
    return all(
        one is not None and issuer is not None and one[_ISSUER].content == issuer[_SUBJECT].content
        for one, issuer in pairwise(fields)
    )


def _read_fields(der: bytes) -> list[Element] | None:
    certificate = read_sequence(der)
    parts = iterate_elements(certificate[0].content) if certificate else ()
    fields = [one for one in parts if one.tag != EXPLICIT_VERSION]
    return fields if len(fields) > _PUBLIC_KEY else None


def _read_names(fields: Sequence[Element]) -> Iterator[str]:
    for field in fields:
        if field.tag != EXTENSIONS:
            continue
        for extension in read_sequence(field.content, _MOST_EXTENSIONS) or ():
            parts = list(iterate_elements(extension.content))
            if _identifier_of(parts) != ALTERNATIVE_NAMES or parts[-1].tag != OCTET_STRING:
                continue
            for name in read_sequence(parts[-1].content, _MOST_NAMES) or ():
                if name.tag == DNS_NAME and name.content.isascii():
                    yield name.content.decode("ascii").lower()


def _read_key_kind(public_key: Element) -> KeyKind | None:
    algorithm = next(iterate_elements(public_key.content), None)
    return _KEY_KINDS.get(_identifier_of(list(iterate_elements(algorithm.content)))) if algorithm else None


def _identifier_of(parts: Sequence[Element]) -> str:
    return read_identifier(parts[0].content) if parts and parts[0].tag == OBJECT_IDENTIFIER else ""


def _read_time(tag: int, content: bytes) -> datetime | None:
    text = content.decode("ascii", "replace")
    if tag == UTC_TIME and text[:2].isdigit():
        text = ("19" if int(text[:2]) >= CENTURY_ENDS else "20") + text
    elif tag != GENERALIZED_TIME:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
