"""The queue of dead letters, as a person goes through it."""

from collections.abc import Iterator
from dataclasses import dataclass

from certdrop.cloud.mns import BATCH, Message
from certdrop.reconcile import pacing
from certdrop.reconcile.house import House
from certdrop.reconcile.owners import ON_CERT_UPLOADED, dead_letters, owner_of_slot
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.letters import DeadLetter, parse_letter
from certdrop.state import keys

MOST = 1000  # letters at one go
SNAPSHOT_DIGITS = 12


@dataclass(frozen=True)
class Found:
    """A letter with the message that holds it, and what became of what it asks for."""

    letter: DeadLetter
    message: Message
    notes: tuple[str, ...] = ()


def peek(house: House) -> list[Found]:
    """Look at the first letters, and leave them as they are."""
    queue = dead_letters(house.settings.queue_prefix)
    return [_read(house, message) for message in house.cloud.queues.peek_messages(queue)]


def redrive(house: House, *, discard: bool = False) -> Iterator[Found]:
    """Send again what letters ask for, and delete those; *discard* deletes those that ask for nothing too."""
    queue = dead_letters(house.settings.queue_prefix)
    seen = 0
    while seen < MOST and (messages := house.cloud.queues.receive_messages(queue)):
        for message in messages:
            found = _read(house, message)
            for request, note in zip(found.letter.requests, found.notes, strict=True):
                if not note:
                    _send(house, request)
            if found.letter.requests or discard:
                house.cloud.queues.delete_message(queue, message.handle)
            yield found
        seen += BATCH


def _read(house: House, message: Message) -> Found:
    letter = parse_letter(message.body)
    return Found(letter, message, tuple(_note(house, request) for request in letter.requests))


def _note(house: House, request: ReconcileRequest) -> str:
    """Say why a request is not sent again, nothing when it is."""
    if request.drop is None:
        return ""
    entries = [entry for entry in house.store.list(keys.drop_prefix(request.drop)) if keys.is_read(entry.key)]
    if not entries:
        return "no files lie in the drop any more"
    asked = request.correlation_id
    is_newer = len(asked) == SNAPSHOT_DIGITS and not keys.snapshot_id(entries).startswith(asked)
    return "newer files lie in the drop, with an event of their own" if is_newer else ""


def _send(house: House, request: ReconcileRequest) -> None:
    fresh = request.model_copy(update={"hops": 0})
    if request.listener is None:
        pacing.ask(house, ON_CERT_UPLOADED, fresh)
    else:  # whoever is asked passes on to the owner of the step
        pacing.ask(house, owner_of_slot("default"), fresh)
