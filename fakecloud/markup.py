"""XML in and out, for OSS and MNS."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import TreeBuilder
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as Tree

_SPECIAL = re.compile("[&<>]")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class MalformedXmlError(ValueError):
    """The body is not XML, or not harmless."""


@dataclass(frozen=True)
class Element:
    """One element that was read: its name without namespace, its text as it stands, its children."""

    name: str
    text: str = ""
    children: tuple["Element", ...] = field(default=())

    def find_all(self, name: str) -> list["Element"]:
        """Return the children called *name*."""
        return [child for child in self.children if child.name == name]

    def find_text(self, name: str) -> str | None:
        """Return the text of the first child called *name*."""
        return next((child.text for child in self.children if child.name == name), None)


def parse(body: bytes) -> Element:
    """Read a document."""
    try:
        return _convert(_build_tree(body))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise MalformedXmlError(str(error)) from error


def _build_tree(body: bytes) -> "Tree":
    """Parse under defusedxml's guard; expat tells the builder of elements itself, not through Python for each."""
    builder = TreeBuilder()
    guard = DefusedXMLParser(target=builder)
    guard.parser.ordered_attributes = False
    guard.parser.StartElementHandler = builder.start
    guard.parser.EndElementHandler = builder.end
    guard.feed(body)
    root: Tree = guard.close()
    return root


def _convert(node: "Tree") -> Element:
    return Element(node.tag.rpartition("}")[2], node.text or "", tuple(_convert(child) for child in node))


def leaf(name: str, value: str | int) -> str:
    """Write one element that holds text, a number, or a boolean in lower case."""
    if isinstance(value, str):
        return f"<{name}>{escape(value) if _SPECIAL.search(value) else value}</{name}>"
    return f"<{name}>{str(value).lower()}</{name}>"


def branch(name: str, *children: str, namespace: str = "") -> str:
    """Write one element that holds elements."""
    opening = f'{name} xmlns="{namespace}"' if namespace else name
    return f"<{opening}>{''.join(children)}</{name}>"


def document(root: str) -> bytes:
    """Write a whole document."""
    return (DECLARATION + root).encode()
