"""Staged rollout: work of a later stage is held until the stage before it is served and has baked. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from certdrop.deployment.work import End, Former, OpenWork, SeenWork, end_of

STOPPED = "stage-stopped"
_FAILED = ("refused", "disproved")


@dataclass(frozen=True)
class FormerStanding:
    """How a deployment of the stage before stands: open, else as its latest end says, which was written *at*."""

    former: Former
    is_open: bool = False
    end: End | None = None
    at: datetime | None = None

    def has_baked(self, now: datetime) -> bool:
        """Tell whether it is served, and has been for as long as its target says."""
        is_served = not self.is_open and self.end is not None and self.end.end == "served"
        return is_served and self.at is not None and now - self.at >= timedelta(minutes=self.former.bake)


def with_formers(staged: Iterable[tuple[int, int, OpenWork]]) -> list[OpenWork]:
    """Return works that come as (stage, minutes to bake, work), by stage; those of later stages are held."""
    by_stage: dict[int, list[tuple[int, OpenWork]]] = {}
    for stage, bake, work in sorted(staged, key=lambda one: one[0]):
        by_stage.setdefault(stage, []).append((bake, work))
    found: list[OpenWork] = []
    formers: tuple[Former, ...] = ()
    for stage, works in by_stage.items():
        found += [work.model_copy(update={"after": formers}) for _, work in works]
        formers = tuple(
            Former(deployment=work.deployment, target=work.target, place=work.place, stage=stage, bake=bake)
            for bake, work in works
        )
    return found


def find_held(works: Iterable[SeenWork]) -> frozenset[str]:
    """Return the deployments that are held: of several causes the newest targets say so, else the latest."""
    newest: dict[str, SeenWork] = {}
    for work in sorted(works, key=lambda seen: (seen.work.config, seen.opened, seen.work.cause)):
        newest[work.deployment] = work
    return frozenset(deployment for deployment, work in newest.items() if work.work.after)


def decide_stage(held: SeenWork, formers: Sequence[FormerStanding], now: datetime) -> Literal["hold", "begin"] | End:
    """Tell whether held work begins, goes on being held, or ends because a deployment before it did not succeed."""
    ended = [one for one in formers if not one.is_open and one.end]
    for one in ended:
        if one.end and one.end.end in _FAILED:
            message = f"stage {one.former.stage} stopped at {one.former.target}: {one.end.end} ({one.end.code})"
            return end_of(held, "refused", STOPPED, message, "drop a certificate that is served there, or redrive it")
    if len(ended) == len(formers) and any(one.end and one.end.end == "superseded" for one in ended):
        return end_of(held, "superseded", message=f"superseded in stage {formers[0].former.stage}")
    return "begin" if all(one.has_baked(now) for one in formers) else "hold"


def describe_hold(formers: Sequence[Former]) -> str:
    """Say what held work is held for."""
    names = ", ".join(one.target for one in formers)
    bake = max(one.bake for one in formers)
    baked = f" and has been for {bake} minutes" if bake else ""
    return f"begins when stage {formers[0].stage} ({names}) is served{baked}"
