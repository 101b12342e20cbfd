r"""Find PEM blocks in whatever people save: any text around them, any line ends, any order (RFC 7468, leniently).

Accepted: byte order marks, UTF-16 with one, CRLF, CR, indentation, trailing and blank lines, also inside a body; no
line breaks at all; line breaks written as `\n`; blocks joined without a line break between them.
"""

import base64
import binascii
import codecs
import re
from dataclasses import dataclass, field

_MARK = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----")
_ALMOST = re.compile(rb"-{2,5}[ \t]{0,4}BEGIN[ \t]{1,4}[A-Z0-9 ]{1,40}-{2}", re.IGNORECASE)
_HEADER = re.compile(rb"\s*[A-Za-z][A-Za-z0-9-]*:")
_SPACE = b" \t\r\n\v\f"
_HEADERS_END = re.compile(rb"(?:\r\n|\r|\n|\\n)[ \t]*(?:\r\n|\r|\n|\\n)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}\Z")


@dataclass(frozen=True)
class PemBlock:
    """One block: its *label*, its DER, and the 1-based *line* of its BEGIN."""

    label: str
    line: int
    der: bytes = field(repr=False)
    encrypted: bool = False


@dataclass(frozen=True)
class DamagedBlock:
    """A block that cannot be decoded, and why."""

    label: str
    line: int
    reason: str


def decode_text(content: bytes) -> bytes:
    """Return *content* without its byte order mark; UTF-16, as Windows' shells write it, becomes ASCII."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace").encode("ascii", "replace")
    return content.removeprefix(codecs.BOM_UTF8)


def is_almost_pem(text: bytes) -> bool:
    """Tell whether *text* has a BEGIN line that somebody or something spoilt."""
    return b"BEGIN" in text.upper() and _ALMOST.search(text) is not None


def split_blocks(text: bytes) -> list[PemBlock | DamagedBlock]:
    """Return the PEM blocks of *text* in order; linear in its size whatever it holds."""
    blocks: list[PemBlock | DamagedBlock] = []
    opened: tuple[str, int, int] | None = None
    line, counted = 1, 0
    for mark in _MARK.finditer(text):
        line, counted = line + _count_lines(text, counted, mark.start()), mark.start()
        kind, label = mark[1], mark[2].decode().strip()
        if opened and (kind == b"BEGIN" or label != opened[0]):
            blocks.append(DamagedBlock(opened[0], opened[1], "its END line is missing"))
        elif opened:
            blocks.append(_decode_block(label, opened[1], text[opened[2] : mark.start()]))
        elif kind == b"END":
            blocks.append(DamagedBlock(label, line, "its BEGIN line is missing"))
        opened = (label, line, mark.end()) if kind == b"BEGIN" else None
    if opened:
        blocks.append(DamagedBlock(opened[0], opened[1], "its END line is missing"))
    return blocks


def count_blocks(text: bytes) -> int:
    """Return about how many blocks there are, whole or damaged, without decoding anything."""
    return max(text.count(b"-----BEGIN "), text.count(b"-----END "))


def _count_lines(text: bytes, start: int, end: int) -> int:
    return text.count(b"\n", start, end) or text.count(b"\r", start, end)


def _decode_block(label: str, line: int, body: bytes) -> PemBlock | DamagedBlock:
    if _HEADER.match(body):
        headers, body = _split_headers(body)
        if b"ENCRYPTED" in headers:
            return PemBlock(label, line, b"", encrypted=True)
    compact = body.replace(b"\\n", b"").replace(b"\\r", b"").translate(None, _SPACE)
    if not compact:
        return DamagedBlock(label, line, "it is empty")
    try:
        return PemBlock(label, line, base64.b64decode(compact, validate=True))
    except binascii.Error:
        is_cut = _BASE64.match(compact)
        return DamagedBlock(label, line, f"its base64 {'is cut short' if is_cut else 'holds foreign characters'}")


def _split_headers(body: bytes) -> tuple[bytes, bytes]:
    """Part the headers of RFC 1421 from the base64 after the blank line."""
    end = _HEADERS_END.search(body)
    return (body[: end.start()], body[end.end() :]) if end else (body, b"")
