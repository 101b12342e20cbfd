"""Every sample event is read as the work that its name says."""

from pathlib import Path

import pytest

from certdrop.errors import EventError
from certdrop.reconcile.house import Tick
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.events import Item, parse_event

EVENTS = Path(__file__).parents[3] / "events"
ALB = "listener/alb.alb-n5qw04uq8vavfe0000.443"
CLB = "listener/clb.lb-bp1o94dp5i6earr0000.443"
MEANINGS = {
    "mns-queue/array": [ALB, CLB],
    "mns-queue/array-base64": [ALB, CLB],
    "mns-queue/array-of-texts": [ALB, CLB],
    "mns-queue/one-request-for-a-drop": ["drop/shop"],
    "mns-queue/one-unreadable": ["unreadable", ALB],
    "mns-queue/raw-data": [ALB, CLB],
    "mns-queue/same-request-twice": [ALB, ALB],
    "mns-queue/single-object": [ALB],
    "mns-queue/single-object-base64": [ALB],
    "mns-topic/json": ["drop/shop"],
    "mns-topic/json-with-attributes": ["drop/shop"],
    "mns-topic/stream": ["drop/shop"],
    "mns-topic/stream-with-attributes": ["drop/shop"],
    "oss/copy": ["drop/shop"],
    "oss/deeper-folder": ["not ours"],
    "oss/encoded-key": ["drop/web shop"],
    "oss/multipart": ["drop/shop"],
    "oss/outside-drops": ["not ours"],
    "oss/post": ["drop/shop"],
    "oss/put": ["drop/shop"],
    "oss/put-key": ["drop/shop"],
    "oss/put-without-meta": ["drop/shop"],
    "oss/renewal": ["drop/shop"],
    "oss/two-files-and-another-drop": ["drop/shop", "drop/api"],
    "timer/every-minute": ["tick"],
    "timer/with-payload": ["tick"],
}


def mean(item: Item) -> str:
    if isinstance(item.content, ReconcileRequest):
        return item.content.reconcile
    if isinstance(item.content, EventError):
        return "unreadable"
    return "tick" if isinstance(item.content, Tick) else "not ours"


def test_every_sample_has_a_meaning_here() -> None:
    found = {str(path.relative_to(EVENTS).with_suffix("")) for path in EVENTS.rglob("*.json")}

    assert found == set(MEANINGS)


@pytest.mark.parametrize("case", MEANINGS)
def test_a_sample_is_read_as_its_name_says(case: str) -> None:
    items = parse_event((EVENTS / f"{case}.json").read_bytes())

    assert [mean(item) for item in items] == MEANINGS[case]
