"""Look at a drop: judge its files, open the work of every matching target, import the bundle (the protocol's rule 2).

The only room above bundle/ that judges; importing it loads cryptography.
"""

from datetime import timedelta

from certdrop.reconcile import pacing
from certdrop.reconcile.attempts import attempting
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.importing import import_accepted
from certdrop.reconcile.judging import Judged, judge_snapshot
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.snapshots import Snapshot, list_snapshot
from certdrop.state.config import Config, read_config
from certdrop.state.drops import Attempts, Verdict, read_history, read_listed_verdict
from certdrop.views.reports import write_report

JUST_NOW = timedelta(minutes=1)


def look_at_drop(request: ReconcileRequest, house: House) -> Outcome:
    """Look at one drop: judge its snapshot unless that was done, then import what open work lacks in CAS."""
    if request.drop is None:
        return Outcome("not-ours", {"reason": "the request names no drop"})
    snapshot = list_snapshot(house.store, request.drop)
    if not snapshot.entries:
        return _report_ignored(house, snapshot)
    config = read_config(house.store)
    if config is None:
        return Outcome("no-targets", {"reason": "no config/targets.yml has validated yet"})
    if not request.correlation_id and _was_done_just_now(house, snapshot, config):
        return Outcome("done-just-now", {"targets": config.number})
    request = request.model_copy(update={"correlation_id": snapshot.correlation_id})
    history = read_history(house.store, snapshot.drop, snapshot.id)
    verdict = read_listed_verdict(house.store, history, config.number)
    if verdict is not None:
        return _go_on(house, request, snapshot, Judged(verdict))
    return _judge(house, request, snapshot, config, history.attempts)


def _was_done_just_now(house: House, snapshot: Snapshot, config: Config) -> bool:
    """Tell whether this instance did all that a look can do, a moment ago.

    Each file of a drop has its event, and none but events come without a correlation id. Whatever else may have
    happened since, the poller meets it within its minute.
    """
    asked = house.memory.asked.get(snapshot.drop)
    return (
        asked is not None
        and (asked.snapshot, asked.config) == (snapshot.id, config.number)
        and house.store.now - asked.at < JUST_NOW
    )


def _judge(house: House, request: ReconcileRequest, snapshot: Snapshot, config: Config, attempts: Attempts) -> Outcome:
    with attempting(house, snapshot, config, attempts) as attempt:
        if attempt.outcome:
            if attempt.outcome.result == "left":
                pacing.look_later(house, request)
            return attempt.outcome
        judged = judge_snapshot(house, request, snapshot, config)
        return judged if isinstance(judged, Outcome) else _go_on(house, request, snapshot, judged)


def _go_on(house: House, request: ReconcileRequest, snapshot: Snapshot, judged: Judged) -> Outcome:
    verdict = judged.verdict
    if verdict.verdict != "accepted":
        return Outcome(verdict.verdict, {"findings": [finding.code for finding in verdict.findings]})
    return import_accepted(house, request, snapshot, judged)


def _report_ignored(house: House, snapshot: Snapshot) -> Outcome:
    if snapshot.ignored:
        verdict = Verdict(drop=snapshot.drop, snapshot="", config=0, verdict="waiting", ignored=snapshot.ignored)
        write_report(house.store, verdict, "ignored")
    return Outcome("empty", {"ignored": len(snapshot.ignored)})
