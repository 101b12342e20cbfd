"""The report of a drop: what was judged of it and where each of its deployments stands, for people and scripts."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel

from certdrop.bundle.findings import Finding
from certdrop.deployment.work import End, OpenWork, Stall
from certdrop.state import keys
from certdrop.state.drops import (
    AttemptEnd,
    PlannedDeployment,
    Verdict,
    find_newest_verdict,
    read_newest_verdict,
    recall_bundle,
)
from certdrop.state.opened import Opened, list_open
from certdrop.state.store import Entry, Store
from certdrop.views.notices import SPOILT

HELD = "held"  # for the stage before


class DeploymentReport(BaseModel):
    """Where one bundle at one place stands: open, stalled, served, superseded, refused or disproved.

    *ended* when how it ended was spoilt.
    """

    deployment: str = ""
    target: str
    listener: str
    slot: str
    status: str
    since: AwareDatetime | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""
    request_id: str = ""


class Report(BaseModel):
    """What `reports/<drop>.json` holds; *code* to *next_look* say why a drop is stalled, before it was judged."""

    version: int = 1
    drop: str
    verdict: str
    snapshot: str
    kind: str | None = None
    fingerprint: str | None = None
    names: tuple[str, ...] = ()
    not_after: AwareDatetime | None = None
    findings: tuple[Finding, ...] = ()
    ignored: tuple[str, ...] = ()
    deployments: tuple[DeploymentReport, ...] = ()
    code: str = ""
    message: str = ""
    remedy: str = ""
    request_id: str = ""
    next_look: AwareDatetime | None = None
    correlation_id: str = ""
    written: AwareDatetime


def render_report(store: Store, drop: str) -> None:
    """Write a drop's report anew from its newest verdict and the state of that one's deployments."""
    verdict = find_newest_verdict(store, drop)
    if verdict is not None:
        write_report(store, verdict)


def refresh_report(store: Store, report: Report, open_deployments: Collection[str]) -> Report:
    """Return a report, written anew when it tells of something under way that is not.

    Whoever writes a report says what it saw, and may come late: after a verdict that was given meanwhile, after work
    that somebody else ended.
    """
    is_unjudged = report.verdict in ("waiting", "stalled")
    awaited = [one for one in report.deployments if one.status in ("open", "stalled")]
    if not is_unjudged and all(one.deployment in open_deployments for one in awaited):
        return report
    verdict = read_newest_verdict(store, report.drop)
    if verdict is None or (is_unjudged and verdict.written < report.written):
        return report
    fresh = make_report(store, verdict.document)
    if fresh.model_copy(update={"written": report.written}) == report:
        return report
    _put_report(store, fresh)
    return fresh


def write_report(
    store: Store,
    verdict: Verdict,
    status: str | None = None,
    trouble: AttemptEnd | None = None,
    *,
    opened: Opened | None = None,
) -> None:
    """Write the report of a verdict; *status* stands for the verdict while there is none yet, *trouble* says why."""
    _put_report(store, make_report(store, verdict, status, trouble, opened=opened))


def _put_report(store: Store, report: Report) -> None:
    store.put_bytes(keys.report(report.drop), report.model_dump_json(indent=2).encode() + b"\n", "application/json")


def make_report(
    store: Store,
    verdict: Verdict,
    status: str | None = None,
    trouble: AttemptEnd | None = None,
    *,
    opened: Opened | None = None,
) -> Report:
    """Make the report of a verdict out of what stands in state/ now; *opened* is what lies open, if that was listed."""
    opened = opened or list_open(store) if verdict.deployments else Opened({})
    facts = recall_bundle(store, verdict.fingerprint) if verdict.fingerprint else None
    return Report(
        drop=verdict.drop,
        verdict=status or verdict.verdict,
        snapshot=verdict.snapshot,
        kind=verdict.kind,
        fingerprint=verdict.fingerprint,
        names=facts.names if facts else (),
        not_after=facts.not_after if facts else None,
        findings=verdict.findings,
        ignored=verdict.ignored,
        deployments=tuple(_stands(store, planned, opened) for planned in verdict.deployments),
        **(trouble.model_dump(include={"code", "message", "remedy", "request_id", "next_look"}) if trouble else {}),
        correlation_id=verdict.correlation_id,
        written=store.now,
    )


def _stands(store: Store, planned: PlannedDeployment, opened: Opened) -> DeploymentReport:
    """Tell how a deployment stands: by its latest end, unless a cause that has not ended is open."""
    listener = planned.place.listener
    base = DeploymentReport(
        deployment=planned.deployment,
        target=planned.target,
        listener=str(listener),
        slot=planned.place.slot,
        status="open",
    )
    found = opened.keys_of(listener, planned.deployment)
    is_begun = found.works and planned.deployment in opened.begun
    ends = [] if is_begun else store.list(keys.ends(planned.deployment))
    ended = {entry.key.rpartition("/")[2] for entry in ends}
    works = [one for one in found.works if one.key.rpartition("/")[2].partition(".")[2] not in ended]
    if works and found.stalls:
        newest, _ = max(found.stalls, key=lambda stall: stall[0].last_modified)
        return _stalled(store, base, newest)
    if works or not ends:
        return _open(store, base, planned, works)
    newest = max(ends, key=lambda entry: entry.last_modified)
    end = store.read(newest, End)
    if end is None:
        return _spoilt(base) if newest.key in store.unreadable else base
    return _ended(base, end.document, end.written)


def _open(store: Store, base: DeploymentReport, planned: PlannedDeployment, works: Sequence[Entry]) -> DeploymentReport:
    opened = base.model_copy(update={"since": works[0].last_modified if works else None})
    work = store.get(works[-1], OpenWork) if works and planned.held_for else None
    held = {"code": HELD, "message": planned.held_for} if work and work.after else {}
    return opened.model_copy(update=held)


def _spoilt(base: DeploymentReport) -> DeploymentReport:
    said = "how it ended cannot be read any more; a look at the listener shows what is served"
    return base.model_copy(update={"status": "ended", "code": SPOILT, "message": said})


def _stalled(store: Store, base: DeploymentReport, newest: Entry) -> DeploymentReport:
    stall = store.get(newest, Stall)
    shown = stall.model_dump(include={"code", "message", "remedy", "request_id"}) if stall else {}
    return base.model_copy(update={**shown, "status": "stalled", "since": newest.last_modified})


def _ended(base: DeploymentReport, end: End, written: datetime) -> DeploymentReport:
    shown = end.model_dump(include={"code", "message", "remedy", "request_id"})
    return base.model_copy(update={**shown, "status": end.end, "since": written})
