"""The error catalogue: what each code of the cloud means, what becomes of the work, what the user does next.

The codes are data, in catalogue.json; a code that ends in `*` stands for all that begin so.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from certdrop.errors import CloudError, Fate, LostAnswerError

TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


@dataclass(frozen=True)
class Entry:
    """One code. *retry*: it was refused before anything was done, and may be sent again within the invocation."""

    code: str
    meaning: str
    fate: Fate
    remedy: str
    retry: bool = False


@lru_cache(maxsize=1)
def load_catalogue() -> dict[str, Entry]:
    """Return all entries by code, families (`Throttling*`) included."""
    document = json.loads(Path(__file__).with_name("catalogue.json").read_text("utf-8"))
    return {
        code: Entry(
            code=code,
            meaning=entry["meaning"],
            fate=Fate(entry["fate"]),
            remedy=entry["remedy"],
            retry=entry.get("retry", False),
        )
        for code, entry in document.items()
    }


def find_entry(code: str) -> Entry:
    """Return the entry of *code*, else of its longest family, else one that says that the code is unknown."""
    entries = load_catalogue()
    if code in entries and not code.endswith("*"):
        return entries[code]
    for length in range(len(code), 0, -1):
        family = entries.get(code[:length] + "*")
        if family:
            return family
    return Entry(
        code=code,
        meaning="The cloud answered a code that certdrop does not know.",
        fate=Fate.STALL,
        remedy="Look the code up at the vendor's error center with its RequestId, then redrive the drop.",
    )


def fate_of(error: CloudError) -> Fate:
    """Return what becomes of the work: a lost answer, 5xx and 429 wait, else as the catalogue says."""
    if isinstance(error, LostAnswerError) or error.status >= SERVER_ERROR or error.status == TOO_MANY_REQUESTS:
        return Fate.WAIT
    return find_entry(error.code).fate
