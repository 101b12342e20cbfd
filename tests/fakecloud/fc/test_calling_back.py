"""Functions in processes call back into the server that runs them; nothing waits for anything for ever."""

import base64
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakecloud.fc.function import OssTrigger, TimerTrigger
from fakecloud.fc.instances import SubprocessRunner
from fakecloud.server import Server
from fakecloud.world import World
from tests.fakecloud import plain
from tests.fakecloud.fc.helpers import make_function, make_template, queue_trigger
from tests.fakecloud.fc.project import wait_until
from tests.fakecloud.fc.signing import FcAuth

pytestmark = pytest.mark.slow

# An unsigned request is refused, which takes the World's lock as any other.
NAME = "work"
HANDLER = """
import os, urllib.error, urllib.request
def handler(event, context):
    try:
        urllib.request.urlopen(os.environ["CERTDROP_ENDPOINT"] + "/drops/answer", timeout=20)
    except urllib.error.HTTPError as error:
        return str(error.code)
"""


@pytest.fixture
def world(server: Server, tmp_path: Path) -> Iterator[World]:
    """A World with a function that every kind of trigger sets off."""
    world = server.app.world
    (tmp_path / "functions" / "work").mkdir(parents=True)
    (tmp_path / "functions" / "work" / "handler.py").write_text(HANDLER)
    triggers = (
        OssTrigger("in", "drops", ("oss:ObjectCreated:*",)),
        TimerTrigger("hourly", "@every 1h"),
        queue_trigger(batch_seconds=0),
    )
    template = make_template(make_function("work", *triggers, environment={"CERTDROP_ENDPOINT": server.url}))
    world.fc.create_resources(template)
    world.fc.deploy(template, SubprocessRunner(tmp_path))
    yield world
    world.fc.stop()


def ends_of(world: World) -> list[str | None]:
    return [run.error_type for run in world.fc.logs("work")]


def test_a_synchronous_invocation_over_http_calls_back(world: World, server: Server) -> None:
    path = f"/2016-08-15/services/any/functions/{NAME}/invocations"

    response = plain.post(server.url + path, content=b"{}", auth=FcAuth(), timeout=30)

    assert (response.status_code, response.content) == (200, b"403")
    assert ends_of(world) == [None]


def test_every_trigger_sets_off_a_function_that_calls_back(world: World, server: Server) -> None:
    with world.lock:
        world.oss.put_object("drops", "x", b"x")
        world.mns.queues["jobs"].send(base64.b64encode(b"{}").decode())
    advance(server, 10)

    wait_until(lambda: len(ends_of(world)) == 2)
    wait_until(
        lambda: world.mns.queues["jobs"].count() == (0, 0, 0)
    )  # deleted after the run: an hour would show it again
    advance(server, 3600)
    wait_until(lambda: len(ends_of(world)) == 3)
    assert ends_of(world) == [None] * 3


def advance(server: Server, seconds: int) -> None:
    """Let World time pass."""
    response = plain.post(f"{server.url}/_fakecloud/clock", json={"advance": seconds}, timeout=30)
    assert response.status_code == 200


def test_stopping_in_the_midst_of_many_runs_leaves_no_thread(world: World) -> None:
    for _ in range(20):
        world.fc.invoke_async("work", b"{}")
    wait_until(lambda: world.fc.running > 0)

    world.fc.stop()

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fakecloud-fc")]


def test_a_reset_forgets_the_functions(world: World, server: Server) -> None:
    world.fc.stop()

    plain.post(f"{server.url}/_fakecloud/reset", timeout=30).raise_for_status()

    assert server.app.world.fc.functions == {}
