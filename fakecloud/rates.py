"""How often an action may be called: the vendor's quotas of calls, by account, region and action, in World time.

Documented: ALB's writes, CLB's writes and reads, CAS's UploadUserCertificate. ALB's reads have the figure of NLB, its
sibling. What has no figure is not limited.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fakecloud.clock import Clock, VirtualClock

MINUTE = 60.0


@dataclass(frozen=True)
class Rate:
    """So many *calls* in any stretch of *seconds*."""

    calls: int
    seconds: float = MINUTE


OF_ACTION = {
    ("cas", "UploadUserCertificate"): Rate(10, 1.0),
    ("clb", "DeleteCACertificate"): Rate(400),
    ("clb", "SetDomainExtensionAttribute"): Rate(400),
}
OF_WRITES = {"alb": Rate(200), "clb": Rate(90)}
OF_READS = {"alb": Rate(20, 1.0), "clb": Rate(3000)}


@dataclass
class Rates:
    """Counts the calls of one World while *enabled*.

    A virtual World's time stands still while many things happen, so there the shortest stretch is a minute: 20 calls a
    second are 1200 a minute.
    """

    clock: Clock
    enabled: bool = True
    _taken: dict[tuple[str, str, str], deque[datetime]] = field(default_factory=dict)

    def take(self, service: str, action: str, region: str, *, mutating: bool) -> bool:
        """Count a call and return whether it may be made; one that may not is not counted."""
        rate = find_rate(service, action, mutating=mutating)
        if rate is None or not self.enabled:
            return True
        seconds = max(rate.seconds, MINUTE) if isinstance(self.clock, VirtualClock) else rate.seconds
        now = self.clock.now()
        taken = self._taken.setdefault((service, action, region), deque())
        while taken and now - taken[0] >= timedelta(seconds=seconds):
            taken.popleft()
        if len(taken) >= rate.calls * seconds / rate.seconds:
            return False
        taken.append(now)
        return True


def find_rate(service: str, action: str, *, mutating: bool) -> Rate | None:
    """Return how often an action may be called, None when there is no figure."""
    of_kind = OF_WRITES if mutating else OF_READS
    return OF_ACTION.get((service, action)) or of_kind.get(service)
