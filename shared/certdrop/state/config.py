"""The targets in force: every version that validated, numbered; everyone reads only these."""

from typing import Literal

from pydantic import field_serializer

from certdrop.deployment.targets import Targets
from certdrop.deployment.work import Document
from certdrop.errors import UnreadableError
from certdrop.state import keys
from certdrop.state.parsed_keys import parse_config
from certdrop.state.store import Entry, Store

_PREFIX = f"{keys.STATE}config/"


class Config(Document):
    """Targets that validated, with the ETag of the file that they came from."""

    version: Literal[1] = 1
    number: int
    etag: str
    targets: Targets

    @field_serializer("targets")
    def _keep_what_is_said(self, targets: Targets) -> object:
        """Write only what the file says, so that what it does not name is known."""
        return targets.model_dump(mode="json", exclude_unset=True)


def read_config(store: Store) -> Config | None:
    """Read the targets in force: the highest number. None before the first.

    UnreadableError when they are spoilt: nothing is judged by older ones; the poller puts them in force again.
    """
    newest = store.list(_PREFIX, limit=1)
    if newest and parse_config(newest[0].key) is None:
        newest = [entry for entry in store.list(_PREFIX) if parse_config(entry.key) is not None]
    if not newest:
        return None
    config = _read(store, newest[0])
    if config is None:
        raise store.unreadable.get(newest[0].key) or UnreadableError(newest[0].key, "it is gone")
    return config


def read_last_good(store: Store) -> tuple[Config | None, int]:
    """Read the newest targets that can be read, and the highest number that was ever given."""
    entries = [entry for entry in store.list(_PREFIX) if parse_config(entry.key) is not None]
    configs = (_read(store, entry) for entry in entries)
    return next(filter(None, configs), None), max((parse_config(entry.key) or 0 for entry in entries), default=0)


def _read(store: Store, entry: Entry) -> Config | None:
    return store.get(entry, Config, lambda config: keys.config(config.number) == entry.key)


def write_config(store: Store, number: int, etag: str, targets: Targets) -> Config | None:
    """Put targets in force as number *number*; None when someone was faster."""
    config = Config(number=number, etag=etag, targets=targets)
    return config if store.create(keys.config(number), config) else None
