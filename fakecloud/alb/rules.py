"""The rules for a listener that need a look at the rest of the account: server groups, policies, QUIC, quotas."""

from collections import Counter
from collections.abc import Iterable

from fakecloud.alb.errors import refusal
from fakecloud.alb.inventory import Inventory
from fakecloud.alb.resources import Listener, LoadBalancer, Protocol, ServerGroup, Settings


def check_load_balancer(load_balancer: LoadBalancer) -> None:
    """Refuse a change of a load balancer's listeners while it is not Active and Normal."""
    if load_balancer.status != "Active":
        raise refusal("IncorrectStatus.LoadBalancer", "LoadBalancer", load_balancer.id)
    if load_balancer.business_status != "Normal":
        raise refusal("IncorrectBusinessStatus.LoadBalancer", "LoadBalancer", load_balancer.id)


def check_port(inventory: Inventory, load_balancer: LoadBalancer, protocol: Protocol, port: int) -> None:
    """Refuse a port that is taken; QUIC listens on UDP and may share a port with HTTP or HTTPS."""
    for other in inventory.listeners_of(load_balancer):
        if other.port == port and other.is_quic == (protocol == "QUIC"):
            raise refusal("ResourceAlreadyExist.Listener", other.id)


def check_listener_quota(inventory: Inventory, load_balancer: LoadBalancer) -> None:
    """Refuse one listener too many."""
    count = len(inventory.listeners_of(load_balancer))
    if count >= inventory.limits.listeners:
        name = "alb_quota_loadbalancer_listeners_num"
        raise refusal(
            "ResourceQuotaExceeded.LoadBalancerListenersNum", name, load_balancer.id, count, inventory.limits.listeners
        )


def check_certificate_quota(inventory: Inventory, load_balancer: LoadBalancer, new: int) -> None:
    """Refuse additional certificates above the edition's quota; each counts once for every listener that has it."""
    used = sum(len(listener.additional) for listener in inventory.listeners_of(load_balancer))
    quota = inventory.limits.additional_certificates[load_balancer.edition]
    if used + new > quota:
        name = f"alb_quota_loadbalancer_certificates_num_{load_balancer.edition.lower()}_edition"
        raise refusal("ResourceQuotaExceeded.LoadBalancerCertificatesNum", name, load_balancer.id, used, quota)


def check_server_groups(
    inventory: Inventory,
    load_balancer: LoadBalancer,
    protocol: Protocol,
    settings: Settings,
    before: Iterable[str] = (),
) -> None:
    """Refuse server groups that are missing, elsewhere, or not for this listener; *before* are attached already."""
    groups = [inventory.get_server_group(group_id) for group_id in settings.server_groups]
    if len(set(settings.server_groups)) < len(groups):
        raise refusal("InvalidParameter", "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples")
    for group in groups:
        if group.vpc != load_balancer.vpc:
            raise refusal("Mismatch.VpcId", "VpcId", load_balancer.id, group.id)
        _check_server_group_protocol(load_balancer, protocol, group, http2=settings.http2)
        _check_edition(load_balancer, group)
    _check_server_quotas(inventory, load_balancer, [group for group in groups if group.id not in set(before)])


def _check_server_group_protocol(
    load_balancer: LoadBalancer, protocol: Protocol, group: ServerGroup, *, http2: bool
) -> None:
    if group.protocol == "gRPC" and (protocol == "HTTP" or (protocol == "HTTPS" and not http2)):
        raise refusal("OperationDenied.GRPCServerGroup", "GRPCServerGroup")
    if group.protocol != "HTTP" and load_balancer.edition == "Basic":
        raise refusal("OperationDenied.ServerGroupProtocolNotSupport")


def _check_edition(load_balancer: LoadBalancer, group: ServerGroup) -> None:
    if load_balancer.edition != "Basic":
        return
    if group.connection_drain:
        raise refusal("Mismatch.LoadBalancerEditionAndConnectionDrain", "LoadBalancerEdition", "ConnectionDrain")
    if group.slow_start:
        raise refusal("Mismatch.LoadBalancerEditionAndSlowStartEnable", "LoadBalancerEdition", "SlowStartEnable")


def _check_server_quotas(inventory: Inventory, load_balancer: LoadBalancer, new: list[ServerGroup]) -> None:
    everywhere = Counter(
        group for listener in inventory.listeners.values() for group in listener.settings.server_groups
    )
    for group in new:
        quota = inventory.limits.server_group_attached
        if everywhere[group.id] >= quota:
            name = "alb_quota_servergroup_attached_num"
            raise refusal("ResourceQuotaExceeded.ServerGroupAttachedNum", name, group.id, everywhere[group.id], quota)
    attached = {
        group for listener in inventory.listeners_of(load_balancer) for group in listener.settings.server_groups
    }
    attached |= {group.id for group in new}
    servers = Counter(server for group_id in attached for server in inventory.server_groups[group_id].servers)
    for server, count in servers.items():
        if count > inventory.limits.server_added:
            name = "alb_quota_server_added_num"
            raise refusal("ResourceQuotaExceeded.ServerAddedNum", name, server, count, inventory.limits.server_added)
    quota = inventory.limits.servers[load_balancer.edition]
    if servers.total() > quota:
        name = f"alb_quota_loadbalancer_servers_num_{load_balancer.edition.lower()}_edition"
        raise refusal("ResourceQuotaExceeded.LoadBalancerServersNum", name, load_balancer.id, servers.total(), quota)


def check_timeouts(inventory: Inventory, settings: Settings) -> None:
    """Refuse a timeout above the account's quota."""
    for name, seconds in (("IdleTimeout", settings.idle_timeout), ("RequestTimeout", settings.request_timeout)):
        if seconds > inventory.limits.timeout:
            raise refusal("InvalidParameter", name)


def check_security_policy(inventory: Inventory, policy_id: str) -> None:
    """Refuse a TLS policy that is missing, another account's, or attached too often."""
    policy = inventory.security_policies.get(policy_id)
    if policy is None:
        raise refusal("ResourceNotFound.SecurityPolicy", policy_id)
    if not policy.owner:
        return
    if policy.owner != inventory.account_id:
        raise refusal("Forbidden.SecurityPolicy")
    count = sum(listener.settings.security_policy == policy_id for listener in inventory.listeners.values())
    quota = inventory.limits.security_policy_attached
    if count >= quota:
        name = "alb_quota_securitypolicy_attached_num"
        raise refusal("ResourceQuotaExceeded.SecurityPolicyAttachedNum", name, policy_id, count, quota)


def check_quic(inventory: Inventory, load_balancer: LoadBalancer, quic_listener_id: str, own_id: str = "") -> Listener:
    """Return the QUIC listener to upgrade to; refuse one that is no QUIC listener, elsewhere, or another's already."""
    if not quic_listener_id:
        raise refusal("InvalidParameter", "QuicConfig.QuicListenerId")
    listener = inventory.listeners.get(quic_listener_id)
    if listener is None:
        raise refusal("ResourceNotFound.Listener", quic_listener_id)
    if listener.load_balancer.owner != inventory.account_id:
        raise refusal("Forbidden.Listener", "Listener")
    if not listener.is_quic:
        raise refusal("InvalidParameter", "QuicConfig.QuicListenerId is not a QUIC listener")
    if listener.load_balancer is not load_balancer:
        raise refusal("OperationDenied.CrossLoadBalancerQUICListener", "CrossLoadBalancerQUICListener")
    for other in inventory.listeners.values():
        if other.settings.quic_listener == quic_listener_id and other.id != own_id:
            raise refusal("ResourceAlreadyAssociated.Listener", quic_listener_id)
    return listener
