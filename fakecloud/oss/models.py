"""The buckets of a World and the rules of OSS about them; no HTTP here."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fakecloud.oss.checksums import etag
from fakecloud.oss.errors import FileAlreadyExistsError, InvalidObjectNameError, NoSuchBucketError, NoSuchKeyError
from fakecloud.oss.listing import Page, list_page
from fakecloud.oss.notifications import Change, Deliver, Subscription, as_events, write_event
from fakecloud.oss.objects import Bucket, Properties, StoredObject

if TYPE_CHECKING:
    from fakecloud.world import World

LONGEST_KEY = 1023  # bytes


class Oss:
    """All buckets of the account, and who is told of their changes."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.buckets: dict[str, Bucket] = {}
        self.subscriptions: list[Subscription] = []

    def create_bucket(self, name: str) -> Bucket:
        """Create a bucket, or return the one that is there."""
        return self.buckets.setdefault(name, Bucket(name, self._world.clock.now()))

    def find_bucket(self, name: str) -> Bucket:
        """Return a bucket."""
        try:
            return self.buckets[name]
        except KeyError:
            raise NoSuchBucketError(name) from None

    def put_object(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        properties: Properties | None = None,
        forbid_overwrite: bool = False,
        event: str = "ObjectCreated:PutObject",
        request_id: str | None = None,
    ) -> StoredObject:
        """Put an object; *forbid_overwrite* does nothing in a bucket that has or had versioning."""
        home = self.find_bucket(bucket)
        verify_key(key)
        before = home.objects.get(key)
        if before is not None and forbid_overwrite and not home.versioning:
            raise FileAlreadyExistsError(key)
        stored = StoredObject(key, body, etag(body), self._world.clock.now(), properties or Properties())
        home.objects[key] = stored
        self._tell(event, bucket, stored, stored.size - (before.size if before else 0), request_id)
        return stored

    def get_object(self, bucket: str, key: str) -> StoredObject:
        """Return an object."""
        try:
            return self.find_bucket(bucket).objects[key]
        except KeyError:
            raise NoSuchKeyError(key) from None

    def delete_object(
        self, bucket: str, key: str, *, event: str = "ObjectRemoved:DeleteObject", request_id: str | None = None
    ) -> None:
        """Delete an object; one that is not there is as good as deleted."""
        stored = self.find_bucket(bucket).objects.pop(key, None)
        if stored is not None:
            self._tell(event, bucket, stored, -stored.size, request_id)

    def copy_object(
        self,
        source: StoredObject,
        bucket: str,
        key: str,
        *,
        properties: Properties | None = None,
        forbid_overwrite: bool = False,
        request_id: str | None = None,
    ) -> StoredObject:
        """Copy *source*, with its own properties unless others are given."""
        return self.put_object(
            bucket,
            key,
            source.body,
            properties=properties or source.properties,
            forbid_overwrite=forbid_overwrite,
            event="ObjectCreated:CopyObject",
            request_id=request_id,
        )

    def put_object_tagging(self, bucket: str, key: str, tags: dict[str, str]) -> None:
        """Replace an object's tags; its time of modification stays."""
        stored = self.get_object(bucket, key)
        stored.properties = replace(stored.properties, tags=dict(tags))

    def list_objects(
        self, bucket: str, *, prefix: str = "", delimiter: str = "", marker: str = "", limit: int = 1000
    ) -> Page:
        """List a bucket's keys after *marker*."""
        keys = self.find_bucket(bucket).objects
        return list_page(keys, prefix=prefix, delimiter=delimiter, marker=marker, limit=limit)

    def subscribe(self, bucket: str, events: Sequence[str], prefix: str, suffix: str, deliver: Deliver) -> Subscription:
        """Let *deliver* have the event document of every matching change, at once and under the World's lock."""
        rule = Subscription(self._world.ids.hex(40), bucket, as_events(events), prefix, suffix, deliver)
        self.subscriptions.append(rule)
        return rule

    def _tell(self, event: str, bucket: str, stored: StoredObject, delta: int, request_id: str | None) -> None:
        change = Change(
            event=event,
            bucket=bucket,
            key=stored.key,
            etag=stored.etag,
            size=stored.size,
            delta=delta,
            content_type=stored.properties.content_type,
            meta=stored.properties.meta,
            at=self._world.clock.now(),
            request_id=request_id or self._world.ids.hex(24).upper(),
        )
        for rule in [rule for rule in self.subscriptions if rule.matches(change)]:
            rule.deliver(write_event(change, rule, region=self._world.region, account_id=self._world.account_id))


def verify_key(key: str) -> None:
    """Raise when no object can have this key."""
    if not 1 <= len(key.encode()) <= LONGEST_KEY or key.startswith(("/", "\\")):
        raise InvalidObjectNameError(key)
