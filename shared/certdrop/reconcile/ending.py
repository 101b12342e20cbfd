"""End or stall open work: the end first, then the report, then the open key: a crash in between loses neither."""

from collections.abc import Iterable, Sequence

from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import End, SeenWork
from certdrop.reconcile.house import House
from certdrop.state.listeners import close_work, has_ended, record_end, write_stall
from certdrop.views.notices import tell_end, tell_stall
from certdrop.views.reports import render_report


def end_works(house: House, ended: Sequence[tuple[End, SeenWork]]) -> None:
    """Write the ends, render the reports, then close the work; an end is told once."""
    for end, _ in ended:
        if record_end(house.store, end):
            tell_end(house.log, end)
    render_reports(house, (work for _, work in ended))
    for _, work in ended:
        close_work(house.store, work)


def record_stalls(house: House, stalls: Sequence[StallOf]) -> None:
    """Write that works stall once more and render the reports; only the first time is told."""
    wanted = close_left_overs(house, [stall.work for stall in stalls])
    first = {stall.work.deployment: stall for stall in reversed(stalls) if stall.work in wanted}
    for stall in first.values():
        tell_stall(house.log, stall, write_stall(house.store, stall).times)
    render_reports(house, wanted)


def render_reports(house: House, works: Iterable[SeenWork]) -> None:
    """Render the reports of the drops that *works* came from."""
    for drop in dict.fromkeys(one.work.drop for one in works):
        render_report(house.store, drop)


def close_left_overs(house: House, works: Sequence[SeenWork]) -> list[SeenWork]:
    """Close the works whose causes have ended; return the others."""
    left_over = [work for work in works if has_ended(house.store, work.work)]
    for work in left_over:
        close_work(house.store, work)
    return [work for work in works if work not in left_over]
