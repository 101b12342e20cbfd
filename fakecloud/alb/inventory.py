"""What an account has in ALB: made by tests and the demo, looked up by the actions, shown to the data plane."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from fakecloud.alb.certificates import Certificates
from fakecloud.alb.errors import refusal
from fakecloud.alb.jobs import Jobs
from fakecloud.alb.limits import Limits
from fakecloud.alb.resources import (
    SYSTEM_POLICIES,
    CaCertificate,
    Edition,
    Listener,
    LoadBalancer,
    SecurityPolicy,
    ServerGroup,
)
from fakecloud.dataplane.shown import Shown, TlsListener, TlsVersion
from fakecloud.rpc.operation import RpcError
from fakecloud.world import World

VPC = "vpc-bp15zckdt37pq72zv0000"


class Inventory:
    """The resources of one World."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.limits = Limits()
        self.load_balancers: dict[str, LoadBalancer] = {}
        self.server_groups: dict[str, ServerGroup] = {}
        self.security_policies = {policy.id: policy for policy in SYSTEM_POLICIES}
        self.listeners: dict[str, Listener] = {}
        self.certificates = Certificates(world)
        self.jobs = Jobs(world)
        self.on_change: list[Callable[[], None]] = []

    @property
    def account_id(self) -> str:
        """Whose resources may be changed."""
        return self._world.account_id

    # What a test or the demo makes.

    def create_load_balancer(
        self,
        *,
        edition: Edition = "Standard",
        vpc: str = VPC,
        name: str = "",
        owner: str = "",
        load_balancer_id: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> LoadBalancer:
        """Make an instance that is Active at once; *owner* is another account's id when it is not ours."""
        ids = self._world.ids
        load_balancer_id = load_balancer_id or f"alb-{ids.base36(18)}"
        self.load_balancers[load_balancer_id] = LoadBalancer(
            id=load_balancer_id,
            name=name or load_balancer_id,
            dns_name=f"{load_balancer_id}.{self._world.region}.alb.aliyuncsslb.com",
            vpc=vpc,
            edition=edition,
            owner=owner or self.account_id,
            region=self._world.region,
            create_time=f"{self._world.clock.now():%Y-%m-%dT%H:%M:%SZ}",
            resource_group=f"rg-{ids.base36(15)}",
            tags=dict(tags or {}),
            addresses=tuple(f"203.0.113.{ids.random.randrange(1, 255)}" for _ in range(2)),
        )
        return self.load_balancers[load_balancer_id]

    def create_server_group(
        self,
        *,
        vpc: str = VPC,
        protocol: Literal["HTTP", "HTTPS", "gRPC"] = "HTTP",
        servers: Sequence[str] = (),
        connection_drain: bool = False,
        slow_start: bool = False,
        server_group_id: str = "",
    ) -> ServerGroup:
        """Make a server group; *servers* are ids of ECS instances."""
        server_group_id = server_group_id or f"sgp-{self._world.ids.base36(16)}"
        group = ServerGroup(server_group_id, vpc, protocol, tuple(servers), connection_drain, slow_start)
        self.server_groups[group.id] = group
        return group

    def create_security_policy(self, *, minimum_tls: TlsVersion = "1.2", owner: str = "") -> SecurityPolicy:
        """Make a custom TLS policy."""
        policy = SecurityPolicy(f"spy-{self._world.ids.base36(16)}", minimum_tls, owner or self.account_id)
        self.security_policies[policy.id] = policy
        return policy

    def create_ca_certificate(self, pem: str) -> CaCertificate:
        """Keep a CA certificate, which CAS holds without a key, for mutual authentication."""
        return self.certificates.add_authority(pem)

    def fail_next_job(
        self,
        api_name: str,
        code: str = "InternalError",
        message: str = "The request processing has failed due to some unknown error.",
    ) -> None:
        """Let the next job of *api_name* (CreateListener, ...) fail, leaving things as they were before the call."""
        self.jobs.fail_next(api_name, code, message)

    # What a TLS client sees.

    def tls_listeners(self) -> list[TlsListener]:
        """Return every HTTPS listener."""
        return [
            TlsListener(listener.load_balancer.id, listener.port, listener.load_balancer.dns_name, listener.status)
            for listener in self.listeners.values()
            if listener.protocol == "HTTPS"
        ]

    def shown(self, load_balancer_id: str, port: int) -> Shown | None:
        """Return what a TLS client is shown there, None when nothing listens."""
        for listener in self.listeners.values():
            where = (listener.load_balancer.id, listener.port, listener.protocol)
            if where == (load_balancer_id, port, "HTTPS") and listener.serves:
                return self._shown_by(listener)
        return None

    def _shown_by(self, listener: Listener) -> Shown | None:
        settings = listener.settings
        if settings.default is None:
            return None
        return Shown(
            default=settings.default.chain,
            additional=tuple(
                association.certificate.chain
                for association in listener.additional.values()
                if association.status != "Associating"
            ),
            client_ca_pem=settings.client_ca.pem if settings.client_ca else None,
            minimum_tls=self.security_policies[settings.security_policy].minimum_tls,
        )

    def _changed(self) -> None:
        for listen in self.on_change:
            listen()

    # Look-ups.

    def get_load_balancer(self, load_balancer_id: str) -> LoadBalancer:
        """Return our load balancer; raises ResourceNotFound or Forbidden."""
        load_balancer = self.load_balancers.get(load_balancer_id)
        if load_balancer is None:
            raise refusal("ResourceNotFound.LoadBalancer", load_balancer_id)
        if load_balancer.owner != self.account_id:
            raise refusal("Forbidden.LoadBalancer", "LoadBalancer")
        return load_balancer

    def get_server_group(self, server_group_id: str) -> ServerGroup:
        """Return a server group; raises ResourceNotFound.ServerGroup."""
        group = self.server_groups.get(server_group_id)
        if group is None:
            raise refusal("ResourceNotFound.ServerGroup", server_group_id)
        return group

    def get_listener(self, listener_id: str) -> Listener:
        """Return our listener; raises ResourceNotFound.Listener, Forbidden.LoadBalancer."""
        listener = self.listeners.get(listener_id)
        if listener is None:
            raise refusal("ResourceNotFound.Listener", listener_id)
        if listener.load_balancer.owner != self.account_id:
            # The pages on listeners' certificates word it otherwise than CreateListener's.
            raise RpcError(403, "Forbidden.LoadBalancer", "Authentication has failed for LoadBalancer.")
        return listener

    def listeners_of(self, load_balancer: LoadBalancer) -> list[Listener]:
        """Return the listeners of a load balancer, the oldest first."""
        return [listener for listener in self.listeners.values() if listener.load_balancer is load_balancer]
