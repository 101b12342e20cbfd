"""A runner in process, and a shorthand that deploys functions with all that their triggers need."""

from collections.abc import Callable, Iterator

import pytest

from fakecloud.fc.function import Function
from fakecloud.world import World
from tests.fakecloud.fc.helpers import RecordingRunner, make_template

Deploy = Callable[..., None]


@pytest.fixture
def runner(world: World) -> RecordingRunner:
    return RecordingRunner(world.clock.now)


@pytest.fixture
def deploy(world: World, runner: RecordingRunner) -> Iterator[Deploy]:
    def put(*functions: Function) -> None:
        template = make_template(*functions)
        world.fc.create_resources(template)
        world.fc.deploy(template, runner)

    yield put
    world.fc.stop()
