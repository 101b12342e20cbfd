"""Judge a snapshot and open the work of every matching target; the verdict comes after the work is open."""

from collections.abc import Iterable
from datetime import timedelta

from certdrop.bundle.facts import BundleFacts
from certdrop.bundle.judging import Bundle, Judgement, judge
from certdrop.bundle.profiles import find_profile_problems
from certdrop.deployment.places import Listener, Place, deployment_id
from certdrop.deployment.targets import Target, Targets
from certdrop.deployment.work import CAUSE_SNAPSHOT, End, OpenWork, RequiredCa
from certdrop.reconcile import pacing
from certdrop.reconcile.authorities import find_authority, place_of_client_ca
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.snapshots import Snapshot, read_files
from certdrop.reconcile.verdicts import give_verdict
from certdrop.state.config import Config
from certdrop.state.drops import PlannedDeployment, Verdict, VerdictKind, write_bundle
from certdrop.state.listeners import open_work, record_end
from certdrop.views.notices import tell_end
from certdrop.views.reports import write_report

SETTLE = timedelta(minutes=2)  # a renewal in place passes through mixed files


def judge_snapshot(
    house: House, request: ReconcileRequest, snapshot: Snapshot, config: Config
) -> tuple[Verdict, Bundle | None] | Outcome:
    """Judge a snapshot; an Outcome when there is no verdict: the files changed, or may still be arriving."""
    files = read_files(house, snapshot)
    if files is None:
        return Outcome("changed", {"reason": "a newer snapshot exists, its own event comes"})
    warning_days = house.settings.expiry_warning_days
    judgement = judge(files, validation_time=house.store.now, warning_days=warning_days)
    verdict = _verdict(snapshot, config, judgement)
    if judgement.bundle is None:
        if judgement.curable and _is_arriving(house, snapshot):
            return _wait_for_rest(house, request, snapshot, verdict)
    else:
        write_bundle(house.store, judgement.bundle.facts)
        planned = _open(house, snapshot, config, judgement.bundle.facts)
        verdict = verdict.model_copy(update={"deployments": tuple(planned)})
    return give_verdict(house, verdict), judgement.bundle


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


def _is_arriving(house: House, snapshot: Snapshot) -> bool:
    return house.store.now - max(entry.last_modified for entry in snapshot.entries) < SETTLE


def _wait_for_rest(house: House, request: ReconcileRequest, snapshot: Snapshot, verdict: Verdict) -> Outcome:
    youngest = max(entry.last_modified for entry in snapshot.entries)
    seconds = int((youngest + SETTLE - house.store.now).total_seconds()) + 1
    write_report(house.store, verdict, "waiting")
    pacing.ask(house, house.function, request.model_copy(update={"hops": 0}), seconds)
    return Outcome("unsettled", {"findings": [finding.code for finding in verdict.findings], "again_in_s": seconds})


def _open(house: House, snapshot: Snapshot, config: Config, facts: BundleFacts) -> list[PlannedDeployment]:
    """Open the work of every matching place; one that cannot take the bundle refuses it at once."""
    if facts.kind == "ca":
        return _open_authorities(house, snapshot, config, facts)
    planned = {}
    for target in one_for_each_place(config.targets.matching(snapshot.drop, facts)):
        work = _work(snapshot, config, target, facts)
        _open_required(house, work)
        problems = find_profile_problems(facts, target.service)
        if problems:
            _refuse(house, work, problems[0].code, problems[0].message, problems[0].fix)
        else:
            open_work(house.store, work)
        planned[work.deployment] = PlannedDeployment(
            deployment=work.deployment, cause=work.cause, target=target.name, place=target.place
        )
    return list(planned.values())


def _open_authorities(house: House, snapshot: Snapshot, config: Config, facts: BundleFacts) -> list[PlannedDeployment]:
    """Open the work of every listener that checks clients against the CA of this drop."""
    planned = {}
    for target in config.targets.trusting(snapshot.drop):
        place = target.client_ca_place
        work = _work(snapshot, config, target, facts).model_copy(
            update={"deployment": deployment_id(place, facts), "place": place, "client_ca": None, "domains": ()}
        )
        open_work(house.store, work)
        planned[work.deployment] = PlannedDeployment(
            deployment=work.deployment, cause=work.cause, target=target.name, place=place
        )
    return list(planned.values())


def _open_required(house: House, work: OpenWork) -> None:
    """Want the client CA that a listener must have, for the same cause, before the bundle that must not go without it.

    So whoever looks at the listener finds the CA, however long ago it was dropped; one that is there already is done.
    """
    drop = work.client_ca.drop if work.client_ca else ""
    facts = find_authority(house.store, drop) if drop else None
    if facts:
        place = place_of_client_ca(work.place.listener)
        changes = {"deployment": deployment_id(place, facts), "place": place, "bundle": facts, "drop": drop}
        open_work(house.store, work.model_copy(update={**changes, "client_ca": None, "domains": ()}))


def one_for_each_place(targets: Iterable[Target]) -> list[Target]:
    """Of targets that say the same place, return the one that says how to create its listener, else the first."""
    chosen: dict[Place, Target] = {}
    for target in targets:
        known = chosen.get(target.place)
        if known is None or (known.listener is None and target.listener is not None):
            chosen[target.place] = target
    return list(chosen.values())


def _work(snapshot: Snapshot, config: Config, target: Target, facts: BundleFacts) -> OpenWork:
    return OpenWork(
        deployment=deployment_id(target.place, facts),
        cause=f"{snapshot.id[:CAUSE_SNAPSHOT]}-{config.number}",
        drop=snapshot.drop,
        snapshot=snapshot.id,
        config=config.number,
        target=target.name,
        place=target.place,
        region=target.region,
        creates=target.listener is not None,
        domains=target.extension_domains(facts),
        client_ca=required_ca(config.targets, target.place.listener),
        bundle=facts,
        correlation_id=snapshot.correlation_id,
    )


def required_ca(targets: Targets, listener: Listener) -> RequiredCa | None:
    """Return the client CA that a listener must have: as any of its targets says, for they agree."""
    asked = next((one.client_ca for one in targets.targets if one.client_ca and one.place.listener == listener), None)
    return RequiredCa.model_validate(asked.model_dump()) if asked else None


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
    if record_end(house.store, end):
        tell_end(house.log, end)
