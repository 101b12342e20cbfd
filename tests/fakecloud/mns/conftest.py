"""A queue, and a client in process that signs."""

from collections.abc import Iterator

import httpx
import pytest

from fakecloud.app import App
from fakecloud.mns.models import Queue
from fakecloud.world import World
from tests.fakecloud.signing import MnsAuth


@pytest.fixture
def queue(world: World) -> Queue:
    return world.mns.create_queue("q")


@pytest.fixture
def mns(app: App, queue: Queue) -> Iterator[httpx.Client]:
    """A signing client; there is a queue named q."""
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://fakecloud", auth=MnsAuth()) as client:
        yield client
