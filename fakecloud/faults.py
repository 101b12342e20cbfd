"""Faults on order: what the next calls of a service shall suffer."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["error", "lost"]


@dataclass
class Fault:
    """One order: the next *times* calls of *service* and *action* ("*" for any) suffer it.

    `error` answers *status* and *code* and does nothing; `lost` does the work and closes the connection unanswered
    (in process: raises ConnectionError), and the service is busy with it for *seconds* more.
    """

    service: str = "*"
    action: str = "*"
    kind: Kind = "error"
    status: int = 503
    code: str = "ServiceUnavailable"
    message: str = "The request has failed due to a temporary failure of the server."
    times: int = 1
    seconds: int = 0


class Faults:
    """The orders that stand."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self.orders.append(fault)

    def take(self, service: str, action: str) -> Fault | None:
        """Return the fault that this call suffers, counting it off."""
        for fault in self.orders:
            if fault.service in ("*", service) and fault.action in ("*", action):
                fault.times -= 1
                if fault.times <= 0:
                    self.orders.remove(fault)
                return fault
        return None
