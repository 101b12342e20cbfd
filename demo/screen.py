"""How the demo looks: a timeline of at most 100 columns, in colours on a terminal, plain everywhere else."""

import os
import shutil
import textwrap
from collections.abc import Mapping
from typing import Literal, TextIO

Tone = Literal["good", "plain", "quiet", "bad"]

WIDEST = 100
NARROWEST = 72
WHO = 25  # columns: associate-additional-cert
INDENT = 8 + 2 + WHO + 2
PAINTS: Mapping[str, str] = {
    "you": "1",
    "on-cert-uploaded": "36",
    "create-https-listener": "35",
    "associate-additional-cert": "34",
    "job-status-poller": "33",
}
GREEN, RED, DIM, BOLD = "32", "31;1", "2", "1"


class Screen:
    """Writes to *stream*; with *colour* in the terminal's colours, with *unicode* in more than ASCII."""

    def __init__(self, stream: TextIO, *, colour: bool = False, unicode: bool = False, width: int = WIDEST) -> None:
        self._stream = stream
        self._colour = colour
        self._unicode = unicode
        self._width = max(NARROWEST, min(width, WIDEST))

    def title(self, text: str, more: str) -> None:
        """Write what this is."""
        self.line(f"{self._paint(BOLD, text)}  {self._paint(DIM, more)}")

    def chapter(self, text: str) -> None:
        """Write a heading over what follows."""
        rule = self._mark("─", "-")
        tail = rule * (self._width - len(text) - 4)
        self.line("")
        self.line(f"{self._paint(DIM, rule * 2)} {self._paint(BOLD, text)} {self._paint(DIM, tail)}")

    def event(self, seconds: float, who: str, text: str, tone: Tone = "plain") -> None:
        """Write an event of the timeline: when, since the first PUT, who, and what; lines of *text* stay lines."""
        mark, paint = self._tone(tone)
        room = self._width - INDENT - len(mark)
        first, *rest = [line for one in text.splitlines() for line in _wrap(one, room)] or [""]
        when = self._paint(DIM, f"{seconds:6.1f} s")
        name = self._paint(DIM if tone == "quiet" else PAINTS.get(who, ""), f"{who:<{WHO}}")
        self.line(f"{when}  {name}  {self._paint(paint, mark + first)}")
        for line in rest:
            self.line(" " * (INDENT + len(mark)) + self._paint(paint, line))

    def row(self, who: str, text: str, times: int) -> None:
        """Write how often somebody did something."""
        self.line(f"  {self._paint(PAINTS.get(who, ''), f'{who:<{WHO}}')}  {times}x  {text}")

    def good(self, text: str) -> None:
        """Write what came out well."""
        mark, paint = self._tone("good")
        self.line(f"  {self._paint(paint, mark)}{text}")

    def bad(self, text: str) -> None:
        """Write what went wrong."""
        mark, paint = self._tone("bad")
        for line in _wrap(mark + text, self._width):
            self.line(self._paint(paint, line))

    def fact(self, name: str, text: str) -> None:
        """Write a name and what belongs to it; a command to copy is never broken."""
        self.line(f"  {self._paint(DIM, f'{name:<10}')} {text}")

    def note(self, text: str) -> None:
        """Write what may be skipped."""
        for line in _wrap(text, self._width - 2):
            self.line("  " + self._paint(DIM, line))

    def line(self, text: str) -> None:
        """Write a line as it is, at once."""
        self._stream.write(text + "\n")
        self._stream.flush()

    def _tone(self, tone: Tone) -> tuple[str, str]:
        if tone == "good":
            return self._mark("✓ ", "ok "), GREEN
        if tone == "bad":
            return self._mark("✗ ", "!! "), RED
        return "", DIM if tone == "quiet" else ""

    def _mark(self, symbol: str, plain: str) -> str:
        return symbol if self._unicode else plain

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and code else text


def _wrap(text: str, width: int) -> list[str]:
    """Break at blanks only: names and paths are there to be copied."""
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


def make_screen(stream: TextIO) -> Screen:
    """Return the screen that fits *stream*; NO_COLOR in the environment switches colours off (no-color.org)."""
    environ = os.environ  # noqa: TID251 a terminal's conventions come from there
    wants_none = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
    tty = stream.isatty()
    return Screen(
        stream,
        colour=tty and not wants_none,
        unicode=(stream.encoding or "").lower().replace("-", "") == "utf8",
        width=shutil.get_terminal_size((WIDEST, 24)).columns if tty else WIDEST,
    )
