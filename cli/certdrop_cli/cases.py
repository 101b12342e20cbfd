"""What ended badly or does not get on, found in state/, and how each is opened again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from certdrop.bundle.profiles import find_profile_problems
from certdrop.deployment.places import Listener
from certdrop.deployment.work import OpenWork, SeenWork, Stall
from certdrop.reconcile import pacing
from certdrop.reconcile.house import House
from certdrop.reconcile.opening import ask_owner, open_again, plan_works
from certdrop.reconcile.owners import ON_CERT_UPLOADED
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.state import keys
from certdrop.state.config import Config
from certdrop.state.drops import Attempt, AttemptEnd, PlannedDeployment, read_bundle, read_history
from certdrop.state.listeners import read_open_work
from certdrop.state.opened import list_open
from certdrop.views.reports import DeploymentReport, render_report
from certdrop_cli.standing import Standing

REDRIVEN = "redriven"
ENDED_BADLY = ("refused", "disproved")
NEWER_FILES = "newer files lie in the drop: they are judged by themselves, and this is dropped"
NEWER = "newer files or targets: judged by themselves"
UNWANTED = "no target in force wants it there any more"


@dataclass(frozen=True)
class Case:
    """One thing that a person may open again; *note* says why it cannot be, *reopen* does it."""

    drop: str
    what: str
    status: str
    since: datetime | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""
    request_id: str = ""
    note: str = ""
    reopen: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)


def find_cases(house: House, config: Config, standings: Sequence[Standing]) -> list[Case]:
    """Find all cases of these drops: drops that are refused or could not be judged, ended and stalled deployments."""
    found: list[Case] = []
    stalled = _read_stalled(house)
    for standing in standings:
        found += _of_drop(house, config, standing)
        found += _of_ended(house, config, standing, stalled)
        found += [
            _of_stalled(house, config, works) for works in stalled.values() if works[0].work.drop == standing.drop
        ]
    return found


# drops


def _of_drop(house: House, config: Config, standing: Standing) -> Iterator[Case]:
    trouble, verdict = standing.trouble, standing.verdict
    if trouble:
        yield Case(
            standing.drop,
            "the drop",
            "not judged",
            None,
            trouble.code,
            trouble.message,
            trouble.remedy,
            trouble.request_id,
            reopen=lambda: _judge_again(house, config, standing),
        )
    if verdict and verdict.verdict != "accepted":
        for finding in (one for one in verdict.findings if one.severity == "error"):
            note = "" if standing.is_current else NEWER
            reopen = (lambda: None) if note else (lambda: _judge_again(house, config, standing))
            yield Case(
                standing.drop,
                "the drop",
                verdict.verdict,
                None,
                finding.code,
                finding.message,
                finding.fix,
                note=note,
                reopen=reopen,
            )
            return


def _judge_again(house: House, config: Config, standing: Standing) -> None:
    """Let the files be judged anew: attempts that died count no more, a stall is over, the verdict makes way."""
    store, drop, snapshot = house.store, standing.drop, standing.snapshot
    attempts = read_history(store, drop, snapshot).attempts
    for number in sorted(set(attempts.begun) - attempts.ended):
        store.create(keys.attempt_end(drop, snapshot, number), AttemptEnd(code=REDRIVEN))
    if standing.trouble:
        number = attempts.next_number
        store.create(keys.attempt(drop, snapshot, number), Attempt(request_id=REDRIVEN))
        store.create(keys.attempt_end(drop, snapshot, number), AttemptEnd(code=REDRIVEN))
    if standing.is_current:
        store.delete(keys.verdict(drop, snapshot, config.number))
    request = ReconcileRequest.for_drop(drop, correlation_id=snapshot[:12])
    pacing.ask(house, ON_CERT_UPLOADED, request)


# deployments that ended


def _of_ended(
    house: House, config: Config, standing: Standing, stalled: Mapping[str, list[SeenWork]]
) -> Iterator[Case]:
    verdict, report = standing.verdict, standing.report
    if verdict is None or report is None or verdict.verdict != "accepted":
        return
    wanted = _wanted(house, config, standing)
    for planned, stands in zip(verdict.deployments, report.deployments, strict=True):
        if stands.status in ENDED_BADLY and planned.deployment not in stalled:
            yield _of_end(house, standing, planned, stands, wanted.get(planned.deployment))


def _wanted(house: House, config: Config, standing: Standing) -> dict[str, OpenWork]:
    """Return the work that the drop's bundle means under the targets in force, by deployment."""
    verdict = standing.verdict
    facts = read_bundle(house.store, verdict.fingerprint) if verdict and verdict.fingerprint else None
    if verdict is None or facts is None:
        return {}
    return {work.deployment: work for work in plan_works(verdict.drop, verdict.snapshot, config, facts)}


def _of_end(
    house: House, standing: Standing, planned: PlannedDeployment, stands: DeploymentReport, work: OpenWork | None
) -> Case:
    has_newer = standing.verdict is None or standing.snapshot != standing.verdict.snapshot
    note = NEWER_FILES if has_newer else _find_unfit(work) if work else UNWANTED

    def reopen() -> None:
        if work:
            _open(house, work, ())

    return Case(
        standing.drop,
        _name(stands.target, planned.place.listener, planned.place.slot),
        stands.status,
        stands.since,
        stands.code,
        stands.message,
        stands.remedy,
        stands.request_id,
        note,
        reopen,
    )


def _find_unfit(work: OpenWork) -> str:
    problems = find_profile_problems(work.bundle, work.place.service) if work.bundle.kind == "server" else []
    return "it would be refused again" if problems else ""


def _open(house: House, work: OpenWork, instead_of: Sequence[SeenWork]) -> None:
    again = open_again(house, work, instead_of)
    render_report(house.store, work.drop)
    ask_owner(house, again)


# deployments that stall


def _read_stalled(house: House) -> dict[str, list[SeenWork]]:
    """Return what is open and stalled, by deployment; nothing is tidied up."""
    found: dict[str, list[SeenWork]] = {}
    for name in list_open(house.store).listeners:
        for seen in read_open_work(house.store, name, tidy=False):
            if seen.stalled:
                found.setdefault(seen.deployment, []).append(seen)
    return found


def _of_stalled(house: House, config: Config, works: Sequence[SeenWork]) -> Case:
    work, stalled = works[0].work, works[0].stalled
    stall = None
    if stalled:
        stall = house.store.get(keys.stalled(work.place.listener, work.deployment, stalled.times), Stall)
    planned = plan_works(work.drop, work.snapshot, config, work.bundle)
    wanted = next((one for one in planned if one.deployment == work.deployment), None)

    def reopen() -> None:
        if wanted:
            _open(house, wanted, works)

    said = stall or Stall(code="")
    return Case(
        work.drop,
        _name(work.target, work.place.listener, work.place.slot),
        "stalled",
        stalled.at if stalled else None,
        said.code,
        said.message,
        said.remedy,
        said.request_id,
        "" if wanted else UNWANTED,
        reopen,
    )


def _name(target: str, listener: Listener, slot: str) -> str:
    return f"{target} at {listener} {slot}"
