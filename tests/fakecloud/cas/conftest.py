"""CAS in process, called as the account."""

import httpx
import pytest

from fakecloud import authority
from fakecloud.authority import Issued
from fakecloud.world import ACCESS_KEY_ID, World
from tests.fakecloud.rpc.calling import Caller


@pytest.fixture
def call(client: httpx.Client, world: World) -> Caller:
    return Caller(client, "cas", world.identities[ACCESS_KEY_ID])


@pytest.fixture(scope="session")
def intermediate() -> Issued:
    """root -> intermediate, both on P-256."""
    return authority.intermediate_ca(issuer=authority.root_ca())


@pytest.fixture(scope="session")
def leaf(intermediate: Issued) -> Issued:
    """root -> intermediate -> leaf with an RSA key, for two names."""
    return authority.leaf(issuer=intermediate, names=("shop.example", "*.shop.example"), key="rsa-2048")


@pytest.fixture(scope="session")
def chain_pem(leaf: Issued, intermediate: Issued) -> str:
    return (leaf.pem + intermediate.pem).decode()
