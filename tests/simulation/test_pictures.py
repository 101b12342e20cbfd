"""When Worlds stand alike: then histories are not played twice."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from fakecloud.app import App
from fakecloud.calls import Call
from fakecloud.http import Request, Response
from fakecloud.world import World
from tests.flows.bundles import bundle
from tests.flows.pipeline import BUCKET, Pipeline
from tests.simulation import pool
from tests.simulation.faults import Faults
from tests.simulation.pictures import take_picture
from tests.simulation.settling import Settling
from tests.simulation.simulation import Simulation
from tests.simulation.worlds import build_main_flow


def make_world(drawn_before: int = 0) -> World:
    world = World()
    world.alb.create_load_balancer()
    world.ids.hex(1 + drawn_before)
    world.oss.create_bucket(BUCKET)
    world.mns.create_queue("requests")
    world.oss.put_object(BUCKET, "state/a.json", b'{"at": "2026-11-01T00:00:00Z", "nonce": "0123456789abcdef"}')
    world.cas.upload_user_certificate("one", pool.bundle("shop").fullchain.decode(), pool.bundle("shop").key.decode())
    return world


def test_worlds_with_the_same_things_under_other_names_at_another_time_stand_alike() -> None:
    first, second = make_world(), make_world(drawn_before=100)
    second.clock.advance(5.0)
    second.oss.put_object(BUCKET, "state/a.json", b'{"at": "2026-11-01T00:00:05Z", "nonce": "fedcba9876543210"}')

    assert {*first.cas.certificates} != {*second.cas.certificates}
    assert take_picture(first) == take_picture(second)


def test_worlds_stand_alike_whatever_their_documents_tell_people() -> None:
    first, second = make_world(), make_world()
    first.oss.put_object(BUCKET, "state/end.json", b'{"code": "Strange", "message": "of \\"Get\\"", "remedy": "wait"}')
    second.oss.put_object(BUCKET, "state/end.json", b'{"code": "Strange", "message": "", "remedy": "write"}')

    assert take_picture(first) == take_picture(second)


def test_worlds_stand_alike_in_whatever_order_their_objects_came_and_whatever_pages_show() -> None:
    first, second = make_world(), make_world()
    documents = [("state/b.json", b"{}"), ("state/c.json", b"[]")]
    for world, told, ordered in ((first, b"<p>one", documents), (second, b"<p>other", documents[::-1])):
        for key, body in [*ordered, ("status/index.html", told)]:
            world.oss.put_object(BUCKET, key, body)

    assert take_picture(first) == take_picture(second)


def test_worlds_stand_alike_however_many_messages_they_had() -> None:
    first, second = make_world(), make_world()
    second.mns.queues["requests"].send("done")
    (done,) = second.mns.queues["requests"].receive()
    second.mns.queues["requests"].delete(done.receipt_handle)
    for world in (first, second):
        world.mns.queues["requests"].send("look")

    assert take_picture(first) == take_picture(second)


def test_worlds_whose_messages_wait_in_another_order_do_not_stand_alike() -> None:
    first, second = make_world(), make_world()
    for world, bodies in ((first, ("one", "other")), (second, ("other", "one"))):
        for body in bodies:
            world.mns.queues["requests"].send(body)

    assert take_picture(first) != take_picture(second)


CHANGES: dict[str, Callable[[World], object]] = {
    "another word": lambda world: world.oss.put_object(BUCKET, "state/a.json", b'{"when": "2026-11-01T00:00:00Z"}'),
    "another object": lambda world: world.oss.put_object(BUCKET, "state/b.json", b"{}"),
    "an object less": lambda world: world.oss.delete_object(BUCKET, "state/a.json"),
    "another number": lambda world: world.oss.put_object(BUCKET, "state/a.json", b'{"at": 7}'),
    "another code": lambda world: world.oss.put_object(BUCKET, "state/a.json", b'{"code": "a", "message": "b"}'),
    "a message": lambda world: world.mns.queues["requests"].send("look"),
    "a message taken": lambda world: (
        world.mns.queues["requests"].send("look"),
        world.mns.queues["requests"].receive(),
    ),
    "a certificate": lambda world: world.cas.upload_user_certificate(
        "two", pool.bundle("blog").fullchain.decode(), pool.bundle("blog").key.decode()
    ),
    "a load balancer": lambda world: world.alb.create_load_balancer(),
    "something to come": lambda world: world.after(5, "something", list),
}


@pytest.mark.parametrize("change", CHANGES)
def test_worlds_that_differ_in_one_thing_do_not_stand_alike(change: str) -> None:
    world = make_world()
    before = take_picture(world)

    CHANGES[change](world)

    assert take_picture(world) != before


def test_what_is_to_come_counts_with_what_it_is_about() -> None:
    first, second = make_world(), make_world()
    for world, event in ((first, b"one"), (second, b"two")):
        world.after(5, "an event is delivered", partial(bytes.upper, event))

    assert take_picture(first) != take_picture(second)


def test_another_state_of_a_listener_is_another_picture() -> None:
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)
    (listener,) = pipeline.world.alb.listeners.values()
    before = take_picture(pipeline.world)

    listener.status = "Configuring"

    assert take_picture(pipeline.world) != before


@pytest.mark.parametrize("service", ["alb", "clb"])
def test_a_call_that_only_reads_leaves_the_world_as_it_stood(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a death after it is the same as one before it, and is not played."""
    handle, changed = App.handle, list[Call]()

    def compare(app: App, request: Request) -> Response:
        before = take_picture(app.world)
        answer = handle(app, request)
        if take_picture(app.world) != before:
            changed.append(app.world.calls.entries[-1])
        return answer

    monkeypatch.setattr(App, "handle", compare)
    simulation = Simulation(1, Faults(random.Random()), concurrent=False)
    scenario = build_main_flow(simulation, service)
    scenario.watch.begin()
    simulation.advance(scenario.user.seconds)
    Settling(scenario).settle()

    assert [call.action for call in changed if not call.mutating] == []
    assert len(changed) > 10
