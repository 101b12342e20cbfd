"""CLB in process with one instance and one certificate, called as the account."""

from typing import Any

import httpx
import pytest

from fakecloud import authority
from fakecloud.authority import Issued
from fakecloud.clb.resources import LoadBalancer
from fakecloud.world import ACCESS_KEY_ID, World
from tests.fakecloud.rpc.calling import Caller

REGION = "cn-hangzhou"


def with_colons(digest: str) -> str:
    """Write a fingerprint as CLB does."""
    return ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))


class RegionalCaller(Caller):
    """Says the region in every call, as the shared endpoint wants it."""

    def send(self, action: str, parameters: Any = None, **more: Any) -> httpx.Response:
        return super().send(action, {"RegionId": REGION, **(parameters or {}), **more})


@pytest.fixture
def call(client: httpx.Client, world: World) -> RegionalCaller:
    return RegionalCaller(client, "clb", world.identities[ACCESS_KEY_ID])


@pytest.fixture
def instance(world: World) -> LoadBalancer:
    """An instance of guaranteed performance."""
    return world.clb.create_load_balancer("web")


@pytest.fixture(scope="session")
def root() -> Issued:
    return authority.root_ca()


@pytest.fixture(scope="session")
def leaf(root: Issued) -> Issued:
    """root -> leaf with an RSA key, for two names."""
    return authority.leaf(issuer=root, names=("shop.example", "*.shop.example"), key="rsa-2048")


@pytest.fixture(scope="session")
def elliptic_leaf(root: Issued) -> Issued:
    """root -> leaf with an elliptic-curve key: not for CLB."""
    return authority.leaf(issuer=root, names=("shop.example",))


@pytest.fixture
def content(leaf: Issued) -> dict[str, Any]:
    """What an upload by content sends."""
    return {
        "ServerCertificate": leaf.pem.decode(),
        "PrivateKey": leaf.traditional_key_pem.decode(),
        "ServerCertificateName": "shop",
    }


@pytest.fixture
def certificate_id(call: RegionalCaller, content: dict[str, Any]) -> str:
    return str(call("UploadServerCertificate", content)["ServerCertificateId"])


@pytest.fixture
def settings(instance: LoadBalancer, certificate_id: str) -> dict[str, Any]:
    """What creating a listener sends at the least."""
    return {
        "LoadBalancerId": instance.load_balancer_id,
        "ListenerPort": 443,
        "Bandwidth": -1,
        "BackendServerPort": 80,
        "HealthCheck": "off",
        "ServerCertificateId": certificate_id,
    }


@pytest.fixture
def at(instance: LoadBalancer) -> dict[str, Any]:
    """The listener's address."""
    return {"LoadBalancerId": instance.load_balancer_id, "ListenerPort": 443}


@pytest.fixture
def running(call: RegionalCaller, settings: dict[str, Any], at: dict[str, Any], world: World) -> dict[str, Any]:
    """A running listener: its address."""
    call("CreateLoadBalancerHTTPSListener", settings)
    call("StartLoadBalancerListener", at)
    world.advance(world.timing.clb_starting)
    return at


@pytest.fixture
def ca_id(call: RegionalCaller, root: Issued) -> str:
    return str(call("UploadCACertificate", CACertificate=root.pem.decode())["CACertificateId"])
