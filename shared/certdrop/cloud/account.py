"""The account: every service, signed for one invocation's credentials. Cheap to make; the carrier is shared."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from certdrop.cloud.carrying import Carrier
from certdrop.cloud.endpoints import ServiceName, endpoint
from certdrop.cloud.mns import Queues
from certdrop.cloud.oss import Oss
from certdrop.cloud.rpc import RpcClient
from certdrop.cloud.sending import Sender
from certdrop.ports import Clock, Credentials, Ids, Random, Settings, Sleep

if TYPE_CHECKING:
    from certdrop.cloud.alb import Alb
    from certdrop.cloud.cas import Cas
    from certdrop.cloud.clb import Clb


class Account:
    """The services of one account. Models of ALB, CLB and CAS are imported when they are first asked for."""

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        carry: Carrier,
        *,
        clock: Clock,
        ids: Ids,
        sleep: Sleep,
        random: Random,
        time_left: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._clock = clock
        self._ids = ids
        self._sender = Sender(carry, clock=clock, sleep=sleep, random=random, time_left=time_left)

    @cached_property
    def oss(self) -> Oss:
        """The bucket of the settings."""
        return Oss(
            self._settings.bucket,
            endpoint("oss", self._settings, self._settings.region),
            self._settings.region,
            sender=self._sender,
            credentials=self._credentials,
            clock=self._clock,
        )

    @cached_property
    def queues(self) -> Queues:
        """The account's queues in the region of the settings."""
        address = endpoint("mns", self._settings, self._settings.region)
        return Queues(address, sender=self._sender, credentials=self._credentials, clock=self._clock)

    @cached_property
    def cas(self) -> "Cas":
        """The certificates of the account's site."""
        from certdrop.cloud.cas import VERSION, Cas

        return Cas(self._rpc("cas", VERSION, self._settings.region))

    def alb(self, region: str) -> "Alb":
        """Return ALB of *region*."""
        from certdrop.cloud.alb import VERSION, Alb

        return Alb(self._rpc("alb", VERSION, region))

    def clb(self, region: str) -> "Clb":
        """Return CLB of *region*."""
        from certdrop.cloud.clb import VERSION, Clb

        return Clb(self._rpc("clb", VERSION, region), region)

    def _rpc(self, service: ServiceName, version: str, region: str) -> RpcClient:
        return RpcClient(
            service,
            version,
            endpoint(service, self._settings, region),
            sender=self._sender,
            credentials=self._credentials,
            clock=self._clock,
            ids=self._ids,
            in_query=self._settings.rpc_parameters == "query",
        )
