"""The targets in force: every version that validated, numbered; everyone reads only these."""

from typing import Literal

from certdrop.deployment.targets import Targets
from certdrop.deployment.work import Document
from certdrop.state import keys
from certdrop.state.store import Store


class Config(Document):
    """Targets that validated, with the ETag of the file that they came from."""

    version: Literal[1] = 1
    number: int
    etag: str
    targets: Targets


def read_config(store: Store) -> Config | None:
    """Read the targets in force: the highest number. None before the first."""
    newest = store.list(f"{keys.STATE}config/", limit=1)
    return store.get(newest[0].key, Config) if newest else None


def write_config(store: Store, number: int, etag: str, targets: Targets) -> bool:
    """Put targets in force as number *number*; False when someone was faster."""
    return store.create(keys.config(number), Config(number=number, etag=etag, targets=targets))
