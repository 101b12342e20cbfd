"""CLB of one World: its instances, what they keep, and what their listeners show."""

from collections.abc import Callable, Sequence

from fakecloud.clb.access_control import AccessControlList, AccessRules
from fakecloud.clb.certificates import Certificates
from fakecloud.clb.extensions import DomainExtensions
from fakecloud.clb.listeners import Listeners
from fakecloud.clb.resources import Listener, LoadBalancer
from fakecloud.clb.settings import SettingsRules
from fakecloud.clb.tls_policies import TlsPolicies, TlsPolicy
from fakecloud.dataplane.shown import Chain, Shown, TlsListener, TlsVersion
from fakecloud.world import World


class Clb:
    """The instances, their listeners and the regions' certificates."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.on_change: list[Callable[[], None]] = []
        self.load_balancers: dict[str, LoadBalancer] = {}
        self.certificates = Certificates(world, self._is_certificate_used)
        self.access = AccessRules(self._all_listeners)
        self.tls_policies = TlsPolicies(self._all_listeners)
        self.rules = SettingsRules(self.certificates, self.access, self.tls_policies)
        self.listeners = Listeners(world, self.load_balancers, self.rules, self._tell)
        self.extensions = DomainExtensions(world, self.listeners, self.certificates)

    def create_load_balancer(  # noqa: PLR0913 an instance has that many sides
        self,
        name: str = "",
        *,
        load_balancer_id: str = "",
        region: str = "",
        spec: str = "slb.s1.small",
        address_type: str = "internet",
        ip_version: str = "ipv4",
        internet_charge_type: str = "paybytraffic",
        bandwidth: int = 5120,
        vpc_id: str = "",
        vserver_groups: Sequence[str] = ("default",),
    ) -> LoadBalancer:
        """Make an instance with an address of its own and a group for each name of *vserver_groups*.

        An empty *spec* makes one of shared performance.
        """
        ids = self._world.ids
        load_balancer_id = load_balancer_id or "lb-bp1" + ids.base36(18)
        load_balancer = LoadBalancer(
            load_balancer_id=load_balancer_id,
            name=name or load_balancer_id,
            address=self._next_address(address_type),
            region=region or self._world.region,
            created=self._world.clock.now(),
            spec=spec,
            address_type=address_type,
            ip_version=ip_version,
            internet_charge_type=internet_charge_type,
            bandwidth=bandwidth,
            vpc_id=vpc_id,
            vswitch_id="vsw-bp1" + ids.base36(18) if vpc_id else "",
            vserver_groups={"rsp-" + ids.base36(14): group for group in vserver_groups},
        )
        self.load_balancers[load_balancer_id] = load_balancer
        return load_balancer

    def create_access_control_list(self, ip_version: str = "ipv4", entries: Sequence[str] = ()) -> str:
        """Make an access control list of addresses and networks, and return its id."""
        acl_id = "acl-bp1" + self._world.ids.base36(18)
        self.access.lists[acl_id] = AccessControlList(ip_version, tuple(entries))
        return acl_id

    def create_tls_policy(self, minimum_tls: TlsVersion = "1.2") -> str:
        """Make a TLS policy of the account's own and return its id."""
        policy_id = "tls-bp1" + self._world.ids.base36(14)
        self.tls_policies.own[policy_id] = TlsPolicy(minimum_tls)
        return policy_id

    def tls_listeners(self) -> list[TlsListener]:
        """Return every HTTPS listener."""
        return [
            TlsListener(
                listener.load_balancer_id,
                listener.port,
                self.load_balancers[listener.load_balancer_id].address,
                listener.status,
            )
            for listener in self.listeners.by_address.values()
            if listener.protocol == "https"
        ]

    def shown(self, load_balancer_id: str, port: int) -> Shown | None:
        """Return what a client is shown there, None when nothing listens: extension domains show under that name only.

        While a change is being made, it is still what was shown before.
        """
        listener = self.listeners.by_address.get((load_balancer_id, port))
        if listener is None or listener.protocol != "https" or not listener.is_up:
            return None
        settings, extensions = listener.applied
        client_ca = self.certificates.ca.get(settings.get("CACertificateId", ""))
        return Shown(
            default=self._chain(settings["ServerCertificateId"]),
            additional=tuple(
                self._chain(extension.server_certificate_id, extension.domain) for extension in extensions.values()
            ),
            client_ca_pem=client_ca.chain.pem if client_ca else None,
            minimum_tls=self.tls_policies.minimum_tls(settings["TLSCipherPolicy"]),
        )

    def _chain(self, certificate_id: str, domain: str = "") -> Chain:
        certificate = self.certificates.server[certificate_id]
        chain = Chain.of_pem(certificate.chain.pem, certificate.key_pem)
        return Chain(chain.pem, chain.key_pem, (domain.lower(),), chain.kind) if domain else chain

    def _all_listeners(self) -> list[Listener]:
        return list(self.listeners.by_address.values())

    def _is_certificate_used(self, certificate_id: str) -> bool:
        return any(certificate_id in listener.certificates() for listener in self.listeners.by_address.values())

    def _next_address(self, address_type: str) -> str:
        network = "203.0.113" if address_type == "internet" else "10.1.0"
        return f"{network}.{len(self.load_balancers) + 1}"

    def _tell(self) -> None:
        for listener in self.on_change:
            listener()
