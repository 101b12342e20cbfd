"""The account that the tests of ALB begin with."""

import pytest

from fakecloud.world import World
from tests.fakecloud.alb.scene import Scene


@pytest.fixture
def scene(world: World) -> Scene:
    """A Standard load balancer and a server group in a virtual World."""
    return Scene.of(world)
