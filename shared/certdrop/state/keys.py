"""The keys of state/: pure names, newest first where a history is kept."""

import hashlib
from collections.abc import Iterable
from typing import Protocol

from certdrop.bundle.facts import SHORT_FINGERPRINT
from certdrop.masking import is_suspicious

STATE = "state/"
CERTS = "certs/"
TARGETS = "config/targets.yml"
REPORTS = "reports/"
OPEN = f"{STATE}open/"
SURVEYS = f"{STATE}survey/listeners.json"
SURVEY_CLAIMS = f"{STATE}survey/claims/"
WAITING_NOTICES = f"{OPEN}notices/"  # below open/: the one LIST of a minute shows them too
SERVED = f"{STATE}served/"
UNUSED = f"{STATE}unused/"
RETIRED = f"{STATE}retired/"
READ_SUFFIXES = (".pem", ".crt", ".cer", ".key")

_LARGEST = 9_999_999_999


class Entry(Protocol):
    """An object of a listing, as far as a snapshot needs it."""

    @property
    def key(self) -> str:
        """The object's key."""
        ...

    @property
    def etag(self) -> str:
        """The object's ETag."""
        ...


def countdown(number: int) -> str:
    """Write *number* so that the largest sorts first: a LIST of two keys shows the newest."""
    return f"{_LARGEST - number:010d}"


def count_up(text: str) -> int:
    """Read a number that countdown() wrote."""
    return _LARGEST - int(text)


def config(number: int) -> str:
    """Return the key of the targets of number *number*."""
    return f"{STATE}config/{countdown(number)}.json"


def verdict(drop: str, snapshot: str, config_number: int) -> str:
    """Return the key of the verdict on a snapshot under the targets of number *config_number*."""
    return f"{STATE}drops/{drop}/{snapshot}.{countdown(config_number)}.json"


def snapshot(drop: str, snapshot_hash: str) -> str:
    """Return the prefix of all that is written of a snapshot."""
    return f"{STATE}drops/{drop}/{snapshot_hash}."


def attempts(drop: str, snapshot_hash: str) -> str:
    """Return the prefix of a snapshot's attempts."""
    return f"{snapshot(drop, snapshot_hash)}attempt-"


def attempt(drop: str, snapshot: str, number: int) -> str:
    """Return the key of a snapshot's attempt number *number*."""
    return f"{attempts(drop, snapshot)}{number}.json"


def attempt_end(drop: str, snapshot: str, number: int) -> str:
    """Return the key of an attempt's end."""
    return f"{attempts(drop, snapshot)}{number}.end.json"


def bundle(fingerprint: str) -> str:
    """Return the key of a bundle's facts; as much of the fingerprint as its name in CAS shows, so one read finds it."""
    return f"{STATE}bundles/{fingerprint[:SHORT_FINGERPRINT]}.json"


def open_listener(listener: object) -> str:
    """Return the prefix of a listener's open work."""
    return f"{OPEN}{listener}/"


def open_deployment(listener: object, deployment: str) -> str:
    """Return the prefix of everything that is open for one deployment."""
    return f"{open_listener(listener)}{deployment}."


def open_work(listener: object, deployment: str, cause: str) -> str:
    """Return the key of open work."""
    return f"{open_deployment(listener, deployment)}{cause}.json"


def disproved(listener: object, deployment: str, cause: str) -> str:
    """Return the key of the mark that a handshake disproved open work."""
    return f"{open_deployment(listener, deployment)}{cause}.disproved.json"


def stalled(listener: object, deployment: str, times: int) -> str:
    """Return the key of a stall of open work."""
    return f"{open_deployment(listener, deployment)}stalled-{times}.json"


def ends(deployment: str) -> str:
    """Return the prefix of a deployment's ends."""
    return f"{STATE}deployments/{deployment}/"


def end(deployment: str, cause: str) -> str:
    """Return the key of the end of one cause."""
    return f"{ends(deployment)}{cause}.json"


def served(listener: object) -> str:
    """Return the prefix of what is served at a listener."""
    return f"{SERVED}{listener}/"


def served_at(listener: object, slot: str, deployment: str) -> str:
    """Return the key of what is served in a slot: of additional certificates each by itself."""
    name = f"{slot}.{deployment}" if slot == "additional" else slot
    return f"{served(listener)}{name}.json"


def log(listener: object) -> str:
    """Return the prefix of a listener's operation log."""
    return f"{STATE}listeners/{listener}/"


def operation(listener: object, number: int) -> str:
    """Return the key of a listener's operation number *number*."""
    return f"{log(listener)}{countdown(number)}.json"


def operation_end(listener: object, number: int) -> str:
    """Return the key of an operation's end."""
    return f"{log(listener)}{countdown(number)}.end.json"


def unused(shelf: str, certificate_id: str) -> str:
    """Return the key of the mark that nothing uses a certificate."""
    return f"{UNUSED}{shelf}/{certificate_id}.json"


def retired(shelf: str, certificate_id: str) -> str:
    """Return the key of the mark that a certificate is about to be deleted."""
    return f"{RETIRED}{shelf}/{certificate_id}.json"


def waiting_notice(notice_id: str) -> str:
    """Return the key of a notice that waits for its delivery."""
    return f"{WAITING_NOTICES}{notice_id}.json"


def told_notice(subject: str, event: str, occasion: str) -> str:
    """Return the key that says that a notice was told."""
    return f"{STATE}notices/{subject}/{event}.{occasion}.json"


def survey_claim(minute: int) -> str:
    """Return the key by which one instance takes the survey of a minute (since the epoch)."""
    return f"{SURVEY_CLAIMS}{minute}.json"


def report(drop: str) -> str:
    """Return the key of a drop's report."""
    return f"{REPORTS}{drop}.json"


def drop_prefix(drop: str) -> str:
    """Return the prefix of a drop's files."""
    return f"{CERTS}{drop}/"


def is_read(key: str) -> bool:
    """Tell whether a drop's object is read: exactly `certs/<drop>/<file>` with a name that is read."""
    parts = key.split("/")
    return len(parts) == len(("certs", "drop", "file")) and is_read_name(parts[2])


def is_read_name(name: str) -> bool:
    """Tell whether a file of this name is read: it has one of four endings, in any case, and can be no secret.

    Whatever reads a file writes its name into a request line.
    """
    return name.lower().endswith(READ_SUFFIXES) and not is_suspicious(name)


def snapshot_id(entries: Iterable[Entry]) -> str:
    """Return the id of a drop's files at one moment: the hash of the sorted (key, ETag) list, 64 hex digits."""
    lines = sorted(f"{entry.key}\n{entry.etag}\n" for entry in entries)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
