"""Let held work begin when the stage before it is served and has baked; the poller's task, once a minute."""

from collections.abc import Sequence

from certdrop.deployment.stages import FormerStanding, decide_stage, find_held
from certdrop.deployment.work import End, Former, SeenWork
from certdrop.reconcile.ending import end_works
from certdrop.reconcile.house import House
from certdrop.reconcile.opening import ask_owner, open_required
from certdrop.reconcile.owners import JOB_STATUS_POLLER
from certdrop.state.stages import has_open_work, read_standing, release_work


def find_begun(house: House, works: Sequence[SeenWork]) -> list[SeenWork]:
    """Return the works that are not held; the poller sees to those that are, for its next look."""
    held = find_held(works)
    if held and house.function == JOB_STATUS_POLLER:
        _see_to(house, [work for work in works if work.deployment in held and work.work.after])
    return [work for work in works if work.deployment not in held]


def _see_to(house: House, held: Sequence[SeenWork]) -> None:
    ended: list[tuple[End, SeenWork]] = []
    for seen in held:
        decided = decide_stage(seen, [_stands(house, former) for former in seen.work.after], house.store.now)
        if isinstance(decided, End):
            ended.append((decided, seen))
        elif decided == "begin":
            begun = seen.work.model_copy(update={"after": ()})
            open_required(house, begun)
            release_work(house.store, begun)
            ask_owner(house, begun)
            house.log.info("stage-begins", drop=begun.drop, target=begun.target, correlation_id=begun.correlation_id)
    end_works(house, ended)


def _stands(house: House, former: Former) -> FormerStanding:
    if has_open_work(house.store, former.place.listener, former.deployment):
        return FormerStanding(former, is_open=True)
    end = read_standing(house.store, former.deployment)
    return FormerStanding(former, end=end.document if end else None, at=end.written if end else None)
