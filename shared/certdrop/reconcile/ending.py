"""End open work: the end first, then the report, then the open key, so that a crash in between loses neither."""

from collections.abc import Iterable, Sequence

from certdrop.deployment.work import End, SeenWork
from certdrop.reconcile.house import House
from certdrop.state.listeners import close_work, record_end
from certdrop.views.notices import tell_end
from certdrop.views.reports import render_report


def end_works(house: House, ended: Sequence[tuple[End, SeenWork]]) -> None:
    """Write the ends, render the reports, then close the work; an end is told once."""
    for end, _ in ended:
        if record_end(house.store, end):
            tell_end(house.log, end)
    render_reports(house, (work for _, work in ended))
    for _, work in ended:
        close_work(house.store, work)


def render_reports(house: House, works: Iterable[SeenWork]) -> None:
    """Render the reports of the drops that *works* came from."""
    for drop, snapshot, config in dict.fromkeys((one.work.drop, one.work.snapshot, one.work.config) for one in works):
        render_report(house.store, drop, snapshot, config)
