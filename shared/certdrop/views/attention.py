"""What somebody should act on: every stalled, refused or changed thing in one list, the worst first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from certdrop.deployment.expiry import GRAVE, WARNINGS
from certdrop.views.listeners import CertificateReport, ListenerReport
from certdrop.views.reports import Report

WAITING = ("open", "waiting")
_SETTLED = ("served", "superseded", "open")


@dataclass(frozen=True)
class Matter:
    """One thing to act on; *look* is bad, or open for what is under way or not urgent."""

    look: str
    what: str
    where: str
    message: str = ""
    remedy: str = ""


def find_matters(reports: Sequence[Report], listeners: Sequence[ListenerReport]) -> list[Matter]:
    """Return all that somebody should act on, what is bad first."""
    found = [*_of_listeners(listeners), *_of_reports(reports)]
    return sorted(found, key=lambda one: one.look != "bad")


def days_left(days: int | None) -> str:
    """Return in words how long a certificate is valid."""
    if days is None:
        return "unknown"
    return "expired" if days < 0 else "1 day left" if days == 1 else f"{days} days left"


def look_of_days(days: int | None) -> str:
    """Return how the days that are left look."""
    if days is None or days > max(WARNINGS):
        return "open" if days is None else "good"
    return "bad" if days <= GRAVE else "open"


def name_of(certificate: CertificateReport) -> str:
    """Return how a person would recognise a certificate."""
    return ", ".join(certificate.names) or certificate.label or certificate.fingerprint or "a certificate"


def _of_listeners(listeners: Iterable[ListenerReport]) -> Iterator[Matter]:
    for listener in listeners:
        where = f"{listener.listener} ({', '.join(listener.targets)})"
        if listener.trouble:
            yield Matter("bad", "not looked at", where, listener.trouble)
        for drift in listener.drifts:
            look = "open" if drift.heals else "bad"
            place = f"{where}, {drift.slot}" if drift.slot else where
            since = f"{drift.message}, seen since {drift.since:%Y-%m-%d %H:%M} UTC"
            yield Matter(look, drift.event, place, since, drift.remedy)
        for one in listener.certificates:
            if one.days_left is not None and one.days_left <= max(WARNINGS):
                renewal = f"drop a renewed certificate in certs/{one.drop}/" if one.drop else ""
                yield Matter(look_of_days(one.days_left), days_left(one.days_left), where, name_of(one), renewal)


def _of_reports(reports: Iterable[Report]) -> Iterator[Matter]:
    for report in reports:
        where = f"drop {report.drop}"
        for finding in report.findings if report.verdict != "accepted" else ():
            yield Matter(_look(report.verdict), report.verdict, where, finding.message, finding.fix)
        if report.code:
            message = ": ".join(part for part in (report.code, report.message) if part)
            yield Matter(_look(report.verdict), report.verdict, where, message, report.remedy)
        for one in report.deployments:
            if one.status not in _SETTLED:
                place = f"{where}, target {one.target}, {one.listener} ({one.slot})"
                message = ": ".join(part for part in (one.code, one.message) if part)
                yield Matter("bad", one.status, place, message, one.remedy)


def _look(verdict: str) -> str:
    return "open" if verdict in WAITING else "bad"
