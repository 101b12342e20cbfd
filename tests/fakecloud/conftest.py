"""What the tests of fakecloud share: a virtual World, a client in process, and a real server on loopback."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from fakecloud.app import App
from fakecloud.clock import RunningClock
from fakecloud.server import Server
from fakecloud.world import World


@pytest.fixture
def world() -> World:
    """A World whose time stands still until it is advanced."""
    return World()


@pytest.fixture
def app(world: World) -> App:
    return App(world)


@pytest.fixture
def client(app: App) -> Iterator[httpx.Client]:
    """A client in process; signs nothing."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://fakecloud") as client:
        yield client


@pytest.fixture
def start_server() -> Iterator[Callable[..., Server]]:
    """Starts servers on free ports, each over the World given, and stops them at the end."""
    servers: list[Server] = []

    def start(world: World | None = None) -> Server:
        server = Server(App(world or World(clock=RunningClock())))
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    """A running server; its World is `server.app.world`, its time runs."""
    return start_server()
