"""TLS policies of CLB: those of the system, and an account's own, which are for guaranteed performance only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from fakecloud.clb.errors import spec_not_supported
from fakecloud.clb.resources import Listener, LoadBalancer
from fakecloud.dataplane.shown import TlsVersion
from fakecloud.rpc.operation import RpcError

SYSTEM_POLICIES: dict[str, TlsVersion] = {
    "tls_cipher_policy_1_0": "1.0",
    "tls_cipher_policy_1_1": "1.1",
    "tls_cipher_policy_1_2": "1.2",
    "tls_cipher_policy_1_2_strict": "1.2",
    "tls_cipher_policy_1_2_strict_with_1_3": "1.2",
}


@dataclass
class TlsPolicy:
    """An account's own policy; while it is configuring, no listener can take it."""

    minimum_tls: TlsVersion = "1.2"
    status: Literal["normal", "configuring"] = "normal"


@dataclass
class TlsPolicies:
    """The policies of one World. *most_listeners* of one policy is the fake's own figure."""

    listeners: Callable[[], Iterable[Listener]]
    own: dict[str, TlsPolicy] = field(default_factory=dict)
    most_listeners: int = 100

    def minimum_tls(self, policy_id: str) -> TlsVersion:
        """Return the oldest version that a policy allows."""
        return self.own[policy_id].minimum_tls if policy_id in self.own else SYSTEM_POLICIES[policy_id]

    def require(self, policy_id: str, load_balancer: LoadBalancer, port: int, *, sent: bool) -> None:
        """Raise unless the listener on *port* may have the policy; *sent* says whether this call named it."""
        if sent and not load_balancer.is_guaranteed:
            if policy_id in self.own:
                raise RpcError(400, "SPEC_NOT_SUPPORT_PARAMETER", "Share spec does not support the feature.")
            raise spec_not_supported("TLSCipherPolicy")
        if policy_id in SYSTEM_POLICIES:
            return
        if policy_id not in self.own:
            raise RpcError(400, "InvalidTLSPolicyId.NotExist", "The specified TLS cipher policy does not exist.")
        if sent and self.own[policy_id].status == "configuring":
            raise RpcError(400, "TLSPolicyConfiguring", "The specified TLS cipher policy is configuring.")
        others = sum(
            listener.settings.get("TLSCipherPolicy") == policy_id
            and (listener.load_balancer_id, listener.port) != (load_balancer.load_balancer_id, port)
            for listener in self.listeners()
        )
        if others >= self.most_listeners:
            text = "The number of listeners associated with a policy has exceeded."
            raise RpcError(400, "TLSCipherPolicyVipRelationOverLimit", text)
