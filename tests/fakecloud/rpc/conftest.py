"""A gateway in process with one made-up product behind it."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from fakecloud.app import read_request
from fakecloud.rpc.gateway import Gateway
from fakecloud.rpc.operation import CLIENT_TOKEN, Operation, Parameter, RpcCall, RpcError, RpcService, index
from fakecloud.world import ACCESS_KEY_ID, World
from tests.fakecloud.rpc.calling import Caller


class Shop:
    """A product that remembers how often it was asked to do something."""

    def __init__(self) -> None:
        self.made: list[RpcCall] = []

    def make(self, call: RpcCall) -> dict[str, Any]:
        if call.parameters["Name"] == "forbidden":
            raise RpcError(403, "Forbidden.Thing", "not this one", {"AccessDeniedDetail": {"AuthAction": "shop:Make"}})
        self.made.append(call)
        return {"Number": len(self.made)}

    def look(self, call: RpcCall) -> dict[str, Any]:
        return {"Region": call.region, "Parameters": dict(call.parameters), "Role": call.identity.role}

    def service(self) -> RpcService:
        make = (Parameter("Name", required=True), Parameter("Tag", "list", members=(Parameter("Key"),)), CLIENT_TOKEN)
        look = (Parameter("Number", "integer"),)
        operations = index(
            Operation("Make", make, self.make, mutating=True, resource="Name"), Operation("Look", look, self.look)
        )
        return RpcService("clb", "2014-05-15", operations, shared_host="slb.aliyuncs.com")


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def client(world: World, shop: Shop) -> Iterator[httpx.Client]:
    gateway = Gateway(world, [shop.service()])

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        response = gateway.handle(read_request(environ))
        start_response(f"{response.status} -", list(response.headers.items()))
        return [response.body]

    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://fakecloud") as client:
        yield client


@pytest.fixture
def call(client: httpx.Client, world: World) -> Caller:
    """Calls the shop as the account."""
    return Caller(client, "clb", world.identities[ACCESS_KEY_ID])
