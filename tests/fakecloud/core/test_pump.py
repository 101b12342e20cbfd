import threading

import pytest

from fakecloud.server import Server
from tests.fakecloud import plain


def test_what_is_planned_happens_in_its_time(server: Server) -> None:
    happened = threading.Event()
    with server.app.world.lock:
        server.app.world.after(0.05, "soon", happened.set)
    assert happened.wait(5)


def test_something_sooner_wakes_the_pump_that_waits_for_something_late(server: Server) -> None:
    late, soon = threading.Event(), threading.Event()
    with server.app.world.lock:
        server.app.world.after(3600, "late", late.set)
        server.app.world.after(0.05, "soon", soon.set)
    assert soon.wait(5)
    assert not late.is_set()


def test_a_clock_that_is_advanced_wakes_the_pump_too(server: Server) -> None:
    late = threading.Event()
    with server.app.world.lock:
        server.app.world.after(3600, "late", late.set)
    plain.post(f"{server.url}/_fakecloud/clock", json={"advance": 3601})
    assert late.wait(5)


def test_a_thing_that_breaks_does_not_stop_time(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    happened = threading.Event()

    def break_down() -> None:
        raise RuntimeError("broken")

    with server.app.world.lock:
        server.app.world.after(0, "broken", break_down)
        server.app.world.after(0.01, "next", happened.set)
    assert happened.wait(5)
    assert "RuntimeError: broken" in caplog.text


def test_after_a_reset_the_pump_serves_the_new_world(server: Server) -> None:
    old, happened = server.app.world, threading.Event()
    with old.lock:
        old.after(3600, "forgotten", happened.set)
    plain.post(f"{server.url}/_fakecloud/reset")
    assert server.app.world is not old
    assert old.agenda.next_due() is None
    with server.app.world.lock:
        server.app.world.after(0.05, "new", happened.set)
    assert happened.wait(5)
