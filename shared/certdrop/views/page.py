"""The status page: what to act on, what each listener serves and until when, where every drop stands."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from certdrop.deployment.expiry import count_days
from certdrop.views.attention import Matter, days_left, find_matters, look_of_days, name_of
from certdrop.views.listeners import CertificateReport, ListenerReport
from certdrop.views.markup import escape, look_of, mark, page, row, small, table
from certdrop.views.reports import DeploymentReport, Report

NAMES_SHOWN = 3


def render_page(reports: Sequence[Report], listeners: Sequence[ListenerReport], now: datetime) -> str:
    """Return the page."""
    matters = find_matters(reports, listeners)
    parts = [
        f'<h1>certdrop</h1><p class="written">as of {now:%Y-%m-%d %H:%M:%S} UTC</p>',
        _render_sums(reports, listeners),
        *([f'<h2>To act on</h2><ul class="todo">{"".join(map(_render_matter, matters))}</ul>'] if matters else []),
        "<h2>What is served</h2>",
        _render_listeners(listeners),
        "<h2>Drops</h2>",
        _render_reports(reports, now),
    ]
    return page("\n".join(parts))


def _render_sums(reports: Sequence[Report], listeners: Sequence[ListenerReport]) -> str:
    found = Counter(one.status for report in reports for one in report.deployments)
    found["changed by hand"] = sum(len(listener.drifts) for listener in listeners)
    sums = [(str(count), word, look_of(word)) for word, count in sorted(found.items()) if count]
    days = [one.days_left for listener in listeners for one in listener.certificates if one.days_left is not None]
    if days:
        sums.append((str(min(days)), "days until the first expires", look_of_days(min(days))))
    items = "".join(f'<li><b class="{look}">{escape(sum_)}</b> {escape(word)}</li>' for sum_, word, look in sums)
    return f'<ul class="sums">{items}</ul>'


def _render_matter(matter: Matter) -> str:
    remedy = small(f"→ {matter.remedy}" if matter.remedy else "", "fix")
    head = f"<b>{mark(matter.what, matter.look)}</b> {escape(matter.where)}"
    return f'<li class="{matter.look}">{head}{small(matter.message)}{remedy}</li>'


def _render_listeners(listeners: Sequence[ListenerReport]) -> str:
    if not listeners:
        return '<p class="none">No listener was looked at yet; the first survey comes within ten minutes.</p>'
    rows = [cells for listener in listeners for cells in _rows_of_listener(listener)]
    return table(("listener", "slot", "certificate", "valid until", "left"), rows)


def _rows_of_listener(listener: ListenerReport) -> Iterator[str]:
    head = (
        f"{escape(listener.listener)}<br>{mark(listener.status)} <small>{escape(', '.join(listener.targets))}</small>"
    )
    head += f"<br>{mark(f'{len(listener.drifts)} changed by hand', 'bad')}" if listener.drifts else ""
    if not listener.certificates:
        yield row(head, "", "<small>no certificate</small>", "", "")
    for number, one in enumerate(listener.certificates):
        yield row("" if number else head, *_cells_of_certificate(one))


def _cells_of_certificate(one: CertificateReport) -> tuple[str, str, str, str]:
    whose = f"drop {one.drop}" if one.drop else one.label if one.names else "certdrop did not deploy it"
    until = f"{one.not_after:%Y-%m-%d}" if one.not_after else "unknown"
    shown = one.model_copy(update={"names": shorten(one.names)})
    return (
        escape(one.slot) + small(one.domain),
        escape(name_of(shown)) + small(whose),
        until,
        mark(days_left(one.days_left), look_of_days(one.days_left)),
    )


def _render_reports(reports: Sequence[Report], now: datetime) -> str:
    if not reports:
        return '<p class="none">Nothing was dropped yet.</p>'
    rows = [cells for report in reports for cells in _rows_of_report(report, now)]
    return table(("drop", "certificate", "target", "listener", "stands"), rows)


def _rows_of_report(report: Report, now: datetime) -> Iterator[str]:
    names = escape(", ".join(shorten(report.names)))
    left = f", {days_left(count_days(report.not_after, now))}" if report.not_after else ""
    head = escape(report.drop), names + small(f"until {report.not_after:%Y-%m-%d}{left}" if report.not_after else "")
    if not report.deployments:
        reasons = [small(_join(finding.message, finding.fix)) for finding in report.findings]
        reasons += [small(_join(report.code, report.message, report.remedy))] if report.code else []
        yield row(*head, "", "", mark(report.verdict) + "".join(reasons))
    for number, one in enumerate(report.deployments):
        yield row(*(("", "") if number else head), *_cells_of_deployment(one))


def _cells_of_deployment(one: DeploymentReport) -> tuple[str, str, str]:
    since = f" <small>since {one.since:%Y-%m-%d %H:%M} UTC</small>" if one.since else ""
    why = small(_join(one.code, one.message)) + small(f"→ {one.remedy}" if one.remedy else "", "fix")
    return escape(one.target), escape(f"{one.listener} ({one.slot})"), mark(one.status) + since + why


def shorten(names: Sequence[str]) -> tuple[str, ...]:
    """Return the first names, and a sign that there are more."""
    return (*names[:NAMES_SHOWN], "…") if len(names) > NAMES_SHOWN else tuple(names)


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
