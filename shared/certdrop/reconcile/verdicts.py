"""Give a verdict: the report and the notice first, then the verdict, so that a crash in between costs neither."""

from certdrop.reconcile.house import House
from certdrop.reconcile.telling import tell
from certdrop.state.drops import Verdict, write_verdict
from certdrop.state.opened import Opened
from certdrop.views.notices import notice_of_verdict
from certdrop.views.reports import write_report


def give_verdict(house: House, verdict: Verdict, opened: Opened | None = None) -> Verdict:
    """Report and write a verdict; return the one that stands, which is another's if that one came first.

    *opened*: what lies open, if that was listed.
    """
    write_report(house.store, verdict, opened=opened)
    if verdict.verdict != "accepted":
        tell(house, notice_of_verdict(verdict, house.store.now))
    standing = write_verdict(house.store, verdict)
    if standing != verdict:
        write_report(house.store, standing)
    return standing
