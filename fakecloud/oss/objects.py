"""What lies in a bucket."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from fakecloud.oss.checksums import crc64


@dataclass(frozen=True)
class Properties:
    """What a PUT says about its object besides the bytes.

    *headers* are those that come back with the object (Cache-Control, ...), *meta* has names without x-oss-meta-.
    """

    content_type: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class StoredObject:
    """One object as it stands."""

    key: str
    body: bytes = field(repr=False)
    etag: str
    last_modified: datetime
    properties: Properties = field(default_factory=Properties)

    @property
    def size(self) -> int:
        """The length of the body in bytes."""
        return len(self.body)

    @cached_property
    def crc64(self) -> int:
        """The body's CRC-64."""
        return crc64(self.body)


@dataclass
class Bucket:
    """A bucket and its objects.

    *versioning* ("", "Enabled" or "Suspended") is only a flag: no versions are kept. Its consequence is the documented
    one that hurts: forbid-overwrite is void in a bucket that has or had versioning.
    """

    name: str
    created_at: datetime
    versioning: str = ""
    objects: dict[str, StoredObject] = field(default_factory=dict)
