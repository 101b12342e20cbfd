"""Judge a snapshot and open the work of every matching target; the verdict comes after the work is open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.judging import Bundle, Judgement, judge
from certdrop.bundle.profiles import find_profile_problems
from certdrop.deployment.stages import describe_hold
from certdrop.deployment.work import End, OpenWork
from certdrop.reconcile import pacing
from certdrop.reconcile.ending import note_end
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.opening import open_planned, plan_works
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.snapshots import Snapshot, read_files
from certdrop.reconcile.verdicts import give_verdict
from certdrop.state import keys
from certdrop.state.config import Config
from certdrop.state.drops import (
    KeyFile,
    PlannedDeployment,
    Verdict,
    VerdictKind,
    read_bundle,
    read_verdicts,
    write_bundle,
)
from certdrop.state.listeners import read_latest_end
from certdrop.state.opened import Opened, list_open
from certdrop.views.reports import write_report

SETTLE = timedelta(minutes=2)  # a renewal in place passes through mixed files


@dataclass(frozen=True)
class Judged:
    """A verdict; if it was given just now, the bundle and what lies open since then."""

    verdict: Verdict
    bundle: Bundle | None = None
    opened: Opened | None = None


def judge_snapshot(house: House, request: ReconcileRequest, snapshot: Snapshot, config: Config) -> Judged | Outcome:
    """Judge a snapshot; an Outcome when there is no verdict: the files changed, or may still be arriving."""
    files = read_files(house, snapshot)
    if files is None:
        return Outcome("changed", {"reason": "a newer snapshot exists, its own event comes"})
    warning_days = house.settings.expiry_warning_days
    judgement = judge(files, validation_time=house.store.now, warning_days=warning_days)
    verdict = _verdict(snapshot, config, judgement)
    if judgement.bundle is None:
        kept = _keep_verdict(house, snapshot, config)
        if kept:
            return kept
        if judgement.curable and _is_arriving(house, snapshot):
            return _wait_for_rest(house, request, snapshot, verdict)
        return Judged(give_verdict(house, verdict))
    write_bundle(house.store, judgement.bundle.facts)
    planned, opened = _open(house, snapshot.drop, snapshot.id, config, judgement.bundle.facts)
    verdict = verdict.model_copy(update={"deployments": planned, **_describe_key(snapshot, judgement)})
    return Judged(give_verdict(house, verdict, opened), judgement.bundle, opened)


def _verdict(snapshot: Snapshot, config: Config, judgement: Judgement) -> Verdict:
    bundle = judgement.bundle
    kind: VerdictKind = "accepted" if bundle else "waiting" if judgement.missing_part else "refused"
    return Verdict(
        drop=snapshot.drop,
        snapshot=snapshot.id,
        config=config.number,
        verdict=kind,
        kind=bundle.facts.kind if bundle else None,
        fingerprint=bundle.facts.fingerprint if bundle else None,
        findings=judgement.findings,
        ignored=snapshot.ignored,
        correlation_id=snapshot.correlation_id,
    )


def _describe_key(snapshot: Snapshot, judgement: Judgement) -> Mapping[str, object]:
    """Say which files hold the private key, and what is left when they are removed."""
    places = [place for part in judgement.parts if part.role == "key" for place in part.places]
    names = {place.rpartition(":")[0] for place in places}
    holding = [entry for entry in snapshot.entries if entry.key.rsplit("/", 1)[1] in names]
    rest = [entry for entry in snapshot.entries if entry not in holding]
    return {
        "key_files": tuple(KeyFile(key=entry.key, etag=entry.etag) for entry in holding),
        "without_key": keys.snapshot_id(rest) if holding else "",
    }


def _keep_verdict(house: House, snapshot: Snapshot, config: Config) -> Judged | None:
    """Return the verdict on a snapshot that a served one became when its key was removed: the same, under *config*."""
    for former in read_verdicts(house.store, snapshot.drop):
        facts = read_bundle(house.store, former.fingerprint or "") if former.verdict == "accepted" else None
        is_left = snapshot.id == (former.snapshot if former.judged else former.without_key)
        if facts and is_left and any(_is_served(house, one) for one in former.deployments):
            judged = former.judged or former.snapshot
            planned, opened = _open(house, snapshot.drop, judged, config, facts)
            change = {"snapshot": snapshot.id, "judged": judged, "config": config.number, "ignored": snapshot.ignored}
            kept = former.model_copy(update={**change, "deployments": planned, "key_files": (), "without_key": ""})
            return Judged(give_verdict(house, kept, opened), None, opened)
    return None


def _is_served(house: House, planned: PlannedDeployment) -> bool:
    end = read_latest_end(house.store, planned.deployment)
    return end is not None and end.end == "served"


def _is_arriving(house: House, snapshot: Snapshot) -> bool:
    return house.store.now - max(entry.last_modified for entry in snapshot.entries) < SETTLE


def _wait_for_rest(house: House, request: ReconcileRequest, snapshot: Snapshot, verdict: Verdict) -> Outcome:
    youngest = max(entry.last_modified for entry in snapshot.entries)
    seconds = int((youngest + SETTLE - house.store.now).total_seconds()) + 1
    write_report(house.store, verdict, "waiting")
    pacing.ask(house, house.function, request.model_copy(update={"hops": 0}), seconds)
    return Outcome("unsettled", {"findings": [finding.code for finding in verdict.findings], "again_in_s": seconds})


def _open(
    house: House, drop: str, snapshot: str, config: Config, facts: BundleFacts
) -> tuple[tuple[PlannedDeployment, ...], Opened]:
    """Open the work of every place that wants the bundle, then list what lies open.

    A place that cannot take it refuses it at once.
    """
    works = plan_works(drop, snapshot, config, facts)
    begun = set()
    for work in works:
        problems = find_profile_problems(facts, work.place.service) if facts.kind == "server" else []
        if problems:
            _refuse(house, work, problems[0].code, problems[0].message, problems[0].fix)
        elif open_planned(house, work):
            begun.add(work.deployment)
    planned = tuple(
        PlannedDeployment(
            deployment=work.deployment,
            cause=work.cause,
            target=work.target,
            place=work.place,
            held_for=describe_hold(work.after) if work.after else "",
        )
        for work in works
    )
    return planned, replace(list_open(house.store), begun=frozenset(begun)) if planned else Opened({})


def _refuse(house: House, work: OpenWork, code: str, message: str, remedy: str) -> None:
    end = End(
        deployment=work.deployment,
        cause=work.cause,
        drop=work.drop,
        target=work.target,
        place=work.place,
        fingerprint=work.bundle.fingerprint,
        end="refused",
        code=code,
        message=message,
        remedy=remedy,
        correlation_id=work.correlation_id,
    )
    note_end(house, end)
