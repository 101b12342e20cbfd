"""One simulated account: a clock, an agenda, the callers it knows, and one state object a service.

There are no singletons; a reset is a new World.
"""

import random  # noqa: TID251 the World holds its one source of randomness
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fakecloud.agenda import Agenda, Entry
from fakecloud.calls import CallLog
from fakecloud.clock import Clock, VirtualClock
from fakecloud.dataplane.choosing import Selection
from fakecloud.faults import Faults
from fakecloud.ram import Policy
from fakecloud.rates import Rates

if TYPE_CHECKING:
    from fakecloud.alb.models import Alb
    from fakecloud.cas.models import Cas
    from fakecloud.clb.models import Clb
    from fakecloud.fc.models import FunctionCompute
    from fakecloud.mns.models import Mns
    from fakecloud.oss.models import Oss

ACCESS_KEY_ID = "LTAI5tFakeCloudAccessKey"
ACCESS_KEY_SECRET = "FakeCloudSecret0123456789abcdef"  # noqa: S105 the well-known key of a made-up account
ACCOUNT_ID = "1234567890123456"


@dataclass(frozen=True)
class Identity:
    """Who signed a request: the account itself, or a role's temporary credentials (then *token* must be sent)."""

    access_key_id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    role: str | None = None
    expires: datetime | None = None


@dataclass(frozen=True)
class Timing:
    """How long things take, in seconds of the World's time."""

    provisioning: float = 8.0  # CreateListener until Running
    configuring: float = 6.0  # a change of a listener, an association
    clb_starting: float = 2.0  # StartLoadBalancerListener until running


class Ids:
    """Ids in the vendor's shapes, from one seeded source."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)  # noqa: S311 made-up ids are no secrets

    def hex(self, length: int) -> str:
        """Return *length* lower-case hex digits."""
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def digits(self, length: int) -> str:
        """Return *length* decimal digits, not starting with 0."""
        return str(self.random.randrange(10 ** (length - 1), 10**length))

    def uuid(self) -> str:
        """Return a lower-case UUID."""
        text = self.hex(32)
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def base36(self, length: int) -> str:
        """Return *length* characters of 0-9a-z, as in listener ids."""
        return "".join(self.random.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=length))


class World:
    """The simulated account; `lock` is held around every call and every thing on the agenda."""

    oss: "Oss"
    mns: "Mns"
    cas: "Cas"
    alb: "Alb"
    clb: "Clb"
    fc: "FunctionCompute"

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        faults: Faults | None = None,
        timing: Timing | None = None,
        region: str = "cn-hangzhou",
        site: str = "china",
        account_id: str = ACCOUNT_ID,
    ) -> None:
        from fakecloud.services import install

        self.clock: Clock = clock or VirtualClock()
        self.ids = ids or Ids()
        self.faults = faults or Faults()
        self.timing = timing or Timing()
        self.region = region
        self.site = site  # china | international
        self.account_id = account_id
        self.agenda = Agenda(self.clock)
        self.calls = CallLog(self.clock)
        self.rates = Rates(self.clock)
        self.selection = Selection()
        self.lock = threading.RLock()
        self.identities: dict[str, Identity] = {}
        self.policies: dict[str, Policy] = {}  # by role; a role without one may do everything
        self.add_identity(Identity(ACCESS_KEY_ID, ACCESS_KEY_SECRET))
        install(self)

    def add_identity(self, identity: Identity) -> Identity:
        """Let *identity* sign requests."""
        self.identities[identity.access_key_id] = identity
        return identity

    def assume_role(self, role: str, seconds: float = 3600) -> Identity:
        """Make temporary credentials for *role*, as STS does."""
        return self.add_identity(
            Identity(
                access_key_id="STS." + self.ids.base36(24),
                secret=self.ids.hex(40),
                token="CAIS" + self.ids.hex(60),
                role=role,
                expires=self.clock.now() + timedelta(seconds=seconds),
            )
        )

    def run_due(self) -> int:
        """Let everything happen whose time has come; return how many things that was."""
        count = 0
        while True:
            with self.lock:
                entry = self.agenda.pop_due()
                if entry is None:
                    return count
                entry.action()
            count += 1

    def advance(self, seconds: float) -> None:
        """Move a virtual World's time forward, stopping at everything that happens on the way."""
        end = self.clock.now() + timedelta(seconds=seconds)
        self.run_due()
        while (due := self.agenda.next_due()) is not None and due <= end:
            self.clock.advance(max(0.0, (due - self.clock.now()).total_seconds()))
            self.run_due()
        self.clock.advance(max(0.0, (end - self.clock.now()).total_seconds()))

    def after(self, seconds: float, label: str, action: Callable[[], object]) -> Entry:
        """Put something on the agenda."""
        return self.agenda.after(seconds, label, action)
