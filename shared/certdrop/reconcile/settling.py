"""Write down what a decision ended, stalled or doubted, and render the reports of the drops concerned."""

from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Decision, LastOperation
from certdrop.deployment.work import SeenWork
from certdrop.reconcile.doubting import mark_disproved
from certdrop.reconcile.ending import end_works, record_stalls
from certdrop.reconcile.house import House, Sight
from certdrop.state.listeners import delete_stalls


def settle(
    house: House, works: list[SeenWork], last: LastOperation | None, seen: Observation, decision: Decision
) -> None:
    """Write stalls, marks and ends, each by itself, with the reports."""
    record_stalls(house, decision.stalls)
    for work in decision.doubts:
        mark_disproved(house, work, last, seen)
    by_cause = {(work.deployment, work.work.cause): work for work in works}
    end_works(house, [(end, by_cause[(end.deployment, end.cause)]) for end in decision.ends])
    for end in decision.ends:
        if end.end == "served":
            house.memory.survey_now[str(end.place.listener)] = Sight(seen, house.store.now)
    _delete_orphaned_stalls(house, works, {(end.deployment, end.cause) for end in decision.ends})


def _delete_orphaned_stalls(house: House, works: list[SeenWork], ended: set[tuple[str, str]]) -> None:
    left = {work.deployment for work in works if (work.deployment, work.work.cause) not in ended}
    for work in {work.deployment: work for work in works}.values():
        if work.deployment not in left:
            delete_stalls(house.store, work)
