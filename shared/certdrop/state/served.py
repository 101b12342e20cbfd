"""What was proved to be served at each listener, and has not been replaced since: what the survey expects to find."""

from certdrop.deployment.work import OpenWork
from certdrop.state import keys
from certdrop.state.store import Store


def note_served(store: Store, work: OpenWork) -> None:
    """Note that the bundle of *work* is served; in the default slot and for the client CA, instead of another."""
    store.put(_key(work), work)


def read_served(store: Store, listener: object) -> list[OpenWork]:
    """Read what should be served at a listener: one LIST, one GET for each."""
    found = (store.get(entry, OpenWork) for entry in store.list(keys.served(listener)))
    return [work for work in found if work]


def forget_served(store: Store, work: OpenWork) -> None:
    """Note that the bundle of *work* need not be served any more."""
    store.delete(_key(work))


def _key(work: OpenWork) -> str:
    return keys.served_at(work.place.listener, work.place.slot, work.deployment)
