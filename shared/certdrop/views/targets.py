"""The report on config/targets.yml: what is in force, and why a newer file is not."""

from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel

from certdrop.errors import TargetsProblem
from certdrop.state.store import Store

KEY = "reports/targets.yml.json"


class Problem(BaseModel):
    """One thing wrong in targets.yml."""

    line: int | None
    path: str
    message: str


class TargetsReport(BaseModel):
    """What `reports/targets.yml.json` holds; *in_force* 0 means that nothing is."""

    version: int = 1
    verdict: str
    etag: str
    in_force: int
    problems: tuple[Problem, ...] = ()
    written: AwareDatetime


def write_targets_report(store: Store, etag: str, in_force: int, problems: Sequence[TargetsProblem]) -> None:
    """Write what became of a targets.yml."""
    report = TargetsReport(
        verdict="refused" if problems else "in force",
        etag=etag,
        in_force=in_force,
        problems=tuple(Problem(line=one.line, path=one.path, message=one.message) for one in problems),
        written=store.now,
    )
    store.put_bytes(KEY, report.model_dump_json(indent=2).encode() + b"\n", "application/json")
