"""What a staged rollout reads and writes: how deployments of the stage before stand, and held work that begins."""

from certdrop.deployment.work import End, OpenWork
from certdrop.state import keys
from certdrop.state.store import Read, Store


def has_open_work(store: Store, listener: object, deployment: str) -> bool:
    """Tell whether work of a deployment is open, for whatever cause."""
    return bool(store.list(keys.open_deployment(listener, deployment), limit=1))


def read_standing(store: Store, deployment: str) -> Read[End] | None:
    """Read how a deployment stands, by its latest end, and since when."""
    entries = store.list(keys.ends(deployment))
    return store.read(max(entries, key=lambda entry: entry.last_modified), End) if entries else None


def release_work(store: Store, work: OpenWork) -> None:
    """Let held work begin: it counts as opened now. Written after it ended, it is a left-over, as any other."""
    store.put(keys.open_work(work.place.listener, work.deployment, work.cause), work)
