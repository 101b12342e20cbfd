"""What an instance keeps of the bucket from one invocation to the next: only what saves a call."""

from collections import OrderedDict

from certdrop.cloud.oss_wire import OssEntry, OssObject

MOST_COPIES = 512
LARGEST_COPY = 32 * 1024  # bytes


class Kept:
    """The buckets that were found fit for state/, and copies of documents: what was read longest ago goes first.

    A copy stands for an object only while a list shows its ETag.
    """

    def __init__(self) -> None:
        self.checked: set[str] = set()
        self._copies: OrderedDict[tuple[str, str], OssObject] = OrderedDict()

    def find(self, entry: OssEntry) -> OssObject | None:
        """Return the copy of what a list showed, written when the list says: the same may have been written again."""
        copy = self._copies.get((entry.key, entry.etag))
        if copy is None:
            return None
        self._copies.move_to_end((entry.key, entry.etag))
        return OssObject(copy.key, copy.body, copy.etag, entry.last_modified)

    def keep(self, read: OssObject) -> None:
        """Keep a copy of what was read."""
        if read.etag and len(read.body) <= LARGEST_COPY:
            self._copies[read.key, read.etag] = read
        while len(self._copies) > MOST_COPIES:
            self._copies.popitem(last=False)
