from datetime import timedelta

import httpx
import pytest

from fakecloud.app import App
from fakecloud.world import World
from tests.fakecloud.signing import OssAuth


def test_the_clock_is_shown_and_advanced_past_everything_on_the_way(client: httpx.Client, world: World) -> None:
    start, seen = world.clock.now(), []
    world.after(10, "ten", lambda: world.after(10, "twenty", lambda: seen.append(world.clock.now())))
    assert client.get("/_fakecloud/clock").json() == {"now": start.isoformat()}
    answer = client.post("/_fakecloud/clock", json={"advance": 60.5})
    assert answer.json() == {"now": (start + timedelta(seconds=60.5)).isoformat()}
    assert seen == [start + timedelta(seconds=20)]


@pytest.mark.parametrize("body", ['{"advance": -1}', '{"advance": "x"}', '{"advance": true}', "{}", "[]", "x"])
def test_a_wrong_advance_is_explained(client: httpx.Client, body: str) -> None:
    answer = client.post("/_fakecloud/clock", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("the body should be")


def test_a_reset_puts_a_new_world_in_place(client: httpx.Client, app: App, world: World) -> None:
    world.oss.create_bucket("b")
    world.after(10, "old", lambda: None)
    assert client.post("/_fakecloud/reset").json() == {"status": "reset"}
    assert app.world is not world
    assert app.world.oss.buckets == {}
    assert world.agenda.next_due() is None
    assert client.get("/b/", auth=OssAuth()).status_code == 404


def test_a_reset_uses_the_maker_it_was_given(world: World) -> None:
    fresh = World(region="cn-shanghai")
    app = App(world, renew=lambda: fresh)
    assert app.reset() is fresh
    assert app.world is fresh


def test_it_is_said_which_of_several_certificates_is_shown(client: httpx.Client, world: World) -> None:
    assert client.get("/_fakecloud/selection").json() == {"order": "newest"}
    assert client.post("/_fakecloud/selection", json={"order": "oldest"}).json() == {"order": "oldest"}
    assert world.selection.order == "oldest"
    assert client.post("/_fakecloud/selection", json={"order": "best"}).status_code == 400


def test_faults_are_ordered_shown_and_cleared(client: httpx.Client, world: World) -> None:
    order = {"service": "oss", "action": "PutObject", "kind": "lost", "times": 2}
    assert client.post("/_fakecloud/faults", json=order).json()["times"] == 2
    assert [fault["kind"] for fault in client.get("/_fakecloud/faults").json()] == ["lost"]
    assert client.delete("/_fakecloud/faults").json() == []
    assert world.faults.orders == []


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"sevice": "oss"}, "a fault has no sevice"),
        ({"times": "2"}, "times should be of type int"),
        ({"times": 0}, "times 1 or more"),
        ({"kind": "slow"}, "kind should be one of error, lost"),
    ],
)
def test_a_wrong_order_is_explained(client: httpx.Client, order: dict[str, object], reason: str) -> None:
    answer = client.post("/_fakecloud/faults", json=order)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]


def test_calls_are_told_in_order_from_any_number_on(client: httpx.Client, world: World) -> None:
    world.oss.create_bucket("b")
    client.put("/b/one", content=b"1", auth=OssAuth())
    client.get("/b/two", auth=OssAuth())
    calls = client.get("/_fakecloud/calls").json()
    assert [(call["action"], call["resource"], call["code"]) for call in calls] == [
        ("PutObject", "b/one", ""),
        ("GetObject", "b/two", "NoSuchKey"),
    ]
    assert [call["number"] for call in client.get("/_fakecloud/calls?since=1&service=oss").json()] == [2]
    assert client.get("/_fakecloud/calls?service=mns").json() == []
    assert client.get("/_fakecloud/calls?since=x").status_code == 400


def test_listeners_are_those_of_the_data_plane(client: httpx.Client, app: App) -> None:
    assert client.get("/_fakecloud/listeners").json() == []
    app.list_listeners = lambda: [{"service": "alb", "port": 443}]
    assert client.get("/_fakecloud/listeners").json() == [{"service": "alb", "port": 443}]


def test_what_is_not_there_says_so(client: httpx.Client) -> None:
    assert client.get("/_fakecloud/nothing").status_code == 404
    assert client.delete("/_fakecloud/clock").status_code == 405
