"""What people are told of a survey: drift, and certificates that expire."""

from datetime import datetime

from certdrop.deployment.drift import LISTENER_MISSING, LISTENER_STOPPED
from certdrop.deployment.expiry import GRAVE, count_days
from certdrop.state.notices import Notice
from certdrop.state.surveys import Drift, ServedCertificate

EXPIRES = "certificate-expires"
EXPIRED = "certificate-expired"
FOREIGN = "certdrop did not deploy it: drop its successor, or renew it where it came from"
SAID_AT_MOST = 3  # of many names
_NOT_SERVING = (LISTENER_MISSING, LISTENER_STOPPED)


def notice_of_drift(drift: Drift, listener: str, now: datetime) -> Notice:
    """Tell that somebody changed a listener by hand, or that it is being put right."""
    state = "healing" if drift.healing else "found"
    return Notice(
        subject=f"deployment/{drift.deployment}" if drift.deployment else f"listener/{listener}",
        event=drift.event,
        occasion=f"{drift.since:%Y%m%dT%H%M%SZ}-{state}",
        severity="error" if drift.event in _NOT_SERVING else "warning",
        drop=drift.drop,
        target=drift.target,
        listener=listener,
        slot=drift.slot,
        code=drift.event,
        message=drift.message,
        remedy=drift.remedy,
        correlation_id=drift.healing[:12],
        time=now,
    )


def notice_of_expiry(
    certificate: ServedCertificate, not_after: datetime, threshold: int, listener: str, now: datetime
) -> Notice:
    """Warn that a served certificate expires, or say that it has."""
    where = f"{listener} ({certificate.domain or certificate.slot})"
    names = ", ".join(certificate.names[:SAID_AT_MOST]) or certificate.label or certificate.certificate_id
    left = count_days(not_after, now)
    days = "today" if left == 0 else "in 1 day" if left == 1 else f"in {left} days"
    verb = f"expires {days}, on" if threshold else "expired on"
    renewal = f"drop a renewed certificate in certs/{certificate.drop}/" if certificate.drop else FOREIGN
    return Notice(
        subject=f"certificate/{certificate.identity}",
        event=EXPIRES if threshold else EXPIRED,
        occasion=str(threshold),
        severity="error" if threshold <= GRAVE else "warning",
        drop=certificate.drop,
        listener=listener,
        slot=certificate.slot,
        code=EXPIRES if threshold else EXPIRED,
        message=f"the certificate for {names}, served at {where}, {verb} {not_after:%Y-%m-%d %H:%M} UTC",
        remedy=renewal,
        time=now,
    )
