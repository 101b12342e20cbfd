"""What a key of state/ names; None for one that certdrop did not write: it is left alone."""

import re
from typing import Literal, NamedTuple

from certdrop.state import keys

_CONFIG = re.compile(rf"{keys.STATE}config/(?P<number>[0-9]{{10}})\.json")
_VERDICT = re.compile(rf"{keys.STATE}drops/(?P<drop>[^/]+)/(?P<snapshot>[0-9a-f]{{64}})\.(?P<config>[0-9]{{10}})\.json")
_ATTEMPT = re.compile(r"(?P<number>[1-9][0-9]{0,8})(?P<end>\.end)?\.json")
_OPERATION = re.compile(r"(?P<number>[0-9]{10})(?P<end>\.end)?\.json")
_OPEN = re.compile(
    r"(?P<deployment>[^./]+)\.(?:stalled-(?P<times>[1-9])|(?P<cause>[^./]+)(?P<mark>\.disproved)?)\.json"
)


class VerdictKey(NamedTuple):
    """Whose verdict it is."""

    drop: str
    snapshot: str
    config: int


class NumberedKey(NamedTuple):
    """An attempt or an operation, or its end."""

    number: int
    is_end: bool


class OpenKey(NamedTuple):
    """Open work, the *times*-th stall of it, or the mark that a handshake disproved it."""

    deployment: str
    kind: Literal["work", "stall", "mark"]
    times: int = 0


def parse_config(key: str) -> int | None:
    """Read the number of targets."""
    found = _CONFIG.fullmatch(key)
    return keys.count_up(found["number"]) if found else None


def parse_verdict(key: str) -> VerdictKey | None:
    """Read the key of a verdict."""
    found = _VERDICT.fullmatch(key)
    return VerdictKey(found["drop"], found["snapshot"], keys.count_up(found["config"])) if found else None


def parse_attempt(name: str) -> NumberedKey | None:
    """Read what follows the prefix of a snapshot's attempts."""
    found = _ATTEMPT.fullmatch(name)
    return NumberedKey(int(found["number"]), bool(found["end"])) if found else None


def parse_operation(name: str) -> NumberedKey | None:
    """Read what follows the prefix of a listener's log."""
    found = _OPERATION.fullmatch(name)
    return NumberedKey(keys.count_up(found["number"]), bool(found["end"])) if found else None


def parse_open(name: str) -> OpenKey | None:
    """Read what follows the prefix of a listener's open work."""
    found = _OPEN.fullmatch(name)
    if found is None:
        return None
    if found["times"]:
        return OpenKey(found["deployment"], "stall", int(found["times"]))
    return OpenKey(found["deployment"], "mark" if found["mark"] else "work")
