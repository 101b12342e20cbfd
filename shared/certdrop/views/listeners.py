"""What each listener of the targets serves, until when, and what somebody changed: as the last survey found it."""

from datetime import datetime

from pydantic import BaseModel

from certdrop.deployment.expiry import count_days
from certdrop.state.surveys import Drift, ListenerSurvey, ServedCertificate, Surveys


class CertificateReport(BaseModel):
    """A certificate that a listener serves; *not_after* and *days_left* are None when nobody can tell."""

    slot: str
    domain: str = ""
    label: str = ""
    fingerprint: str = ""
    names: tuple[str, ...] = ()
    drop: str = ""
    not_after: datetime | None = None
    days_left: int | None = None


class DriftReport(BaseModel):
    """What differs from what certdrop left there; *heals*: work is open that puts it right, or was."""

    event: str
    slot: str = ""
    drop: str = ""
    target: str = ""
    message: str = ""
    remedy: str = ""
    since: datetime
    heals: bool = False


class ListenerReport(BaseModel):
    """One listener of the targets in force; *trouble* tells why it could not be looked at."""

    listener: str
    targets: tuple[str, ...] = ()
    status: str
    surveyed: datetime
    certificates: tuple[CertificateReport, ...] = ()
    drifts: tuple[DriftReport, ...] = ()
    trouble: str = ""


def make_listener_reports(surveys: Surveys, now: datetime) -> list[ListenerReport]:
    """Return what the last surveys found, with the days that are left *now*."""
    return [_report(listener, survey, now) for listener, survey in sorted(surveys.listeners.items())]


def _report(listener: str, survey: ListenerSurvey, now: datetime) -> ListenerReport:
    return ListenerReport(
        listener=listener,
        targets=survey.targets,
        status=survey.status,
        surveyed=survey.surveyed,
        certificates=tuple(_certificate(one, now) for one in survey.certificates),
        drifts=tuple(_drift(one) for one in survey.drifts),
        trouble=survey.trouble,
    )


def _certificate(one: ServedCertificate, now: datetime) -> CertificateReport:
    shown = one.model_dump(include=set(CertificateReport.model_fields))
    return CertificateReport(**shown, days_left=count_days(one.not_after, now) if one.not_after else None)


def _drift(one: Drift) -> DriftReport:
    return DriftReport(**one.model_dump(include=set(DriftReport.model_fields)), heals=bool(one.healing))
