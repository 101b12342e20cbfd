"""A small account for the tests of ALB: a load balancer, a server group, certificates in CAS, calls without HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from fakecloud.alb.changes import Changes
from fakecloud.alb.inventory import VPC
from fakecloud.alb.models import Alb
from fakecloud.alb.resources import CaCertificate, Listener
from fakecloud.alb.responses import service
from fakecloud.authority import Issued, intermediate_ca, leaf, root_ca
from fakecloud.rpc.operation import RpcCall, RpcError
from fakecloud.rpc.parameters import read_parameters
from fakecloud.world import World

ROOT = root_ca()
INTERMEDIATE = intermediate_ca(issuer=ROOT)


@cache
def issue(name: str) -> Issued:
    return leaf(issuer=INTERMEDIATE, names=(name,))


@dataclass
class Scene:
    """One load balancer and one server group of *world*."""

    world: World
    load_balancer_id: str
    server_group_id: str

    @classmethod
    def of(cls, world: World, **options: Any) -> "Scene":
        """Make the scene; *options* are of the load balancer."""
        load_balancer = world.alb.create_load_balancer(**options)
        group = world.alb.create_server_group(vpc=options.get("vpc", VPC))
        return cls(world, load_balancer.id, group.id)

    @property
    def alb(self) -> Alb:
        return self.world.alb

    def certificate(self, name: str = "shop.example") -> str:
        """Upload a certificate for *name* and return the id that ALB knows."""
        issued = issue(name)
        number = len(self.world.cas.certificates)
        chain = (issued.pem + INTERMEDIATE.pem).decode()
        kept = self.world.cas.upload_user_certificate(f"{number}-{name}", chain, issued.key_pem.decode())
        return kept.cert_identifier

    def certificates(self, count: int) -> list[str]:
        return [self.certificate(f"n{number}.example") for number in range(count)]

    def create(self, port: int = 443, protocol: Any = "HTTPS", **changes: Any) -> Listener:
        """Create a listener with a certificate of its own unless one is named; it is left as it begins."""
        if protocol != "HTTP" and "default_certificate" not in changes:
            changes["default_certificate"] = self.certificate()
        changes.setdefault("server_groups", (self.server_group_id,))
        listener, _ = self.alb.create_listener(self.load_balancer_id, protocol, port, Changes(**changes))
        return listener

    def run(self, port: int = 443, protocol: Any = "HTTPS", **changes: Any) -> Listener:
        """Create a listener and wait until it is Running."""
        listener = self.create(port, protocol, **changes)
        self.settle()
        return listener

    def associate(self, listener: Listener, certificate_ids: Sequence[str]) -> None:
        """Associate certificates and wait until it is done."""
        self.alb.associate_additional_certificates_with_listener(listener.id, certificate_ids)
        self.settle()

    def authority(self) -> CaCertificate:
        """Keep a CA certificate for mutual authentication."""
        return self.alb.create_ca_certificate(ROOT.pem.decode())

    def status(self, listener: Listener) -> str:
        """Return the listener's status of now."""
        return listener.status

    def settle(self) -> None:
        """Let every job end."""
        self.world.advance(60)

    def call(self, action: str, **flat: Any) -> Mapping[str, Any]:
        """Call an operation with flat parameters as on the wire, `__` for a dot, past the gateway's signatures."""
        pairs = [(name.replace("__", "."), str(value)) for name, value in flat.items()]
        alb = service(self.world)
        operation = alb.operations[action]
        sent = read_parameters(pairs, operation.parameters, alb.explain)
        identity = next(iter(self.world.identities.values()))
        return operation.handler(RpcCall(identity, self.world.region, sent, "00000000", action))

    def listener_parameters(self, **more: Any) -> dict[str, Any]:
        """Return what CreateListener needs on the wire for HTTPS on 443, and *more*; None takes one away."""
        flat = {
            "LoadBalancerId": self.load_balancer_id,
            "ListenerProtocol": "HTTPS",
            "ListenerPort": 443,
            "Certificates__1__CertificateId": self.certificate(),
            "DefaultActions__1__Type": "ForwardGroup",
            "DefaultActions__1__ForwardGroupConfig__ServerGroupTuples__1__ServerGroupId": self.server_group_id,
            **more,
        }
        return {name: value for name, value in flat.items() if value is not None}


def refused(code: str, status: int = 400) -> Any:
    """Expect a refusal with *code* and *status*."""
    return pytest.raises(RpcError, check=lambda error: (error.code, error.status) == (code, status))
