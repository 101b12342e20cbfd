from datetime import timedelta
from pathlib import Path

import pytest

from fakecloud.alb.changes import Changes
from fakecloud.clock import RunningClock, VirtualClock
from fakecloud.cloud import make_resources
from fakecloud.persistence import PersistenceError, load_world, save_world
from fakecloud.world import World


def keep(world: World, folder: Path) -> World:
    """Save a World, and return another one that was loaded."""
    save_world(world, folder, {"bucket": "b"})
    loaded = World(clock=RunningClock())
    assert load_world(loaded, folder) == {"bucket": "b"}
    return loaded


@pytest.fixture
def running() -> World:
    return World(clock=RunningClock())


def test_nothing_lies_in_an_empty_folder(world: World, tmp_path: Path) -> None:
    assert load_world(world, tmp_path) is None


def test_objects_and_calls_are_kept(running: World, tmp_path: Path) -> None:
    running.oss.create_bucket("b")
    running.oss.put_object("b", "k", b"hello")
    running.calls.add(service="oss", action="PutObject")
    loaded = keep(running, tmp_path / "state")
    assert loaded.oss.get_object("b", "k").body == b"hello"
    assert [call.action for call in loaded.calls.entries] == ["PutObject"]
    assert loaded.ids.hex(8) == running.ids.hex(8)
    loaded.oss.put_object("b", "other", b"1")
    assert "other" not in running.oss.buckets["b"].objects


def test_messages_go_on_where_they_were(running: World, tmp_path: Path) -> None:
    queue = running.mns.create_queue("q")
    for body, delay in (("held", 0), ("late", 3600), ("there", 0)):
        queue.send(body, delay=delay)
    queue.receive(1, visibility=1800)
    loaded = keep(running, tmp_path)
    found = loaded.mns.queues["q"]
    assert found.count() == (1, 1, 1)
    told: list[int] = []
    found.on_visible.append(lambda: told.append(1))
    loaded.run_due()
    assert len(told) == 1
    loaded.advance(1801)
    assert found.count() == (2, 0, 1)
    loaded.advance(1801)
    assert found.count() == (3, 0, 0)
    assert len(told) == 3


def test_a_listener_that_is_changing_is_brought_to_its_end(running: World, tmp_path: Path) -> None:
    make_resources(running)
    [balancer], [group] = running.alb.load_balancers, running.alb.server_groups
    changes = Changes(server_groups=(group,))
    listener, _ = running.alb.create_listener(balancer, "HTTP", 80, changes)
    assert listener.status == "Provisioning"
    loaded = keep(running, tmp_path)
    assert loaded.alb.listeners[listener.id].status == "Running"
    assert loaded.alb.jobs.world is loaded


def test_time_that_was_advanced_stays_so(running: World, tmp_path: Path) -> None:
    running.clock.advance(86400)
    loaded = keep(running, tmp_path)
    assert abs(loaded.clock.now() - running.clock.now()) < timedelta(seconds=60)


def test_only_the_owner_may_read_it(running: World, tmp_path: Path) -> None:
    keep(running, tmp_path / "state")
    assert (tmp_path / "state" / "world").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["world"]


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x80\x05}\x94."])
def test_what_cannot_be_read_is_said(running: World, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "world").write_bytes(content)
    with pytest.raises(PersistenceError, match="remove it to begin anew"):
        load_world(running, tmp_path)


def test_a_virtual_world_can_be_kept_too(world: World, tmp_path: Path) -> None:
    world.mns.create_queue("q").send("x")
    loaded = World(clock=VirtualClock())
    save_world(world, tmp_path, {})
    assert load_world(loaded, tmp_path) == {}
    assert len(loaded.mns.queues["q"].messages) == 1


def test_what_another_version_wrote_is_not_guessed_at(
    running: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("fakecloud.persistence.VERSION", 0)
        save_world(running, tmp_path, {})
    with pytest.raises(PersistenceError, match="another version"):
        load_world(running, tmp_path)
