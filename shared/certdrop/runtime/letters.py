"""Dead letters: what cannot be read is put away with the reason, and what lies in their queue is read again.

Three kinds lie there: certdrop's own, for a message that cannot be read; EventBridge's, an event that a function failed
on for a day; Function Compute's record of an asynchronous event that a function failed on to the end.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from certdrop.errors import CloudError, EventError
from certdrop.masking import hide
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.owners import dead_letters
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.events import Item, parse_event, parse_json

CORRELATION_ID = re.compile(r"[0-9A-Za-z-]{1,36}")
LONGEST_EXCERPT = 500  # characters


class Letter(BaseModel):
    """certdrop's own dead letter: why *function* could not read an item, and what of its text is free of secrets."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    version: Literal[1] = 1
    unreadable: str = Field(max_length=1000)
    function: str = Field(max_length=200)
    item: str = Field(max_length=200)
    correlation_id: str = Field(default="", max_length=64)
    body: str = Field(default="", max_length=500)


@dataclass(frozen=True)
class DeadLetter:
    """A letter as it is explained: who failed and why, and the requests that can be sent again."""

    reason: str
    source: str
    correlation_id: str = ""
    excerpt: str = ""
    requests: tuple[ReconcileRequest, ...] = ()


def bury(house: House, item: Item, error: EventError) -> Outcome:
    """Put an unreadable item into the queue of dead letters, once; it holds up nothing and is not tried again."""
    queue = dead_letters(house.settings.queue_prefix)
    text = _plain(item.text)
    letter = Letter(
        unreadable=str(error)[:1000],
        function=house.function,
        item=_encodable(hide(item.id)[:200]),
        correlation_id=_find_correlation_id(text),
        body=excerpt(text),
    )
    said = {"reason": str(error), "correlation_id": letter.correlation_id}
    try:
        house.cloud.queues.send_message(queue, letter.model_dump_json())
    except CloudError as trouble:
        return Outcome("unreadable", {**said, "letter_not_sent": trouble.code, "call_id": trouble.request_id})
    return Outcome("unreadable", {**said, "dead_letter": queue})


def excerpt(text: str) -> str:
    """Return the beginning of a text without whatever may be a secret."""
    return hide(text)[:LONGEST_EXCERPT]


def _plain(text: str) -> str:
    """Return the text that a queue kept in base64, else the text itself."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return _encodable(text)


def _encodable(text: str) -> str:
    """Return *text* without the halves of surrogate pairs that JSON can spell."""
    return text.encode(errors="replace").decode()


def _find_correlation_id(text: str) -> str:
    try:
        document = parse_json(text)
    except EventError:
        return ""
    found = document.get("correlation_id") if isinstance(document, dict) else None
    return found if isinstance(found, str) and CORRELATION_ID.fullmatch(found) else ""


def parse_letter(body: str) -> DeadLetter:
    """Read what lies in the queue of dead letters; whatever it is, something can be said of it."""
    try:
        document = parse_json(body)
    except EventError as error:
        return DeadLetter(str(error), "", excerpt=excerpt(body))
    if isinstance(document, dict) and "unreadable" in document:
        return _read_own(document)
    if isinstance(document, dict) and isinstance(document.get("requestPayload"), str):
        return _read_record(document)
    requests = _requests(json.dumps(document))
    correlation_id = next((one.correlation_id for one in requests if one.correlation_id), "")
    reason = "the function failed on it for a day" if requests else "neither a request nor an event"
    return DeadLetter(reason, _source_of(document), correlation_id, excerpt(json.dumps(document)), requests)


def _read_own(document: Mapping[str, object]) -> DeadLetter:
    """Read certdrop's own letter; a later version may be able to read what an earlier one could not."""
    try:
        letter = Letter.model_validate(document)
    except ValidationError:
        return DeadLetter("a letter that is malformed itself", "", excerpt=excerpt(json.dumps(document)))
    return DeadLetter(
        letter.unreadable, letter.function, letter.correlation_id, excerpt(letter.body), _requests(letter.body)
    )


def _read_record(document: Mapping[str, object]) -> DeadLetter:
    """Read what Function Compute writes to the destination of failures."""
    context = document.get("requestContext")
    said = context if isinstance(context, Mapping) else {}
    payload = cast(str, document["requestPayload"])
    requests = _requests(payload)
    condition, answer = said.get("condition"), document.get("responsePayload")
    reason = excerpt(f"{condition or 'failed'}: {answer}" if answer else str(condition or "failed"))
    source = str(said.get("functionArn", "")).rpartition("/")[2]
    return DeadLetter(reason, source, excerpt=excerpt(payload), requests=requests)


def _requests(text: str) -> tuple[ReconcileRequest, ...]:
    found = (item.content for item in parse_event(text.encode(errors="replace")))
    return tuple({one.reconcile: one for one in found if isinstance(one, ReconcileRequest)}.values())


def _source_of(document: object) -> str:
    """Return the queue that a CloudEvent came from."""
    subject = document.get("subject") if isinstance(document, Mapping) else None
    return subject.rpartition("/")[2] if isinstance(subject, str) else ""
