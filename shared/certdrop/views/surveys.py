"""What people are told of a survey: drift."""

from datetime import datetime

from certdrop.deployment.drift import LISTENER_MISSING, LISTENER_STOPPED
from certdrop.state.notices import Notice
from certdrop.state.surveys import Drift

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
