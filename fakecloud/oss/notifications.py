"""What OSS tells about changes, and to whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

Deliver = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Change:
    """One change of an object: *event* as in ObjectCreated:PutObject, *delta* the growth in bytes."""

    event: str
    bucket: str
    key: str
    etag: str
    size: int
    delta: int
    content_type: str
    meta: dict[str, str]
    at: datetime
    request_id: str


@dataclass(frozen=True)
class Subscription:
    """One rule: events (`oss:ObjectCreated:*` or without `oss:`), a prefix and a suffix of keys, and who is told."""

    rule_id: str
    bucket: str
    events: tuple[str, ...]
    prefix: str
    suffix: str
    deliver: Deliver

    def matches(self, change: Change) -> bool:
        """Say whether *change* is told."""
        return (
            change.bucket == self.bucket
            and change.key.startswith(self.prefix)
            and change.key.endswith(self.suffix)
            and any(fnmatchcase(change.event, event.removeprefix("oss:")) for event in self.events)
        )


@lru_cache(maxsize=1024)
def to_timestamp(moment: datetime) -> str:
    """Write a time as OSS documents do: UTC, whole seconds, always with .000 (oss2 reads nothing else)."""
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}.000Z"


def write_event(change: Change, subscription: Subscription, *, region: str, account_id: str) -> dict[str, Any]:
    """Return the event document for *change*, as a native OSS trigger hands it over."""
    meta = {f"x-oss-meta-{name}": value for name, value in change.meta.items()}
    return {
        "events": [
            {
                "eventName": change.event,
                "eventSource": "acs:oss",
                "eventTime": to_timestamp(change.at),
                "eventVersion": "1.0",
                "oss": {
                    "bucket": {
                        "arn": f"acs:oss:{region}:{account_id}:{change.bucket}",
                        "name": change.bucket,
                        "ownerIdentity": account_id,
                        "virtualBucket": "",
                    },
                    "object": {
                        "deltaSize": change.delta,
                        "eTag": change.etag,
                        "key": change.key,
                        "objectMeta": {"mimeType": change.content_type, "userMeta": meta},
                        "size": change.size,
                    },
                    "ossSchemaVersion": "1.0",
                    "ruleId": subscription.rule_id,
                },
                "region": region,
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {"requestId": change.request_id},
                "userIdentity": {"principalId": account_id},
            }
        ]
    }


def as_events(events: Sequence[str]) -> tuple[str, ...]:
    """Return the events of a rule; none given means every creation."""
    return tuple(events) or ("oss:ObjectCreated:*",)
