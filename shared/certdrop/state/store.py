"""JSON documents in the bucket: created once, read, listed. Every failure to reach them is a StateError.

A document that somebody spoilt counts as missing, and is noted: whoever ran the look tells of it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from certdrop.cloud.oss import Oss
from certdrop.cloud.oss_wire import OssEntry as Entry
from certdrop.cloud.oss_wire import OssObject
from certdrop.errors import CloudError, SettingsError, StateError, UnreadableError
from certdrop.masking import hide
from certdrop.state.kept import Copy, Kept

__all__ = ["Entry", "Read", "Store", "reaching"]

ModelT = TypeVar("ModelT", bound=BaseModel)

LARGEST_DOCUMENT = 8 << 20  # the targets of the largest targets.yml, with all that they leave out, are a quarter of it
LONGEST_REASON = 200
JSON = "application/json"
EXISTS = "FileAlreadyExists"
MISSING = ("NoSuchKey", "NotFound")
TOO_LARGE = "EntityTooLarge"


@dataclass(frozen=True)
class Read(Generic[ModelT]):
    """A document as it was read, with when it was written."""

    document: ModelT
    written: datetime


class Store:
    """The bucket as a store of documents. *kept* is what this instance remembers of it."""

    def __init__(self, oss: Oss, bucket: str, kept: Kept | None = None) -> None:
        self.oss = oss
        self.bucket = bucket
        self.unreadable: dict[str, UnreadableError] = {}  # by key: what was met since somebody told of it
        self._kept = kept or Kept()
        self._met: set[str] = set()  # the keys of what this invocation read or wrote

    @property
    def now(self) -> datetime:
        """The Date of the invocation's first OSS answer: what every age is counted from."""
        if self.oss.date is None:
            self.check_bucket()
        if self.oss.date is None:
            raise StateError("OSS answered without a Date")
        return self.oss.date

    def check_bucket(self) -> None:
        """Refuse a bucket with versioning: there, create-once is void."""
        with reaching():
            versioning = self.oss.get_bucket_info().versioning
        if versioning in ("Enabled", "Suspended"):
            problem = (
                f"CERTDROP_BUCKET: versioning of bucket {self.bucket} is {versioning}, which voids create-once writes"
            )
            raise SettingsError([f"{problem}; use a bucket that never had versioning"])
        self._kept.checked.add(self.bucket)

    def create(self, key: str, document: BaseModel) -> bool:
        """Write a document that must not exist yet; False when it does."""
        if self.bucket not in self._kept.checked:
            self.check_bucket()
        content = _encode(document)
        with reaching():
            try:
                etag = self.oss.put_object(key, content, content_type=JSON, forbid_overwrite=True)
            except CloudError as error:
                if error.code != EXISTS:
                    raise
                return False
        self._keep(key, content, etag)
        return True

    def put(self, key: str, document: BaseModel) -> None:
        """Write a document, over an older one if there is one."""
        self.put_bytes(key, _encode(document), JSON)

    def put_bytes(self, key: str, content: bytes, content_type: str) -> None:
        """Write an object."""
        self._kept.forget(key)  # should the answer be lost, nobody knows what stands there
        with reaching():
            etag = self.oss.put_object(key, content, content_type=content_type)
        self._keep(key, content, etag)

    def put_unless_kept(self, key: str, content: bytes, content_type: str, *, anew: bool) -> bool:
        """Write an object *anew*, or else unless it is what this instance wrote there last; tells whether it was.

        Another instance may have written there since: only for what is written anew before long in any case.
        """
        known = self._kept.find_last(key)
        if known and known.body == content and not anew:
            return False
        self.put_bytes(key, content, content_type)
        return True

    def read(
        self, where: str | Entry, model: type[ModelT], fits: Callable[[ModelT], bool] | None = None
    ) -> Read[ModelT] | None:
        """Read a document; None when there is none, or when it is spoilt, which is noted.

        *where* is its key, or what a list showed of it: then the copy that the instance keeps will do, whether it read
        or wrote it. *fits* tells whether a document belongs under its key.
        """
        key = where if isinstance(where, str) else where.key
        self.unreadable.pop(key, None)
        found = (None if isinstance(where, str) else self._kept.find(where)) or self._fetch(key)
        document = self._decode(key, found, model, fits) if found else None
        return Read(document, found.last_modified) if found and document else None

    def _decode(
        self, key: str, found: OssObject | Copy, model: type[ModelT], fits: Callable[[ModelT], bool] | None
    ) -> ModelT | None:
        try:
            document = model.model_validate_json(found.body)
        except ValidationError as error:
            problems = sorted({".".join(map(str, problem["loc"])) for problem in error.errors()})
            self._note(key, f"it is no {model.__name__} ({hide(', '.join(problems))[:LONGEST_REASON]})", found.etag)
            return None
        if fits is not None and not fits(document):
            self._note(key, f"it holds the {model.__name__} of another key", found.etag)
            return None
        return document

    def _fetch(self, key: str) -> OssObject | None:
        with reaching():
            try:
                found = self.oss.get_object(key, limit=LARGEST_DOCUMENT)
            except CloudError as error:
                if error.code == TOO_LARGE:
                    self._note(key, f"more than {LARGEST_DOCUMENT} bytes")
                elif error.code not in MISSING:
                    raise
                return None
        self._keep(key, found.body, found.etag)
        return found

    def _keep(self, key: str, body: bytes, etag: str) -> None:
        self._kept.keep(key, body, etag)
        self._met.add(key)

    def _note(self, key: str, reason: str, etag: str = "") -> None:
        self.unreadable[key] = UnreadableError(key, reason, etag)

    def get(
        self, where: str | Entry, model: type[ModelT], fits: Callable[[ModelT], bool] | None = None
    ) -> ModelT | None:
        """Read a document when it does not matter when it was written."""
        found = self.read(where, model, fits)
        return None if found is None else found.document

    def get_lasting(self, key: str, model: type[ModelT], fits: Callable[[ModelT], bool] | None = None) -> ModelT | None:
        """Read a document that is written once, then neither changed nor deleted: the instance's own copy will do.

        That copy is the document as certdrop wrote it, even if somebody spoilt it since.
        """
        copy = self._kept.find_last(key)
        document = self._decode(key, copy, model, fits) if copy else None
        return document or self.get(key, model, fits)

    def get_met(self, key: str, model: type[ModelT]) -> ModelT | None:
        """Read a document as this invocation has read or written it before, if it has: for what is only shown."""
        return self.get_lasting(key, model) if key in self._met else self.get(key, model)

    def read_bytes(self, key: str, etag: str) -> bytes | None:
        """Read an object that people write, at its ETag; None when it changed."""
        with reaching():
            try:
                return self.oss.get_object(key, if_match=etag, limit=LARGEST_DOCUMENT).body
            except CloudError as error:
                if error.code not in (*MISSING, "PreconditionFailed"):
                    raise
                return None

    def head(self, key: str) -> Entry | None:
        """Return an object's entry, or None."""
        with reaching():
            return self.oss.head_object(key)

    def delete(self, key: str) -> None:
        """Delete an object; no matter whether it is there."""
        self._kept.forget(key)
        with reaching():
            self.oss.delete_object(key)

    def list(self, prefix: str, *, limit: int | None = None) -> list[Entry]:
        """List the objects below *prefix*, in order of their keys."""
        with reaching():
            return self.oss.list_objects(prefix, limit=limit)


def _encode(document: BaseModel) -> bytes:
    return json.dumps(document.model_dump(mode="json"), ensure_ascii=False, sort_keys=True).encode()


class _Reaching:
    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, CloudError):
            raise StateError(f"state/ cannot be reached: {error}", error) from None


def reaching() -> _Reaching:
    """Turn what OSS answers to an access of state/ into a StateError."""
    return _Reaching()
