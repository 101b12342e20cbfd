"""What a cloud call can suffer, and who suffers it: drawn by the seed, or ordered call by call."""

import random
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal[
    "error",  # refused with 503, nothing done
    "throttled",  # refused for its rate, nothing done
    "strange",  # refused with a code that nobody knows, nothing done
    "unsent",  # no connection
    "lost",  # done, and the answer is lost
    "slow",  # done late and answered late, now and then past the function's time
    "killed before",  # the instance dies before the call
    "killed after",  # the instance dies after the call
    "expired",  # the role's credentials expire before the call
]
KINDS: tuple[Kind, ...] = get_args(Kind)

ACTIONS = (
    "oss GetBucketInfo",
    "oss ListObjects",
    "oss HeadObject",
    "oss GetObject",
    "oss PutObject",
    "oss DeleteObject",
    "mns SendMessage",
    "cas ListCertificates",
    "cas UploadUserCertificate",
    "alb ListListeners",
    "alb ListListenerCertificates",
    "alb ListAsynJobs",
    "alb GetLoadBalancerAttribute",
    "alb CreateListener",
    "alb UpdateListenerAttribute",
    "alb AssociateAdditionalCertificatesWithListener",
    "alb DissociateAdditionalCertificatesFromListener",
    "clb DescribeServerCertificates",
    "clb DescribeLoadBalancerAttribute",
    "clb DescribeLoadBalancerHTTPSListenerAttribute",
    "clb UploadServerCertificate",
    "clb CreateLoadBalancerHTTPSListener",
    "clb StartLoadBalancerListener",
    "clb SetLoadBalancerHTTPSListenerAttribute",
    "clb CreateDomainExtension",
    "clb SetDomainExtensionAttribute",
)
PAIRS: tuple[tuple[str, Kind], ...] = tuple((action, kind) for action in ACTIONS for kind in KINDS)

FOCUS = 0.5  # how often the pair that a seed looks at is suffered
FOCUS_TIMES = 4


@dataclass
class Faults:
    """Draws the faults of one World. *rate* is of all kinds together, *focus* the pair that this seed looks at.

    *ordered* faults, by the number of the call, come whatever is drawn. Of the drawn ones only those whose numbers are
    *allowed* come to pass, when that is given: so a history is made shorter.
    """

    source: random.Random
    rate: float = 0.0
    focus: tuple[str, Kind] | None = None
    ordered: Mapping[int, Kind] = field(default_factory=dict)
    allowed: Collection[int] | None = None
    active: bool = True
    calls: int = 0
    drawn: int = 0
    hit: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    history: list[tuple[int, str, Kind]] = field(default_factory=list)

    def draw(self, action: str) -> Kind | None:
        """Return what the next call, of *action*, suffers."""
        self.calls += 1
        kind = self.ordered.get(self.calls) or self._draw(action)
        if kind:
            self.hit[action, kind] += 1
            self.history.append((self.drawn, action, kind))
        return kind

    def _draw(self, action: str) -> Kind | None:
        if not self.active:
            return None
        kind: Kind | None = None
        if self.focus and action == self.focus[0] and self.hit[self.focus] < FOCUS_TIMES:
            kind = self.focus[1] if self.source.random() < FOCUS else None
        if kind is None and self.rate and self.source.random() < self.rate:
            kind = self.source.choice(KINDS)
        if kind is None:
            return None
        self.drawn += 1
        return kind if self.allowed is None or self.drawn in self.allowed else None
