"""The status page: every drop's latest report on one page, for people (`status/index.html`) and for scripts."""

import html
from collections.abc import Collection, Sequence

from certdrop.state import keys
from certdrop.state.store import Store
from certdrop.views.reports import DeploymentReport, Report, refresh_report
from certdrop.views.targets import KEY as TARGETS_REPORT

PAGE = "status/index.html"
DATA = "status/status.json"

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --open: #9a6700; --bad: #cf222e }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem; margin-bottom: 0 } p.written { color: gray; margin-top: 0 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .6rem; vertical-align: top }
tr { border-top: 1px solid var(--line) } th { font-weight: 600 } small { color: gray }
.good { color: var(--good) } .open { color: var(--open) } .bad { color: var(--bad) }
"""
_LOOKS = {"served": "good", "accepted": "good", "superseded": "good", "open": "open", "waiting": "open"}


def render_status(store: Store, open_deployments: Collection[str]) -> None:
    """Write the status page anew from the drops' reports, with those mended that wait for what is no longer open."""
    reports: list[Report] = []
    for entry in store.list(keys.REPORTS):
        if entry.key != TARGETS_REPORT:
            reports += _read(store, entry.key, open_deployments)
    data = "[" + ",".join(report.model_dump_json() for report in reports) + "]\n"
    store.put_bytes(DATA, data.encode(), "application/json")
    page = render_page(reports, store.now.strftime("%Y-%m-%d %H:%M:%S UTC"))
    store.put_bytes(PAGE, page.encode(), "text/html; charset=utf-8")


def _read(store: Store, key: str, open_deployments: Collection[str]) -> list[Report]:
    found = store.get(key, Report)
    store.unreadable.pop(key, None)  # somebody's own file: reports/ is theirs too
    return [refresh_report(store, found, open_deployments)] if found else []


def render_page(reports: Sequence[Report], written: str) -> str:
    """Return the page; everything that came from outside is escaped."""
    rows = "\n".join(_rows(report) for report in reports) or '<tr><td colspan="5">Nothing was dropped yet.</td></tr>'
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>certdrop</title><meta name="viewport" content="width=device-width">
<style>{_STYLE}</style></head><body>
<h1>certdrop</h1><p class="written">as of {html.escape(written)}</p>
<table><thead><tr><th>drop</th><th>certificate</th><th>target</th><th>listener</th><th>stands</th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def _rows(report: Report) -> str:
    names = html.escape(", ".join(report.names[:3]) + (" …" if len(report.names) > 3 else ""))  # noqa: PLR2004 fits a cell
    until = f"<br><small>until {report.not_after:%Y-%m-%d}</small>" if report.not_after else ""
    reasons = [f"{finding.message} {finding.fix}" for finding in report.findings]
    reasons += [_join(report.code, report.message, report.remedy)] if report.code else []
    findings = "".join(f"<br><small>{html.escape(reason)}</small>" for reason in reasons)
    head = f"<tr><td>{html.escape(report.drop)}</td><td>{names}{until}</td>"
    if not report.deployments:
        return f"{head}<td></td><td></td><td>{_mark(report.verdict)}{findings}</td></tr>"
    rows = [head + _cells(report.deployments[0])]
    rows += ["<tr><td></td><td></td>" + _cells(deployment) for deployment in report.deployments[1:]]
    return "\n".join(rows)


def _cells(deployment: DeploymentReport) -> str:
    detail = _join(deployment.code, deployment.message, deployment.remedy)
    place = f"{deployment.listener} ({deployment.slot})"
    return (
        f"<td>{html.escape(deployment.target)}</td><td>{html.escape(place)}</td>"
        f"<td>{_mark(deployment.status)}<br><small>{html.escape(detail)}</small></td></tr>"
    )


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _mark(word: str) -> str:
    return f'<span class="{_LOOKS.get(word, "bad")}">{html.escape(word)}</span>'
