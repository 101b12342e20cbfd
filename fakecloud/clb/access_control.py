"""Access control lists: what an account has of them, and how often they may be bound to listeners."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fakecloud.clb.errors import missing
from fakecloud.clb.resources import Listener, LoadBalancer
from fakecloud.rpc.operation import RpcError


@dataclass(frozen=True)
class AccessControlList:
    """One list of addresses, all of one IP version."""

    ip_version: str = "ipv4"
    entries: tuple[str, ...] = ()


@dataclass
class AclLimits:
    """How many bindings and entries there may be: the fake's own figures, for a test to lower.

    *listeners_of_acl* is a quota that can be raised, up to *listeners_of_acl_at_most*.
    """

    listeners_of_acl: int = 50
    listeners_of_acl_at_most: int = 100
    acls_of_listener: int = 3
    entries_of_listener: int = 300


@dataclass
class AccessRules:
    """Judges the access control of a listener. *listeners* tells all there are."""

    listeners: Callable[[], Iterable[Listener]]
    lists: dict[str, AccessControlList] = field(default_factory=dict)
    limits: AclLimits = field(default_factory=AclLimits)

    def require(self, settings: Mapping[str, Any], load_balancer: LoadBalancer, port: int) -> None:
        """Raise for the first rule that the access control of the listener on *port* breaks."""
        if settings["AclStatus"] == "off":
            return
        for name in ("AclId", "AclType"):
            if not settings.get(name):
                raise missing(name)
        ids = settings["AclId"].split(",")
        for acl_id in ids:
            if acl_id not in self.lists:
                raise RpcError(400, "AclNotExist", "Acl does not exist.")
            if self.lists[acl_id].ip_version != load_balancer.ip_version:
                text = "The ip version of this LoadBalancer and the Acl is conflict."
                raise RpcError(400, "IpVersionConflict", text)
        self._require_entries(ids)
        for acl_id in ids:
            self._require_room(acl_id, (load_balancer.load_balancer_id, port))

    def _require_entries(self, ids: list[str]) -> None:
        if len(ids) > self.limits.acls_of_listener:
            text = "The number of Acl bound listeners has reached the quota limit"
            raise RpcError(400, "QuotaLimitExceeds.AclAttachedToListener", text)
        entries = Counter(entry for acl_id in ids for entry in self.lists[acl_id].entries)
        twice = next((entry for entry, count in entries.items() if count > 1), None)
        if twice is not None:
            raise RpcError(400, "Duplicated.AclEntry", f"The entry {twice} is in more than one of the lists.")
        if entries.total() > self.limits.entries_of_listener:
            text = "The number of Acl entries has reached the quota limit."
            raise RpcError(400, "QuotaLimitExceeds.TotalAclEntry", text)

    def _require_room(self, acl_id: str, own: tuple[str, int]) -> None:
        bound = sum(
            (listener.load_balancer_id, listener.port) != own
            and listener.settings.get("AclStatus") == "on"
            and acl_id in listener.settings.get("AclId", "").split(",")
            for listener in self.listeners()
        )
        text = "This acl has reached the limit of binding to listeners."
        if bound >= self.limits.listeners_of_acl_at_most:
            raise RpcError(400, "AclListenerOverLimit", text)
        if bound >= self.limits.listeners_of_acl:
            raise RpcError(400, "QuotaLimitExceeds.AclListenerOverLimit", text)
