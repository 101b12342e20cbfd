"""The status: every drop's latest report and every listener, for people (`status/index.html`) and for scripts."""

from collections.abc import Collection, Sequence

from pydantic import BaseModel

from certdrop.state import keys
from certdrop.state.store import Entry, Store
from certdrop.state.surveys import read_surveys_again
from certdrop.views.listeners import make_listener_reports
from certdrop.views.page import render_page
from certdrop.views.reports import Report, refresh_report
from certdrop.views.targets import KEY as TARGETS_REPORT

PAGE = "status/index.html"
DATA = "status/status.json"
LISTENERS = "status/listeners.json"


def render_status(store: Store, open_deployments: Collection[str], *, anew: bool = True) -> None:
    """Render the status from the survey and the reports; those that wait for what is no longer open are mended.

    Unless all is written *anew*, what this instance wrote last and would write again stays, and so does a page that
    would only bear another time.
    """
    reports: list[Report] = []
    for entry in store.list(keys.REPORTS):
        if entry.key != TARGETS_REPORT:
            reports += _read(store, entry, open_deployments)
    listeners = make_listener_reports(read_surveys_again(store), store.now)
    written = [_put_list(store, key, data, anew=anew) for key, data in ((DATA, reports), (LISTENERS, listeners))]
    if any(written):
        page = render_page(reports, listeners, store.now)
        store.put_bytes(PAGE, page.encode(), "text/html; charset=utf-8")


def _put_list(store: Store, key: str, documents: Sequence[BaseModel], *, anew: bool) -> bool:
    data = "[" + ",".join(document.model_dump_json() for document in documents) + "]\n"
    return store.put_unless_kept(key, data.encode(), "application/json", anew=anew)


def _read(store: Store, entry: Entry, open_deployments: Collection[str]) -> list[Report]:
    found = store.get(entry, Report)
    store.unreadable.pop(entry.key, None)  # somebody's own file: reports/ is theirs too
    return [refresh_report(store, found, open_deployments)] if found else []
