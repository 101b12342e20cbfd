"""What an instance keeps of the bucket from one invocation to the next: only what saves a call."""

from collections import OrderedDict
from dataclasses import dataclass, field

from certdrop.cloud.oss_wire import OssEntry, OssObject

MOST_COPIES = 512
LARGEST_COPY = 32 * 1024  # bytes


@dataclass(frozen=True)
class Copy:
    """An object's bytes as this instance read or wrote them, and their ETag."""

    body: bytes = field(repr=False)
    etag: str


class Kept:
    """The buckets that were found fit for state/, and copies of documents: what was used longest ago goes first.

    A copy is the last version of an object that this instance read or wrote. It stands for the object only while a list
    shows its ETag; without a list, only where the object never changes.
    """

    def __init__(self) -> None:
        self.checked: set[str] = set()
        self._copies: OrderedDict[str, Copy] = OrderedDict()

    def find(self, entry: OssEntry) -> OssObject | None:
        """Return the copy of what a list showed, written when the list says: the same may have been written again."""
        copy = self.find_last(entry.key)
        if copy is None or copy.etag != entry.etag:
            return None
        return OssObject(key=entry.key, body=copy.body, etag=copy.etag, last_modified=entry.last_modified)

    def find_last(self, key: str) -> Copy | None:
        """Return the copy of the last version of an object that this instance knew; another may stand there now."""
        copy = self._copies.get(key)
        if copy is not None:
            self._copies.move_to_end(key)
        return copy

    def keep(self, key: str, body: bytes, etag: str) -> None:
        """Keep a copy of what was read or written, instead of an older version."""
        self.forget(key)
        if etag and len(body) <= LARGEST_COPY:
            self._copies[key] = Copy(body, etag)
        while len(self._copies) > MOST_COPIES:
            self._copies.popitem(last=False)

    def forget(self, key: str) -> None:
        """Keep no copy of an object any more."""
        self._copies.pop(key, None)
