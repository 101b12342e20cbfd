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


@dataclass(frozen=True)
class Needs:
    """What a World must have so that a call is made in it: a service, a free port, more drops, renewals, cleanup.

    *client_ca*: clients are asked for certificates; *stopped*: somebody stops a listener that is healed.
    """

    service: str = ""
    fresh: bool = False
    more: bool = False
    renewal: bool = False
    cleanup: bool = False
    client_ca: bool = False
    stopped: bool = False
    once: bool = False  # an instance makes the call once


ANY, ALB, CLB = Needs(), Needs("alb"), Needs("clb")
ACTIONS: Mapping[str, Needs] = {
    "oss GetBucketInfo": Needs(once=True),
    "oss ListObjects": ANY,
    "oss HeadObject": ANY,
    "oss GetObject": ANY,
    "oss PutObject": ANY,
    "oss DeleteObject": ANY,
    "mns SendMessage": ANY,
    "cas ListCertificates": ANY,
    "cas UploadUserCertificate": ANY,
    "alb ListListeners": ALB,
    "alb ListListenerCertificates": ALB,
    "alb ListAsynJobs": ALB,
    "alb GetLoadBalancerAttribute": ALB,
    "alb CreateListener": Needs("alb", fresh=True),
    "alb UpdateListenerAttribute": Needs("alb", renewal=True),
    "alb AssociateAdditionalCertificatesWithListener": Needs("alb", more=True),
    "alb DissociateAdditionalCertificatesFromListener": Needs("alb", more=True, renewal=True),
    "clb DescribeServerCertificates": CLB,
    "clb DescribeLoadBalancerAttribute": CLB,
    "clb DescribeLoadBalancerHTTPSListenerAttribute": CLB,
    "clb UploadServerCertificate": CLB,
    "clb CreateLoadBalancerHTTPSListener": Needs("clb", fresh=True),
    "clb StartLoadBalancerListener": Needs("clb", fresh=True),
    "clb SetLoadBalancerHTTPSListenerAttribute": Needs("clb", renewal=True),
    "clb CreateDomainExtension": Needs("clb", more=True),
    "clb SetDomainExtensionAttribute": Needs("clb", more=True, renewal=True),
    "clb DescribeLoadBalancers": Needs("clb", renewal=True, cleanup=True),
    "clb DeleteServerCertificate": Needs("clb", renewal=True, cleanup=True),
    "cas DeleteUserCertificate": Needs(renewal=True, cleanup=True),
    "alb GetListenerAttribute": Needs("alb", client_ca=True),
    "alb StartListener": Needs("alb", fresh=True, stopped=True),
    "clb DescribeCACertificates": Needs("clb", client_ca=True),
    "clb UploadCACertificate": Needs("clb", client_ca=True),
    "clb DeleteCACertificate": Needs("clb", renewal=True, cleanup=True, client_ca=True),
}
PAIRS: tuple[tuple[str, Kind], ...] = tuple((action, kind) for action in ACTIONS for kind in KINDS)

SEEDS = 500  # of a check: any so many in a row look at every pair
FOCUS = 0.5  # how often the pair that a seed looks at is suffered again
FOCUS_TIMES = 4


def find_focus(seed: int) -> tuple[str, Kind] | None:
    """Return the pair that a seed looks at; those that are left in a check look at none."""
    number = seed % SEEDS
    return PAIRS[number] if number < len(PAIRS) else None


@dataclass
class Faults:
    """Draws the faults of one World. *rate* is of all kinds together, *focus* the pair that this seed looks at.

    The focus is suffered for sure at the first such call, after *skip* of them, even when no others are *active* any
    more. *ordered* faults, by the number of the call, come whatever is drawn. Of the drawn ones only those with an
    *allowed* number come to pass, when that is given: so a history is made shorter.
    """

    source: random.Random
    rate: float = 0.0
    focus: tuple[str, Kind] | None = None
    skip: int = 0
    ordered: Mapping[int, Kind] = field(default_factory=dict)
    allowed: Collection[int] | None = None
    active: bool = True
    calls: int = 0
    drawn: int = 0
    hit: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    history: list[tuple[int, str, Kind]] = field(default_factory=list)

    def draw(self, action: str, run: str = "") -> Kind | None:
        """Return what the next call, of *action*, suffers; it is made by *run*."""
        self.calls += 1
        kind = self.ordered.get(self.calls) or self._draw(action)
        if kind:
            self.hit[action, kind] += 1
            self.history.append((self.drawn, action, kind))
        return kind

    @property
    def is_met(self) -> bool:
        """Whether the focus was suffered."""
        return self.focus is None or self.hit[self.focus] > 0

    def end(self) -> None:
        """Let nothing go wrong any more but the focus, at its next call, if that was not suffered yet."""
        self.active = False
        self.skip = 0

    def _draw(self, action: str) -> Kind | None:
        kind = self._draw_focus() if self.focus and action == self.focus[0] else None
        if kind is None and self.active and self.rate and self.source.random() < self.rate:
            kind = self.source.choice(KINDS)
        if kind is None:
            return None
        self.drawn += 1
        return kind if self.allowed is None or self.drawn in self.allowed else None

    def _draw_focus(self) -> Kind | None:
        assert self.focus
        if self.is_met:
            again = self.active and self.hit[self.focus] < FOCUS_TIMES and self.source.random() < FOCUS
            return self.focus[1] if again else None
        if self.skip:
            self.skip -= 1
            return None
        return self.focus[1]
