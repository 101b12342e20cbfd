import logging
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.errors import SettingsError
from certdrop.reconcile.house import Handshake
from certdrop.runtime.machine import MachineClock, MachineIds, TlsDial, machine_sleep
from certdrop.runtime.wiring import Wiring, default_wiring, make_client
from fakecloud.authority import leaf
from tests.unit.runtime.doubles import HandClock, context_312
from tests.unit.runtime.tls_server import server_context, serving

ENVIRON = {
    "CERTDROP_BUCKET": "certdrop-drops",
    "CERTDROP_ENDPOINT": "http://127.0.0.1:1",
    "CERTDROP_DIAL": "alb.example:443=127.0.0.1:8443",
    "FC_REGION": "cn-hangzhou",
    "FC_ACCOUNT_ID": "1234567890123456",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.first",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "first-secret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "first-token",
}


@pytest.fixture
def requests() -> list[httpx.Request]:
    return []


@pytest.fixture
def client(requests: list[httpx.Request]) -> Iterator[httpx.Client]:
    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        date = "Sun, 01 Nov 2026 12:00:00 GMT"
        return httpx.Response(200, headers={"ETag": '"A"', "Date": date, "Last-Modified": date})

    with httpx.Client(transport=httpx.MockTransport(answer)) as made:
        yield made


def test_the_house_of_an_invocation_has_everything(client: httpx.Client) -> None:
    clock = HandClock()
    wiring = Wiring(ENVIRON, client, clock=clock)
    house = wiring.house(context_312(timeout="50"), "job-status-poller")
    clock.advance(10)

    assert house.function == "job-status-poller"
    assert house.settings.bucket == "certdrop-drops"
    assert house.time_left() == 40.0
    assert house.clock is clock
    assert house.ids is wiring.ids
    assert house.store.bucket == "certdrop-drops"
    assert house.store.oss is house.cloud.oss


def test_credentials_are_taken_anew_at_every_invocation(client: httpx.Client, requests: list[httpx.Request]) -> None:
    environ = dict(ENVIRON)
    wiring = Wiring(environ, client)
    wiring.house(context_312(), "f").cloud.oss.head_object("certs/shop/cert.pem")
    environ["ALIBABA_CLOUD_SECURITY_TOKEN"] = "second-token"
    wiring.house(context_312(), "f").cloud.oss.head_object("certs/shop/cert.pem")

    assert [request.headers["x-oss-security-token"] for request in requests] == ["first-token", "second-token"]


def test_the_environment_is_read_anew_at_every_invocation(client: httpx.Client) -> None:
    environ = dict(ENVIRON)
    wiring = Wiring(environ, client)
    wiring.house(context_312(), "f")
    del environ["CERTDROP_BUCKET"]

    with pytest.raises(SettingsError, match="CERTDROP_BUCKET is not set"):
        wiring.house(context_312(), "f")


def test_the_log_of_an_invocation_knows_its_secrets(client: httpx.Client, capsys: pytest.CaptureFixture[str]) -> None:
    Wiring(ENVIRON, client).house(context_312(), "f").log.info("first-secret and first-token")

    assert '"event": "[masked] and [masked]"' in capsys.readouterr().out


def test_a_dial_handed_in_is_used_as_it_is(client: httpx.Client) -> None:
    def dial(host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        return Handshake(f"{host}:{port} {server_name} {key_kind}")

    house = Wiring(ENVIRON, client, dial=dial).house(context_312(), "f")

    assert house.dial("a", 1, "b", "rsa").fingerprint == "a:1 b rsa"


def test_the_dial_of_an_instance_follows_the_settings(client: httpx.Client, tmp_path: Path) -> None:
    served = leaf()
    with serving(server_context(served, tmp_path)) as port:
        environ = {**ENVIRON, "CERTDROP_DIAL": f"alb.example:443=127.0.0.1:{port}"}
        house = Wiring(environ, client).house(context_312(), "f")

        assert isinstance(house.dial, TlsDial)
        assert house.dial("alb.example", 443, "shop.example").fingerprint == served.fingerprint


def test_an_instance_makes_one_client_and_keeps_it() -> None:
    wiring = Wiring(ENVIRON)
    own = wiring._own_client
    with own:
        assert wiring._own_client is own


def test_the_default_wiring_is_the_real_world_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    default_wiring.cache_clear()
    wiring = default_wiring()
    monkeypatch.setenv("CERTDROP_BUCKET", "set-later")

    assert default_wiring() is wiring
    assert wiring.environ["CERTDROP_BUCKET"] == "set-later"
    assert wiring.environ is os.environ
    assert isinstance(wiring.clock, MachineClock)
    assert isinstance(wiring.ids, MachineIds)
    assert wiring.sleep is machine_sleep
    assert wiring.client is None
    default_wiring.cache_clear()


class Redirecting(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name of the base class
        """Stay silent."""


@pytest.fixture
def redirecting() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Redirecting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_real_client_follows_no_redirect_and_no_proxy_of_the_environment(
    redirecting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with make_client() as real:
        answer = real.post(redirecting, content=b"a key")

    assert answer.status_code == 307


def test_the_real_client_verifies_who_it_talks_to(tmp_path: Path) -> None:
    with (
        serving(server_context(leaf(names=("localhost",), addresses=("127.0.0.1",)), tmp_path)) as port,
        make_client() as real,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        real.get(f"https://127.0.0.1:{port}/")


def test_the_real_client_logs_no_urls_at_the_level_of_function_compute(
    redirecting: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with make_client() as real:
        real.post(f"{redirecting}/?PrivateKey=s3cr!t", content=b"")

    assert caplog.records == []


def test_the_real_clients_patience_is_bounded() -> None:
    with make_client() as real:
        limits = [getattr(real.timeout, name) for name in ("connect", "read", "write", "pool")]

    assert all(0 < limit <= 10 for limit in limits)
