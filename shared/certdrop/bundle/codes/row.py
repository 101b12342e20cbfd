"""One row of the table of findings."""

from dataclasses import dataclass
from typing import Literal

from certdrop.bundle.findings import Severity

Cure = Literal["arrival", "agreement", "replacement", "none"]
"""What could cure an error without a change to the file that it names.

arrival: a missing part comes.
agreement: parts contradict each other, as in the middle of a renewal, until the rest of the new files comes.
replacement: it lies in a certificate that a renewal replaces, so it goes away together with a contradiction.
"""


@dataclass(frozen=True)
class Code:
    """What a code means: *message* and *fix* are templates, filled with the values that the finder names."""

    code: str
    severity: Severity
    cure: Cure
    message: str
    fix: str
