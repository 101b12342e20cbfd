"""A runner in process, and a shorthand that deploys functions with all that their triggers need."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakecloud.fc.function import Function
from fakecloud.mns.models import Queue
from fakecloud.world import World
from tests.fakecloud.fc.helpers import RecordingRunner, make_template
from tests.fakecloud.fc.project import Project

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


@pytest.fixture
def queue(world: World) -> Queue:
    """The queue that triggers read here."""
    return world.mns.create_queue("jobs")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path)
    yield project
    project.runner.stop()
