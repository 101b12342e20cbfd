"""What lies open, as lists of state/open/ show it: keys alone, no document is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from certdrop.deployment.work import Stalled
from certdrop.state import keys
from certdrop.state.parsed_keys import parse_open
from certdrop.state.store import Entry, Store


def mark_of(key: str) -> str:
    """Return the key of the mark that a handshake disproved the open work of *key*."""
    return f"{key.removesuffix('.json')}.disproved.json"


@dataclass
class OpenKeys:
    """Open work, the marks on it by their keys, and stalls with their deployments; *stalled*: each one's newest."""

    works: list[Entry] = field(default_factory=list)
    disproved: dict[str, Entry] = field(default_factory=dict)
    stalled: dict[str, Stalled] = field(default_factory=dict)
    stalls: list[tuple[Entry, str]] = field(default_factory=list)

    def left_over(self) -> list[str]:
        """Return the keys of marks and stalls that no open work stands beside."""
        marked = {mark_of(work.key) for work in self.works}
        deployments = {deployment_of(work) for work in self.works}
        stalls = [entry.key for entry, deployment in self.stalls if deployment not in deployments]
        return [*sorted(self.disproved.keys() - marked), *stalls]

    def is_due(self, deployment: str, now: datetime) -> bool:
        """Tell whether work is open and, if *deployment* is stalled, to be looked at again."""
        stalled = self.stalled.get(deployment)
        return bool(self.works) and (stalled is None or stalled.due <= now)

    def rests(self, now: datetime) -> bool:
        """Tell whether a look at the listener of these keys would find nothing to do: all is stalled and none is due.

        Nothing was opened since the first of the stalls: that might wake what waits for a client CA.
        """
        if not self.works or self.left_over():
            return False
        stalls = [self.stalled.get(deployment_of(work)) for work in self.works]
        resting = [stall for stall in stalls if stall and stall.due > now]
        opened = max(work.last_modified for work in self.works)
        return len(resting) == len(stalls) and opened <= min(stall.at for stall in resting)


def sort_keys(entries: Iterable[Entry]) -> OpenKeys:
    """Sort what a list below state/open/<listener>/ shows; what certdrop did not write is left out."""
    found = OpenKeys()
    for entry in entries:
        one = parse_open(entry.key.rsplit("/", 1)[1])
        if one and one.kind == "stall":
            found.stalls.append((entry, one.deployment))
            found.stalled[one.deployment] = Stalled(one.times, entry.last_modified)  # the last in order is the newest
        elif one and one.kind == "mark":
            found.disproved[entry.key] = entry
        elif one:
            found.works.append(entry)
    return found


def deployment_of(entry: Entry) -> str:
    """Return whose key it is."""
    return entry.key.rsplit("/", 1)[1].partition(".")[0]


@dataclass(frozen=True)
class Opened:
    """What lies open at every listener, and whether notices wait.

    *begun* are deployments whose work this look opened itself: that their cause has ended need not be asked.
    """

    by_listener: Mapping[str, Sequence[Entry]]
    notices: bool = False
    begun: frozenset[str] = frozenset()

    @property
    def listeners(self) -> list[str]:
        """The listeners with open work, in order."""
        return sorted(self.by_listener)

    @property
    def deployments(self) -> frozenset[str]:
        """All deployments with open work."""
        return frozenset(deployment_of(entry) for entries in self.by_listener.values() for entry in entries)

    def keys_at(self, listener: object) -> OpenKeys:
        """Return what is open at a listener."""
        return sort_keys(self.by_listener.get(str(listener), ()))

    def keys_of(self, listener: object, deployment: str) -> OpenKeys:
        """Return what is open of one deployment."""
        entries = self.by_listener.get(str(listener), ())
        return sort_keys(entry for entry in entries if deployment_of(entry) == deployment)


def list_open(store: Store) -> Opened:
    """List what is open, in one LIST."""
    found: dict[str, list[Entry]] = {}
    notices = False
    for entry in store.list(keys.OPEN):
        if entry.key.startswith(keys.WAITING_NOTICES):
            notices = True
            continue
        listener = entry.key.removeprefix(keys.OPEN).partition("/")[0]
        found.setdefault(listener, []).append(entry)
    return Opened(found, notices)
