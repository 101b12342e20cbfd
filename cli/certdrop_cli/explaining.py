"""What `certdrop redrive` tells a person."""

from collections.abc import Iterator, Sequence

from certdrop.bundle.codes import printable
from certdrop.cloud.mns import BATCH
from certdrop_cli.cases import Case
from certdrop_cli.dead_letters import Found
from certdrop_cli.report import wrap
from certdrop_cli.style import Style
from certdrop_cli.tables import explain, mark_of, paint, show_time


def render_redrive(
    cases: Sequence[Case], letters: Sequence[Found], style: Style, *, opened: bool, discarded: bool
) -> str:
    """Return what was found, and what became of it."""
    if not cases and not letters:
        return "Nothing ended badly, nothing stalls." if not opened else "There was nothing to open again."
    blocks = [list(_render_case(case, style, opened=opened)) for case in cases]
    if letters:
        blocks.append(list(_render_letters(letters, style, opened=opened, discarded=discarded)))
    if not opened:
        blocks.append(list(_say_what_to_do(cases, letters, style)))
    return "\n\n".join("\n".join(lines) for lines in blocks)


def _render_case(case: Case, style: Style, *, opened: bool) -> Iterator[str]:
    since = f"  {style.dim(f'since {show_time(case.since)}')}" if case.since else ""
    yield f"{style.bold(printable(case.drop))}  {printable(case.what)}{since}"
    yield f"  {mark_of(case.status, style)} {paint(case.status, style)}  {printable(case.code)}".rstrip()
    yield from explain(case.message, case.remedy, case.request_id, style)
    if case.note:
        yield from wrap(printable(f"Not opened again: {case.note}."), "    ", style)
    elif opened:
        yield f"    {style.good('opened again')}"


def _render_letters(letters: Sequence[Found], style: Style, *, opened: bool, discarded: bool) -> Iterator[str]:
    more = " (the first ones)" if not opened and len(letters) == BATCH else ""
    yield style.bold(f"Dead letters: {len(letters)}{more}")
    for found in letters:
        letter = found.letter
        who = f"{letter.source}: " if letter.source else ""
        yield from wrap(printable(f"{show_time(found.message.sent)}  {who}{letter.reason}"), "  ", style)
        for request, note in zip(letter.requests, found.notes, strict=True):
            done = note or ("sent again" if opened else "can be sent again")
            yield f"    asks for {printable(request.reconcile)}: {done}"
        if not letter.requests:
            kept = "deleted" if discarded else "kept; --discard deletes it" if opened else "asks for nothing"
            yield from wrap(printable(f"{letter.excerpt}"), "    ", style)
            yield f"    {style.dim(kept)}"


def _say_what_to_do(cases: Sequence[Case], letters: Sequence[Found], style: Style) -> Iterator[str]:
    drops = list(dict.fromkeys(case.drop for case in cases if not case.note))
    if drops:
        yield from wrap(f"To open again: certdrop redrive {printable(drops[0])}, or certdrop redrive --all", "", style)
    if letters:
        yield from wrap("To send letters again: certdrop redrive --letters (--discard deletes the others)", "", style)
