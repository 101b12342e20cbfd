"""What people are told: each thing once, as a line that a log alarm can watch and as JSON to a webhook."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import End
from certdrop.errors import TargetsProblem, UnreadableError
from certdrop.state.drops import AttemptEnd, Verdict
from certdrop.state.notices import Notice, Severity
from certdrop.state.retired import Marked

_GOOD_ENDS = ("served", "superseded")
SAID_AT_MOST = 3  # of many problems
SPOILT = "state-spoilt"
SPOILT_REMEDY = "see who writes below state/: only certdrop may; what can be made anew is, at the next look or sweep"
_REASONS = {
    "duplicate": "it was there twice",
    "expired": "it has expired, and no listener shows it",
    "superseded": "a newer one is served in its place",
}
_LEFT_OUT = ("request_id", "time", "version", "occasion", "severity")


class Notifier(Protocol):
    """A structured log."""

    def info(self, event: str, **fields: object) -> object:
        """Tell what happened."""
        ...

    def warning(self, event: str, **fields: object) -> object:
        """Tell what somebody should act on."""
        ...


def log_notice(notifier: Notifier, notice: Notice) -> None:
    """Tell a notice as a line of the log."""
    tell = notifier.info if notice.severity == "info" else notifier.warning
    fields = notice.model_dump(exclude={"event", *_LEFT_OUT})
    tell(notice.event, **fields, request_id_of_call=notice.request_id)


def payload_of(notice: Notice) -> Mapping[str, Any]:
    """Return what the webhook gets."""
    return {"id": notice.id, **notice.model_dump(mode="json")}


def notice_of_end(end: End, now: datetime) -> Notice:
    """Tell that a deployment ended."""
    severity: Severity = "info" if end.end in _GOOD_ENDS else "error" if end.end == "disproved" else "warning"
    return Notice(
        subject=f"deployment/{end.deployment}",
        event=f"deployment-{end.end}",
        occasion=end.cause,
        severity=severity,
        drop=end.drop,
        target=end.target,
        listener=str(end.place.listener),
        slot=end.place.slot,
        code=end.code,
        message=end.message,
        remedy=end.remedy,
        request_id=end.request_id,
        correlation_id=end.correlation_id,
        time=now,
    )


def notice_of_stall(stall: StallOf, now: datetime) -> Notice:
    """Tell that a deployment stalls."""
    work = stall.work.work
    return Notice(
        subject=f"deployment/{work.deployment}",
        event="deployment-stalled",
        occasion=work.cause,
        severity="warning",
        drop=work.drop,
        target=work.target,
        listener=str(work.place.listener),
        slot=work.place.slot,
        code=stall.code,
        message=stall.message,
        remedy=stall.remedy,
        request_id=stall.request_id,
        correlation_id=work.correlation_id,
        time=now,
    )


def notice_of_verdict(verdict: Verdict, now: datetime) -> Notice:
    """Tell that a drop was refused, or waits for a missing part."""
    findings = [one for one in verdict.findings if one.severity == "error"] or list(verdict.findings)
    first = findings[0] if findings else None
    others = len(findings) - 1
    return Notice(
        subject=f"drop/{verdict.drop}",
        event=f"drop-{verdict.verdict}",
        occasion=verdict.snapshot,
        severity="warning",
        drop=verdict.drop,
        code=first.code if first else "",
        message=(first.message if first else "") + (f" (and {others} more, see the report)" if others > 0 else ""),
        remedy=first.fix if first else "",
        correlation_id=verdict.correlation_id,
        time=now,
    )


def notice_of_discarded_key(verdict: Verdict, now: datetime) -> Notice:
    """Tell that the private key of a drop was deleted from the bucket."""
    files = ", ".join(file.key for file in verdict.key_files)
    return Notice(
        subject=f"drop/{verdict.drop}",
        event="key-discarded",
        occasion=verdict.snapshot,
        severity="info",
        drop=verdict.drop,
        message=f"{files} was deleted: everything that it was dropped for is served",
        correlation_id=verdict.correlation_id,
        time=now,
    )


def notice_of_attempt(drop: str, snapshot: str, end: AttemptEnd, now: datetime) -> Notice:
    """Tell that a drop could not be judged."""
    return Notice(
        subject=f"drop/{drop}",
        event="drop-stalled",
        occasion=snapshot,
        severity="warning",
        drop=drop,
        code=end.code,
        message=end.message,
        remedy=end.remedy,
        request_id=end.request_id,
        correlation_id=snapshot[:12],
        time=now,
    )


def notice_of_removal(mark: Marked, now: datetime) -> Notice:
    """Tell that a certificate of ours was deleted because it was of no more use."""
    return Notice(
        subject=f"certificate/{mark.fingerprint}",
        event="certificate-removed",
        occasion=f"{mark.shelf}.{mark.certificate_id}",
        severity="info",
        code=mark.reason,
        message=f"{mark.name} was deleted from {mark.shelf}: {_REASONS.get(mark.reason, mark.reason)}",
        time=now,
    )


def notice_of_spoilt(error: UnreadableError, now: datetime) -> Notice:
    """Tell that a document in state/ is spoilt."""
    return Notice(
        subject="state",
        event=SPOILT,
        occasion=hashlib.sha256(f"{error.key}\n{error.etag}".encode()).hexdigest()[:16],
        severity="error",
        code=SPOILT,
        message=str(error),
        remedy=SPOILT_REMEDY,
        time=now,
    )


def notice_of_targets(etag: str, problems: Sequence[TargetsProblem], in_force: int, now: datetime) -> Notice:
    """Tell that a targets.yml was refused."""
    standing = f"targets number {in_force} stay in force" if in_force else "no targets are in force"
    more = f" (and {len(problems) - SAID_AT_MOST} more)" if len(problems) > SAID_AT_MOST else ""
    return Notice(
        subject="targets",
        event="targets-refused",
        occasion=etag,
        severity="error",
        code="targets-refused",
        message=f"{'; '.join(map(str, problems[:SAID_AT_MOST]))}{more}; {standing}",
        remedy="mend config/targets.yml; reports/targets.yml.json lists every problem",
        time=now,
    )
