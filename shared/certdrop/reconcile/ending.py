"""End or stall open work: the end first, then the report, then the open key: a crash in between loses neither."""

from collections.abc import Iterable, Sequence

from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import End, SeenWork
from certdrop.reconcile.house import House
from certdrop.reconcile.telling import tell
from certdrop.state.listeners import close_work, has_ended, read_end, record_end, write_stall
from certdrop.state.served import note_served
from certdrop.views.notices import notice_of_end, notice_of_stall
from certdrop.views.reports import render_report


def end_works(house: House, ended: Sequence[tuple[End, SeenWork]]) -> None:
    """Note what is served, write the ends, render the reports, then close the work; an end is told once."""
    for end, work in ended:
        if end.end == "served":
            note_served(house.store, work.work)
        note_end(house, end)
    render_reports(house, (work for _, work in ended))
    for _, work in ended:
        close_work(house.store, work)


def note_end(house: House, end: End) -> None:
    """Write an end and tell it; one that stood already is told too: its writer may have died before."""
    if record_end(house.store, end):
        tell(house, notice_of_end(end, house.store.now))
    else:
        _tell_standing(house, end.deployment, end.cause)


def _tell_standing(house: House, deployment: str, cause: str) -> None:
    end = read_end(house.store, deployment, cause) if house.settings.webhook else None
    if end:
        tell(house, notice_of_end(end, house.store.now), again=True)


def record_stalls(house: House, stalls: Sequence[StallOf]) -> None:
    """Write that works stall once more and render the reports; only the first time is told."""
    wanted = close_left_overs(house, [stall.work for stall in stalls])
    first = {stall.work.deployment: stall for stall in reversed(stalls) if stall.work in wanted}
    for stall in first.values():
        if stall.work.stalled is None:
            tell(house, notice_of_stall(stall, house.store.now))
        write_stall(house.store, stall)
    render_reports(house, wanted)


def render_reports(house: House, works: Iterable[SeenWork]) -> None:
    """Render the reports of the drops that *works* came from."""
    for drop in dict.fromkeys(one.work.drop for one in works):
        render_report(house.store, drop)


def close_left_overs(house: House, works: Sequence[SeenWork]) -> list[SeenWork]:
    """Close the works whose causes have ended; return the others."""
    left_over = [work for work in works if has_ended(house.store, work.work)]
    for work in left_over:
        _tell_standing(house, work.deployment, work.work.cause)
        close_work(house.store, work)
    return [work for work in works if work not in left_over]
