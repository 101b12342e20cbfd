"""What was asked of the cloud, in order: the evidence that nothing was done twice. No bodies, no secrets."""

from datetime import datetime
from typing import Any, NamedTuple

from fakecloud.clock import Clock


class Call(NamedTuple):
    """One call: *action* is the vendor's (PutObject, CreateListener, SendMessage, ...), *code* empty on success."""

    number: int
    at: datetime
    service: str
    action: str
    resource: str
    role: str | None
    mutating: bool
    status: int
    code: str
    request_id: str

    def as_json(self) -> dict[str, Any]:
        """Return the call as a JSON document."""
        return {**self._asdict(), "at": self.at.isoformat()}


class CallLog:
    """The calls of one World."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.entries: list[Call] = []

    def add(
        self,
        *,
        service: str,
        action: str,
        resource: str = "",
        role: str | None = None,
        mutating: bool = False,
        status: int = 200,
        code: str = "",
        request_id: str = "",
    ) -> None:
        """Note one call."""
        number = len(self.entries) + 1
        now = self._clock.now()
        self.entries.append(Call(number, now, service, action, resource, role, mutating, status, code, request_id))

    def mutating(self, *services: str, since: int = 0) -> list[Call]:
        """Return the successful calls that changed something in *services*, after call number *since*."""
        return [
            call
            for call in self.entries[since:]
            if call.mutating and not call.code and (not services or call.service in services)
        ]
