"""Waiting for the functions: never for ever, and not a moment longer than there is hope."""

import json
from datetime import datetime, timedelta, timezone
from io import StringIO
from typing import Any, cast

import pytest

from demo import following
from demo.cloud import Cloud
from demo.errors import DemoError
from demo.following import Follower
from demo.screen import Screen

START = datetime(2026, 11, 22, tzinfo=timezone.utc)


class CloudDouble:
    """A cloud whose functions log what they are told to, one run at each look."""

    def __init__(self, *logs: dict[str, Any]) -> None:
        self.waiting = list(logs)
        self.ticks = 0
        self.looks = 0

    def now(self) -> datetime:
        return START

    def runs(self, since: int) -> list[dict[str, Any]]:
        self.looks += 1
        if not self.waiting:
            return []
        line = {"time": (START + timedelta(seconds=2.5)).isoformat(), "level": "info", **self.waiting.pop(0)}
        run = {"number": since + 1, "function": "f", "request_id": "tick", "started": START.isoformat()}
        return [{**run, "error_type": None, "log": json.dumps(line)}]

    def read(self, key: str) -> Any:
        if key != "state/bundles/0123456789abcdef.json":
            return None
        return {"key_kind": "ec", "names": ["a.example", "b.example"], "not_after": "2027-02-19T00:00:00Z"}

    def invoke_poller(self) -> str:
        self.ticks += 1
        return "tick"


SERVED = {"drop": "shop", "target": "main", "listener": "alb.alb-1.443", "slot": "default", "code": "", "message": ""}
LEFT = {"event": "item", "reconcile": "drop/shop", "result": "left", "reason": "busy"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(following, "TICK_AFTER", 0.0)


def follow(cloud: CloudDouble) -> tuple[Follower, StringIO]:
    stream = StringIO()
    return Follower(cast(Cloud, cloud), Screen(stream)), stream


def test_waiting_ends_when_the_promise_is_kept() -> None:
    cloud = CloudDouble(LEFT, {"event": "deployment-served", **SERVED})
    follower, stream = follow(cloud)

    follower.wait(lambda: ("shop", "main") in follower.served, "shop is served", 5)

    assert follower.served == {("shop", "main"): 2.5}
    assert "   2.5 s  f " in stream.getvalue()
    assert cloud.ticks > 0


def test_waiting_has_an_end() -> None:
    follower, _ = follow(CloudDouble())

    with pytest.raises(DemoError, match="shop is served did not come to pass within 0 s"):
        follower.wait(lambda: False, "shop is served", 0.05)


def test_a_trouble_ends_the_wait_at_once_and_its_lines_are_kept() -> None:
    follower, _ = follow(CloudDouble(LEFT, {**LEFT, "result": "refused", "findings": ["expired"], "reason": ""}))

    with pytest.raises(DemoError, match="shop is served did not come to pass; f says: shop is refused: expired"):
        follower.wait(lambda: False, "shop is served", 60)
    assert [line.split(" ", 1)[1] for line in follower.lines] == [
        " item reconcile=drop/shop result=left reason=busy",
        " item reconcile=drop/shop result=refused findings=['expired']",
    ]


def test_what_is_waited_for_is_told_once_until_the_user_acts_again() -> None:
    follower, stream = follow(CloudDouble(LEFT, LEFT, LEFT))

    follower.follow()
    follower.follow()
    follower.tell("PUT more")
    follower.follow()

    assert [line[37:] for line in stream.getvalue().splitlines()] == ["shop: busy", "PUT more", "shop: busy"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("certdrop-a.example-0123456789abcdef", ["accepted shop: EC, until 2027-02-19", "a.example b.example"]),
        ("certdrop-a.example-ffffffffffffffff", ["accepted shop: certdrop-a.example-ffffffffffffffff"]),
    ],
)
def test_an_accepted_certificate_is_described_by_what_the_functions_found(name: str, what: list[str]) -> None:
    accepted = {**LEFT, "result": "accepted", "imported": True, "certificate": name}
    follower, stream = follow(CloudDouble(accepted))

    follower.follow()

    assert [line[37:] for line in stream.getvalue().splitlines()] == [*what, f"imported into CAS as {name}"]
