"""Pinned requirements, as the tests read them."""

import re
from pathlib import Path

PIN = re.compile(
    r"(?m)^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ;[^\n]*?)?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)$"
)


def pins(requirements: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Return version and hashes of each pinned distribution, by its name in lower case with dashes."""
    return {
        re.sub(r"[-_.]+", "-", found["name"]).lower(): (
            found["version"],
            frozenset(re.findall(r"sha256:([0-9a-f]{64})", found["hashes"])),
        )
        for found in PIN.finditer(requirements.read_text())
    }
