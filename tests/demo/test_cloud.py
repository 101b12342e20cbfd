"""The demo's cloud: whatever goes wrong with it is told in one sentence."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from demo import cloud as demo_cloud
from demo.cloud import HOST, MESSAGES, Cloud, running
from demo.errors import DemoError
from fakecloud.app import App
from fakecloud.clock import RunningClock
from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, World

BUCKET = "certdrop-demo"

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]


def cloud_at(port: int, *, secret: str = ACCESS_KEY_SECRET) -> Cloud:
    keys = {"access_key_id": ACCESS_KEY_ID, "access_key_secret": secret}
    return Cloud({"port": port, "bucket": BUCKET, "region": "cn-hangzhou", "resources": {}, **keys})


@pytest.mark.parametrize(
    "call",
    [lambda cloud: cloud.now(), lambda cloud: cloud.put("a", b"")],
)
def test_a_cloud_that_is_gone_is_told_so(call: Callable[[Cloud], object]) -> None:
    with socket.create_server((HOST, 0)) as server:
        closed = server.getsockname()[1]

    with pytest.raises(DemoError, match="fakecloud does not answer any more"):
        call(cloud_at(closed))


def test_refused_calls_are_told_with_the_reason() -> None:
    world = World(clock=RunningClock())
    world.oss.create_bucket(BUCKET)
    with Server(App(world)) as server:
        with pytest.raises(DemoError, match="OSS refused a call of the demo: 403 SignatureDoesNotMatch"):
            cloud_at(server.port, secret="wrong").put("a", b"")
        with pytest.raises(DemoError, match=r"Function Compute refused a call of the demo: .*job-status-poller"):
            cloud_at(server.port).invoke_poller()
        with pytest.raises(DemoError, match="alb-1 has no HTTPS listener at port 443"):
            cloud_at(server.port).tls_port("alb-1", 443)
        assert cloud_at(server.port).read("reports/shop.json") is None


@pytest.mark.slow
def test_a_cloud_that_cannot_start_is_told_with_its_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_cloud, "ROOT", tmp_path)  # where no template.yml is

    with pytest.raises(DemoError, match="fakecloud did not start: it ended with exit status 1"), running(tmp_path):
        pass
    assert "template.yml" in (tmp_path / MESSAGES).read_text()
