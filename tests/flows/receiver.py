"""Who hears the notices, in place of a webhook over the network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Receiver:
    """Takes notices, or says why not: *trouble* is what it answers as long as it is set."""

    trouble: str = ""
    taken: list[Mapping[str, Any]] = field(default_factory=list)
    tried: int = 0

    def __call__(self, payload: Mapping[str, object], seconds: float) -> str:
        """Take a notice."""
        assert seconds > 0
        self.tried += 1
        if not self.trouble:
            self.taken.append(payload)
        return self.trouble

    def told(self, *events: str) -> list[str]:
        """Return what was told, in order: all events, or only these."""
        return [one["event"] for one in self.taken if not events or one["event"] in events]

    def of(self, event: str) -> Mapping[str, Any]:
        """Return the one notice of *event*."""
        (notice,) = [one for one in self.taken if one["event"] == event]
        return notice
