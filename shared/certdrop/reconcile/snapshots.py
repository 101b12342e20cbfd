"""A drop's files at one moment, and reading exactly those."""

from collections.abc import Sequence
from dataclasses import dataclass

from certdrop.bundle.judging import DropFile
from certdrop.bundle.parsing import MAX_FILE_BYTES, MAX_FILES
from certdrop.cloud.oss_wire import OssEntry
from certdrop.deployment.work import CAUSE_SNAPSHOT
from certdrop.errors import CloudError
from certdrop.masking import hide
from certdrop.reconcile.house import House
from certdrop.state import keys
from certdrop.state.store import Store

_CHANGED = ("NoSuchKey", "PreconditionFailed")


@dataclass(frozen=True)
class Snapshot:
    """The files of a drop that are read, and the names of those that are not."""

    drop: str
    entries: Sequence[OssEntry]
    ignored: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The hash of the sorted (key, ETag) list."""
        return keys.snapshot_id(self.entries)

    @property
    def correlation_id(self) -> str:
        """What binds everything that this snapshot causes."""
        return self.id[:CAUSE_SNAPSHOT]


def list_snapshot(store: Store, drop: str) -> Snapshot:
    """List a drop's files."""
    entries = store.list(keys.drop_prefix(drop))
    read = [entry for entry in entries if keys.is_read(entry.key)]
    ignored = tuple(hide(entry.key) for entry in entries if not keys.is_read(entry.key) and not entry.key.endswith("/"))
    return Snapshot(drop, read, ignored)


def read_files(house: House, snapshot: Snapshot) -> list[DropFile] | None:
    """Read a snapshot's files, each at its ETag; None when one has changed: a newer snapshot has its own event.

    A file over the limit is not read: so many empty bytes stand for it, and the judge says that it is too large.
    """
    files = []
    for entry in snapshot.entries[: MAX_FILES + 1]:
        name = entry.key.rsplit("/", 1)[1]
        if entry.size > MAX_FILE_BYTES:
            files.append(DropFile(name, bytes(MAX_FILE_BYTES + 1)))
            continue
        try:
            found = house.cloud.oss.get_object(entry.key, if_match=entry.etag, limit=MAX_FILE_BYTES)
        except CloudError as error:
            if error.code in _CHANGED:
                return None
            raise
        files.append(DropFile(name, found.body))
    return files
