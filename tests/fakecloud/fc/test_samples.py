"""The sample events below events/ and those that fakecloud hands over have the same shape."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakecloud.fc.function import OssTrigger, QueueTrigger, TimerTrigger, Trigger
from fakecloud.oss.objects import Properties
from fakecloud.world import World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import RecordingRunner, make_function, queue_trigger

EVENTS = Path(__file__).parents[3] / "events"


def shape(document: Any) -> Any:
    """Return *document* with every value replaced by the name of its type."""
    if isinstance(document, dict):
        return {name: shape(value) for name, value in document.items()}
    if isinstance(document, list):
        return [shape(value) for value in document]
    return type(document).__name__


def send_two(world: World) -> None:
    for body in (b"{}", b"{}"):
        world.mns.queues["jobs"].send(base64.b64encode(body).decode())


def send_one(world: World) -> None:
    world.mns.queues["jobs"].send(base64.b64encode(b"{}").decode())


def put(world: World) -> None:
    world.oss.put_object("drops", "certs/shop/fullchain.pem", b"pem")


def put_with_meta(world: World) -> None:
    properties = Properties(meta={"uploaded-by": "certbot"})
    world.oss.put_object("drops", "certs/shop/privkey.pem", b"pem", properties=properties)


CREATED = OssTrigger("in", "drops", ("oss:ObjectCreated:*",))


@pytest.mark.parametrize(
    ("case", "trigger", "cause"),
    [
        ("oss/put", CREATED, put),
        ("oss/put-key", CREATED, put_with_meta),
        ("timer/every-minute", TimerTrigger("every-minute", "@every 1m"), lambda _: None),
        ("timer/with-payload", TimerTrigger("every-minute", "@every 1m", payload="p"), lambda _: None),
        ("mns-queue/array", queue_trigger(), send_two),
        ("mns-queue/array-base64", queue_trigger(decode_base64=False), send_two),
        ("mns-queue/one-request-for-a-drop", queue_trigger(), send_one),
        ("mns-queue/raw-data", queue_trigger(raw_data=True), send_two),
        ("mns-queue/single-object", QueueTrigger("jobs", "jobs", streaming=False), send_one),
    ],
)
def test_fakecloud_delivers_what_the_sample_shows(
    world: World, deploy: Deploy, runner: RecordingRunner, case: str, trigger: Trigger, cause: Callable[[World], None]
) -> None:
    deploy(make_function("work", trigger))

    cause(world)
    world.advance(60)

    assert shape(runner.events[0]) == shape(json.loads((EVENTS / f"{case}.json").read_text()))
