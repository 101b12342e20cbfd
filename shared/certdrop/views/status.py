"""The status: every drop's latest report and every listener, for people (`status/index.html`) and for scripts."""

from collections.abc import Collection, Sequence

from pydantic import BaseModel

from certdrop.state import keys
from certdrop.state.store import Entry, Store
from certdrop.state.surveys import read_surveys
from certdrop.views.listeners import make_listener_reports
from certdrop.views.page import render_page
from certdrop.views.reports import Report, refresh_report
from certdrop.views.targets import KEY as TARGETS_REPORT

PAGE = "status/index.html"
DATA = "status/status.json"
LISTENERS = "status/listeners.json"


def render_status(store: Store, open_deployments: Collection[str]) -> None:
    """Write the status anew from the survey and the reports; those that wait for what is no longer open are mended."""
    reports: list[Report] = []
    for entry in store.list(keys.REPORTS):
        if entry.key != TARGETS_REPORT:
            reports += _read(store, entry, open_deployments)
    listeners = make_listener_reports(read_surveys(store), store.now)
    _put_list(store, DATA, reports)
    _put_list(store, LISTENERS, listeners)
    page = render_page(reports, listeners, store.now)
    store.put_bytes(PAGE, page.encode(), "text/html; charset=utf-8")


def _put_list(store: Store, key: str, documents: Sequence[BaseModel]) -> None:
    data = "[" + ",".join(document.model_dump_json() for document in documents) + "]\n"
    store.put_bytes(key, data.encode(), "application/json")


def _read(store: Store, entry: Entry, open_deployments: Collection[str]) -> list[Report]:
    found = store.get(entry, Report)
    store.unreadable.pop(entry.key, None)  # somebody's own file: reports/ is theirs too
    return [refresh_report(store, found, open_deployments)] if found else []
