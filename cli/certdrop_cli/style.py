"""How text looks on this terminal: colours, marks and width, plain where it is no terminal."""

import os
import shutil
from dataclasses import dataclass
from typing import TextIO

_MIN_WIDTH, _MAX_WIDTH = 60, 110


@dataclass(frozen=True)
class Style:
    """Paints text; *unicode* says whether the terminal can show more than ASCII."""

    colour: bool = False
    unicode: bool = False
    width: int = 100

    def good(self, text: str) -> str:
        """Paint what is well."""
        return self._paint("32;1", text)

    def bad(self, text: str) -> str:
        """Paint what is wrong."""
        return self._paint("31;1", text)

    def warn(self, text: str) -> str:
        """Paint what somebody should know."""
        return self._paint("33;1", text)

    def bold(self, text: str) -> str:
        """Paint a heading."""
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        """Paint what may be skipped."""
        return self._paint("2", text)

    def mark(self, symbol: str, plain: str) -> str:
        """Return *symbol*, or *plain* where it cannot be shown."""
        return symbol if self.unicode else plain

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text


def choose_style(stream: TextIO) -> Style:
    """Return the style that fits *stream*; NO_COLOR in the environment switches colours off (no-color.org)."""
    wants_none = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"  # noqa: TID251 a terminal's convention
    width = shutil.get_terminal_size((100, 24)).columns
    return Style(
        colour=stream.isatty() and not wants_none,
        unicode=(stream.encoding or "").lower().replace("-", "") == "utf8",
        width=max(_MIN_WIDTH, min(width, _MAX_WIDTH)),
    )
