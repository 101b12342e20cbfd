"""What `certdrop check` tells a person: the verdict, what is wrong and how to mend it, what was found."""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime

from certdrop.bundle.codes import printable
from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.findings import Finding
from certdrop.bundle.judgement import Judgement, Part
from certdrop_cli.style import Style

_SHOWN_NAMES = 8
_ROLES = {"root": "root, left out", "stray": "stray, left out"}


def render_report(judgement: Judgement, path: str, now: datetime, style: Style) -> str:
    """Return the report on the drop at *path* as of *now*."""
    blocks = [
        _render_verdict(judgement, printable(path), style),
        render_findings(judgement.findings, style),
        _render_parts(judgement.parts, style),
    ]
    if judgement.accepted and judgement.facts:
        blocks.append(_render_facts(judgement.facts, now, style))
    return "\n\n".join("\n".join(lines) for lines in map(list, blocks) if lines)


def _render_verdict(judgement: Judgement, path: str, style: Style) -> Iterator[str]:
    warnings = len(judgement.findings) - len(judgement.errors)
    counts = [_count(len(judgement.errors), "error"), _count(warnings, "warning")]
    tail = ", ".join(count for count in counts if count)
    tail = f" ({tail})" if tail else ""
    if judgement.accepted:
        what = "client CA" if judgement.kind == "ca" else "server certificate"
        yield f"{style.good(style.mark('✔', 'OK') + ' accepted')}  {style.bold(path)}: {what}{tail}"
    else:
        waits = " It would wait for the missing part." if judgement.missing_part else ""
        yield f"{style.bad(style.mark('✘', 'X') + ' refused')}  {style.bold(path)}{tail}.{waits}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""


def render_findings(findings: Iterable[Finding], style: Style) -> Iterator[str]:
    """Yield the lines about findings: what is wrong, where, and how to mend it."""
    for number, finding in enumerate(findings):
        if number:
            yield ""
        paint, sign = (style.bad, "error") if finding.severity == "error" else (style.warn, "warning")
        yield f"  {paint(f'{sign}: {finding.code}')}  {finding.subject}"
        yield from wrap(finding.message, "    ", style)
        yield from wrap(finding.fix, f"    {style.mark('→', '->')} ", style)


def wrap(text: str, indent: str, style: Style) -> list[str]:
    """Fold *text* to the terminal's width, the first line with *indent*, the others below its text."""
    following = " " * len(indent)
    return textwrap.wrap(text, style.width, initial_indent=indent, subsequent_indent=following, break_long_words=False)


def _render_parts(parts: tuple[Part, ...], style: Style) -> Iterator[str]:
    if not parts:
        return
    yield style.bold("Found")
    rows = [
        (_ROLES.get(part.role, part.role), part.title, part.key, _show_day(part.not_after), ", ".join(part.places))
        for part in parts
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for role, title, key, day, places in rows:
        cells = (role.ljust(widths[0]), title.ljust(widths[1]), key.ljust(widths[2]), day.ljust(widths[3]))
        yield f"  {'  '.join(cells)}  {style.dim(places)}".rstrip()


def _show_day(moment: datetime | None) -> str:
    return f"until {moment:%Y-%m-%d}" if moment else ""


def _render_facts(facts: BundleFacts, now: datetime, style: Style) -> Iterator[str]:
    yield style.bold("To be served" if facts.kind == "server" else "To check clients with")
    if facts.names:
        shown = ", ".join(facts.names[:_SHOWN_NAMES])
        more = len(facts.names) - _SHOWN_NAMES
        yield from wrap(shown + (f" and {more} more" if more > 0 else ""), "  names        ", style)
    days = (facts.not_after - now).days
    yield f"  valid        {facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}, {days} days left"
    yield f"  fingerprint  SHA-256 {facts.fingerprint}"
