"""The report of a drop: what was judged of it and where each of its deployments stands, for people and scripts."""

from datetime import datetime

from pydantic import BaseModel

from certdrop.bundle.findings import Finding
from certdrop.deployment.work import End, Stall
from certdrop.state import keys
from certdrop.state.drops import PlannedDeployment, Verdict, read_bundle, read_verdict
from certdrop.state.listeners import latest_end
from certdrop.state.store import Store


class DeploymentReport(BaseModel):
    """Where one bundle at one place stands: open, stalled, served, superseded, refused or disproved."""

    target: str
    listener: str
    slot: str
    status: str
    since: datetime | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""
    request_id: str = ""


class Report(BaseModel):
    """What `reports/<drop>.json` holds."""

    version: int = 1
    drop: str
    verdict: str
    snapshot: str
    kind: str | None = None
    fingerprint: str | None = None
    names: tuple[str, ...] = ()
    not_after: datetime | None = None
    findings: tuple[Finding, ...] = ()
    ignored: tuple[str, ...] = ()
    deployments: tuple[DeploymentReport, ...] = ()
    correlation_id: str = ""
    written: datetime


def render_report(store: Store, drop: str, snapshot: str, config: int) -> None:
    """Write a drop's report anew from its verdict and the state of its deployments."""
    verdict = read_verdict(store, drop, snapshot, config)
    if verdict is not None:
        write_report(store, verdict)


def write_report(store: Store, verdict: Verdict, status: str | None = None) -> None:
    """Write the report of a verdict; *status* stands for the verdict while there is none yet."""
    facts = read_bundle(store, verdict.fingerprint) if verdict.fingerprint else None
    report = Report(
        drop=verdict.drop,
        verdict=status or verdict.verdict,
        snapshot=verdict.snapshot,
        kind=verdict.kind,
        fingerprint=verdict.fingerprint,
        names=facts.names if facts else (),
        not_after=facts.not_after if facts else None,
        findings=verdict.findings,
        ignored=verdict.ignored,
        deployments=tuple(_stands(store, planned) for planned in verdict.deployments),
        correlation_id=verdict.correlation_id,
        written=store.now,
    )
    store.put_bytes(keys.report(verdict.drop), report.model_dump_json(indent=2).encode() + b"\n", "application/json")


def _stands(store: Store, planned: PlannedDeployment) -> DeploymentReport:
    listener = planned.place.listener
    base = DeploymentReport(target=planned.target, listener=str(listener), slot=planned.place.slot, status="open")
    prefix = keys.open_deployment(listener, planned.deployment)
    entries = store.list(prefix)
    works = [entry for entry in entries if not entry.key.removeprefix(prefix).startswith("stalled-")]
    if not works:
        end = latest_end(store, planned.deployment)
        return _ended(base, end.document, end.written) if end else base
    stalls = [entry for entry in entries if entry not in works]
    newest = max(stalls, key=lambda entry: entry.last_modified, default=None)
    stall = store.read(newest.key, Stall) if newest else None
    if stall is None:
        return base.model_copy(update={"since": works[0].last_modified})
    shown = stall.document.model_dump(include={"code", "message", "remedy", "request_id"})
    return base.model_copy(update={**shown, "status": "stalled", "since": stall.written})


def _ended(base: DeploymentReport, end: End, written: datetime) -> DeploymentReport:
    shown = end.model_dump(include={"code", "message", "remedy", "request_id"})
    return base.model_copy(update={**shown, "status": end.end, "since": written})
