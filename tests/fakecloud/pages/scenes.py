"""What a page's calls need to be there: instances, certificates, groups; made when a call first names them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from fakecloud import authority
from fakecloud.alb.changes import Changes as ListenerChanges
from fakecloud.alb.resources import Listener, LoadBalancer, Protocol
from fakecloud.authority import Issued
from fakecloud.clb.certificates import Label
from fakecloud.clb.resources import LoadBalancer as ClbInstance
from fakecloud.world import World
from tests.fakecloud.pages.cases import Changes
from tests.fakecloud.pages.page import Value

BLANK = re.compile(r"<(\w+)(?::(\d+))?>")
GROUP, TAGS = "rg-shop", (("env", "prod"),)
BASES: Mapping[str, Mapping[str, Value]] = {
    "CreateListener": {
        "LoadBalancerId": "<load_balancer>",
        "ListenerProtocol": "HTTPS",
        "ListenerPort": 443,
        "Certificates.1.CertificateId": "<certificate:1>",
        "DefaultActions.1.Type": "ForwardGroup",
        "DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId": "<server_group:1>",
    },
    "AssociateAdditionalCertificatesWithListener": {
        "ListenerId": "<listener>",
        "Certificates.1.CertificateId": "<certificate:1>",
    },
    "CreateLoadBalancerHTTPSListener": {
        "RegionId": "cn-hangzhou",
        "LoadBalancerId": "<load_balancer>",
        "Bandwidth": -1,
        "ListenerPort": 443,
        "BackendServerPort": 80,
        "HealthCheck": "off",
        "ServerCertificateId": "<server_certificate>",
    },
    "UploadCACertificate": {"RegionId": "cn-hangzhou", "CACertificate": "<ca_pem>"},
    "DescribeServerCertificates": {"RegionId": "cn-hangzhou"},
}


@cache
def root() -> Issued:
    return authority.root_ca()


@cache
def issue(number: int) -> Issued:
    return authority.leaf(issuer=root(), names=(f"n{number}.example",))


@cache
def issue_rsa() -> Issued:
    return authority.leaf(issuer=root(), names=("shop.example", "*.shop.example"), key="rsa-2048")


def change(base: Mapping[str, Value], changes: Changes) -> dict[str, Value]:
    """Return the flat parameters *base* as changed; a name takes the place of what is below it, None removes both."""
    flat = dict(base)
    for name, value in changes.items():
        flat = {path: told for path, told in flat.items() if path != name and not path.startswith(name + ".")}
        if value is not None:
            flat[name] = value
    return flat


class Scene:
    """What the calls of one page need; *options* are of its load balancer."""

    def __init__(self, world: World, product: str, action: str, **options: Any) -> None:
        self.world = world
        self.product = product
        self.action = action
        self._options = options
        self._made: dict[str, str] = {}

    def call(self, changes: Changes | None = None) -> dict[str, Value]:
        """Return a good call's flat parameters as changed, with every `<blank>` filled in."""
        flat = change(BASES[self.action], changes or {})
        return {name: self.fill(value) if isinstance(value, str) else value for name, value in flat.items()}

    def fill(self, text: str) -> str:
        """Return *text*, or the id of what it asks for; the same is made once."""
        match = BLANK.fullmatch(text)
        if match is None:
            return text
        if text not in self._made:
            makers = cast("Any", self)
            self._made[text] = getattr(makers, f"_{self.product}_{match[1]}")(int(match[2] or 1))
        return self._made[text]

    # ALB

    @property
    def instance(self) -> LoadBalancer:
        """The page's ALB instance."""
        return self.world.alb.load_balancers[self.fill("<load_balancer>")]

    @property
    def listener(self) -> Listener:
        """The page's ALB listener."""
        return self.world.alb.listeners[self.fill("<listener>")]

    def add_listener(self, port: int, protocol: Protocol, *, settle: bool = True, **changes: Any) -> Listener:
        """Make a listener of the page's instance, Running unless it is not to *settle*."""
        if protocol != "HTTP":
            changes.setdefault("default_certificate", self.fill("<certificate:99>"))
        changes.setdefault("server_groups", (self.fill("<server_group:1>"),))
        load_balancer = changes.pop("load_balancer", self.instance)
        made, _ = self.world.alb.create_listener(load_balancer.id, protocol, port, ListenerChanges(**changes))
        if settle:
            self.world.advance(60)
        return made

    def _alb_load_balancer(self, _: int) -> str:
        return self.world.alb.create_load_balancer(**self._options).id

    def _alb_server_group(self, _: int) -> str:
        return self.world.alb.create_server_group().id

    def _alb_certificate(self, number: int) -> str:
        issued, kept = issue(number), len(self.world.cas.certificates)
        cas = self.world.cas
        return cas.upload_user_certificate(f"c{kept}", issued.pem.decode(), issued.key_pem.decode()).cert_identifier

    def _alb_ca_certificate(self, _: int) -> str:
        return self.world.alb.create_ca_certificate(root().pem.decode()).id

    def _alb_listener(self, _: int) -> str:
        return self.add_listener(443, "HTTPS").id

    def _alb_quic_listener(self, _: int) -> str:
        return self.add_listener(443, "QUIC").id

    # CLB

    @property
    def clb_instance(self) -> ClbInstance:
        """The page's CLB instance."""
        return self.world.clb.load_balancers[self.fill("<load_balancer>")]

    def _clb_load_balancer(self, _: int) -> str:
        return self.world.clb.create_load_balancer(**self._options).load_balancer_id

    def _clb_server_certificate(self, _: int) -> str:
        leaf, label = issue_rsa(), Label("shop", GROUP, TAGS)
        pem, key = leaf.pem.decode(), leaf.traditional_key_pem.decode()
        kept = self.world.clb.certificates.upload_server_certificate(self.world.region, pem, key, label)
        return kept.certificate_id

    def _clb_ca_certificate(self, _: int) -> str:
        pem = root().pem.decode()
        return self.world.clb.certificates.upload_ca_certificate(self.world.region, pem, Label()).certificate_id

    def _clb_ca_pem(self, _: int) -> str:
        return root().pem.decode()

    def _clb_vserver_group(self, _: int) -> str:
        return next(iter(self.clb_instance.vserver_groups))

    def _clb_acl(self, _: int) -> str:
        return self.world.clb.create_access_control_list()
