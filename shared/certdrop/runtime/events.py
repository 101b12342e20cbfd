"""Trigger events, read into work: what OSS, the timer, queues (through EventBridge) and topics hand a function.

Shapes: the vendor's page on trigger event formats; docs and samples differ in several, so all of them are read.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote

from certdrop.errors import EventError
from certdrop.masking import hide
from certdrop.reconcile.house import Tick
from certdrop.reconcile.requests import ReconcileRequest, is_drop_name, parse_request

DROP_FILE = re.compile(r"certs/(?P<drop>[^/]+)/[^/]+")
MAXIMUM_WRAPPING = 4  # array > JSON string > CloudEvent > data: nothing legitimate is deeper
MAXIMUM_NAME = 1023  # characters; an object's key has at most so many bytes
MAXIMUM_ITEMS = 100  # template.yml asks for sixteen messages at once


@dataclass(frozen=True)
class NotOurs:
    """An event about something that certdrop has nothing to do with, such as an object outside `certs/<drop>/`."""

    reason: str


@dataclass(frozen=True)
class Item:
    """One piece of an event: *id* as its sender gave it (a message's id, an object's key), and what it asks.

    *text* is what could not be read, as it came: it may hold anything, keys too.
    """

    id: str
    content: ReconcileRequest | Tick | NotOurs | EventError
    text: str = field(default="", repr=False, compare=False)


def parse_event(event: bytes) -> list[Item]:
    """Read a trigger's bytes; what cannot be read is an item of its own, so it never holds up the others."""
    try:
        text = event.decode()
    except UnicodeDecodeError:
        return [Item("event", EventError("the event is not UTF-8"), event.decode(errors="replace"))]
    items = list(islice(_read_text(text, "event", 0), MAXIMUM_ITEMS + 1))
    if len(items) > MAXIMUM_ITEMS:
        items[MAXIMUM_ITEMS:] = [Item("event", EventError(f"more than {MAXIMUM_ITEMS} items, the rest unread"), text)]
    return items


def _read_text(text: str, item_id: str, depth: int) -> Iterator[Item]:
    try:
        document = parse_json(text)
    except EventError as error:
        yield Item(item_id, error, text)
    else:
        yield from _read(document, item_id, depth)


def parse_json(text: str) -> object:
    """Read JSON, or JSON that a queue kept in base64 (`IsBase64Decode: false`)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise EventError("neither JSON nor JSON in base64") from None


def _read(document: object, item_id: str, depth: int) -> Iterator[Item]:
    if depth > MAXIMUM_WRAPPING:
        yield Item(item_id, EventError("the event is wrapped too deeply"), _write(document))
    elif isinstance(document, list):
        for number, element in enumerate(document):
            yield from _read(element, f"{item_id}[{number}]", depth + 1)
    elif isinstance(document, str):
        yield from _read_text(document, item_id, depth + 1)
    elif isinstance(document, dict):
        yield from _read_object(document, item_id, depth)
    else:
        yield Item(item_id, EventError("the event is neither an object nor an array"), _write(document))


def _read_object(document: dict[str, object], item_id: str, depth: int) -> Iterator[Item]:
    """Tell the forms apart by the fields that only they have."""
    records = document.get("events")
    if isinstance(records, list):
        yield from _read_objects(records, item_id)
    elif "triggerTime" in document and "triggerName" in document:
        yield Item(_name(document["triggerName"], item_id), Tick())
    elif "messageBody" in document:  # a queue's message: data of a CloudEvent, or bare (eventSchema RawData)
        yield _read_message(document["messageBody"], _name(document.get("messageId"), item_id))
    elif "data" in document:  # a CloudEvent
        yield from _read(document["data"], _name(document.get("id"), item_id), depth + 1)
    elif "Message" in document:  # a topic's message, notifyContentFormat JSON
        yield _read_message(document["Message"], _name(document.get("MessageId"), item_id))
    elif "body" in document:  # a topic's message, notifyContentFormat STREAM, with attributes
        yield _read_message(document["body"], item_id)
    else:  # a topic's message, notifyContentFormat STREAM: nothing but the message
        yield _read_message(document, item_id)


def _name(value: object, otherwise: str) -> str:
    """Return what a sender calls its item, fit for a log line."""
    return hide(value)[:MAXIMUM_NAME] if isinstance(value, str) and value else otherwise


def _read_message(body: object, item_id: str) -> Item:
    """Read a message's body, which is JSON, in base64 or not."""
    try:
        document = parse_json(body) if isinstance(body, str) else body
        return Item(item_id, parse_request(json.dumps(document)))
    except EventError as error:
        return Item(item_id, error, body if isinstance(body, str) else _write(body))
    except RecursionError:  # what json.loads bears, json.dumps need not
        return Item(item_id, EventError("the message is nested too deeply"), body if isinstance(body, str) else "")


def _read_objects(records: list[object], item_id: str) -> Iterator[Item]:
    """Read OSS records; a drop is asked for once, however many of its files an event names."""
    drops = set()
    for number, record in enumerate(records):
        item = _read_record(record, f"{item_id}[{number}]")
        if isinstance(item.content, ReconcileRequest):
            if item.content.reconcile in drops:
                continue
            drops.add(item.content.reconcile)
        yield item


def _read_record(record: object, item_id: str) -> Item:
    key = record
    for name in ("oss", "object", "key"):
        key = key.get(name) if isinstance(key, dict) else None
    if not isinstance(key, str):
        return Item(item_id, EventError("an OSS record without an object key"), _write(record))
    name = hide(key)[:MAXIMUM_NAME]
    # Whether keys arrive URL-encoded is documented nowhere; samples are plain.
    found = DROP_FILE.fullmatch(unquote(key, errors="replace"))
    if found is None or not is_drop_name(found["drop"]):
        return Item(name, NotOurs("not certs/<drop>/<file>"))
    return Item(name, ReconcileRequest.for_drop(found["drop"]))


def _write(document: object) -> str:
    """Write what was read; what is nested so deeply that it cannot be written is as good as unreadable."""
    try:
        return json.dumps(document)
    except RecursionError:
        return ""
