"""Where the drops stand: read from state/, with what lies in them now."""

from collections.abc import Sequence
from dataclasses import dataclass

from certdrop.cloud.oss_wire import OssEntry
from certdrop.reconcile.requests import is_drop_name
from certdrop.state import keys
from certdrop.state.config import Config
from certdrop.state.drops import (
    AttemptEnd,
    Verdict,
    find_newest_verdict,
    read_history,
    read_last_attempt_end,
    read_listed_verdict,
)
from certdrop.state.store import Store, reaching
from certdrop.views.reports import Report, make_report

JUDGED, WAITS, GONE = "judged", "to be judged", "gone"


@dataclass(frozen=True)
class Standing:
    """One drop: *snapshot* is that of its files now, *verdict* the one on it, else the last one on other files.

    *files* tells whether the files that lie there now are judged, wait for it, or are gone; *trouble* is why they could
    not be judged yet.
    """

    drop: str
    snapshot: str
    files: str
    verdict: Verdict | None = None
    report: Report | None = None
    trouble: AttemptEnd | None = None

    @property
    def is_current(self) -> bool:
        """Whether the verdict is on the files that lie there now, under the targets in force."""
        return self.files == JUDGED


def read_standings(store: Store, config: Config | None, names: Sequence[str] = ()) -> list[Standing]:
    """Read where drops stand: those of these *names*, else all that have files or a verdict."""
    lying = {name: store.list(keys.drop_prefix(name)) for name in names} if names else _list_all(store)
    return [_read(store, config, name, lying[name]) for name in sorted(lying) if is_drop_name(name)]


def _list_all(store: Store) -> dict[str, list[OssEntry]]:
    """List the files of every drop that has some, or had some once."""
    lying: dict[str, list[OssEntry]] = {}
    for entry in store.list(keys.CERTS):
        if keys.is_read(entry.key):
            lying.setdefault(entry.key.split("/")[1], []).append(entry)
    with reaching():
        judged = store.oss.list_prefixes(f"{keys.STATE}drops/")
    for prefix in judged:
        lying.setdefault(prefix.split("/")[-2], [])
    return lying


def read_standing(store: Store, config: Config | None, drop: str) -> Standing:
    """Read where one drop stands."""
    return _read(store, config, drop, store.list(keys.drop_prefix(drop)))


def _read(store: Store, config: Config | None, drop: str, lying: Sequence[OssEntry]) -> Standing:
    entries = [entry for entry in lying if keys.is_read(entry.key)]
    snapshot = keys.snapshot_id(entries) if entries else ""
    history = read_history(store, drop, snapshot) if entries else None
    verdict = read_listed_verdict(store, history, config.number) if history and config else None
    if verdict:
        return Standing(drop, snapshot, JUDGED, verdict, make_report(store, verdict))
    older = find_newest_verdict(store, drop)
    report = make_report(store, older) if older else None
    if history is None:
        return Standing(drop, snapshot, GONE, older, report)
    last = read_last_attempt_end(store, drop, snapshot, history.attempts)
    return Standing(drop, snapshot, WAITS, older, report, last if last and last.next_look else None)
