"""One server for all of a module's tests, each of which begins with a new World."""

from collections.abc import Iterator

import pytest

from fakecloud.app import App
from fakecloud.server import Server
from fakecloud.world import World


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(App(World())) as server:
        yield server


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """A new World whose time stands still; the server's, where the test has a server."""
    if "server" not in request.fixturenames:
        return World()
    server: Server = request.getfixturevalue("server")
    return server.app.reset()
