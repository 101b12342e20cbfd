"""The little DER that is read before anything costly: what a file is, and how large its key (X.690)."""

from collections.abc import Iterator
from typing import NamedTuple

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30

_LONG_FORM = 0x80
_MAX_LENGTH_OCTETS = 4
_MAX_CHILDREN = 16
_MAX_IDENTIFIER = 32


class Element(NamedTuple):
    """A tag with its content."""

    tag: int
    content: bytes


def read_element(data: bytes) -> Element | None:
    """Return the element at the start of *data*; None when there is no whole one of definite length."""
    if len(data) < 2:  # noqa: PLR2004 a tag and a length
        return None
    length, start = data[1], 2
    if length >= _LONG_FORM:
        octets = length - _LONG_FORM
        if not 0 < octets <= _MAX_LENGTH_OCTETS:
            return None
        length, start = int.from_bytes(data[2 : 2 + octets], "big"), 2 + octets
    if start + length > len(data):
        return None
    return Element(data[0], data[start : start + length])


def iterate_elements(content: bytes, at_most: int = _MAX_CHILDREN) -> Iterator[Element]:
    """Yield the first elements that lie in *content* one after the other, at most so many."""
    for _ in range(at_most):
        element = read_element(content)
        if element is None:
            return
        yield element
        content = content[_size(content, element) :]


def read_sequence(data: bytes, at_most: int = _MAX_CHILDREN) -> list[Element] | None:
    """Return the first elements of the sequence that is the whole of *data*; None when it is none."""
    element = read_element(data)
    if element is None or element.tag != SEQUENCE or _size(data, element) != len(data):
        return None
    return list(iterate_elements(element.content, at_most))


def read_identifier(content: bytes) -> str:
    """Return an object identifier's dotted form (X.690 8.19); empty when it has none."""
    arcs, value = [], 0
    for octet in content[:_MAX_IDENTIFIER]:
        value = value << 7 | octet & 0x7F
        if octet < _LONG_FORM:
            arcs.append(value)
            value = 0
    if not arcs:
        return ""
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _size(data: bytes, element: Element) -> int:
    octets = data[1] - _LONG_FORM if data[1] >= _LONG_FORM else 0
    return 2 + octets + len(element.content)
