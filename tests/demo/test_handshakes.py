"""The demo's proof is worth something only if it fails for whatever is not right."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from functools import cache
from pathlib import Path

import pytest

from demo.certificates import Authority, Certificate
from demo.errors import DemoError
from demo.handshakes import HOST, shake_hands

NOW = datetime.now(timezone.utc).replace(microsecond=0)


@cache
def authority() -> Authority:
    return Authority(NOW)


@cache
def certificate() -> Certificate:
    return authority().issue("shop", ("shop.example",), "p-256")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "root.pem"
    path.write_bytes(authority().root_pem)
    return path


@pytest.fixture(params=["fullchain.pem"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """A TLS server for one handshake."""
    for name, content in certificate().files.items():
        (tmp_path / name).write_bytes(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / request.param, tmp_path / "privkey.pem")
    with socket.create_server((HOST, 0)) as server:
        thread = threading.Thread(target=serve_once, args=(server, context))
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


def serve_once(server: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = server.accept()
    with connection:
        try:
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)
        except OSError:
            return  # the client has thought better of it


def test_a_handshake_tells_what_was_shown(port: int, root: Path) -> None:
    shown = shake_hands(port, "shop.example", root)

    assert shown.fingerprint == certificate().fingerprint
    assert shown.version == "TLSv1.3"
    assert shown.cipher
    assert 0 < shown.seconds < 5


def test_a_name_that_the_certificate_does_not_bear_is_no_proof(port: int, root: Path) -> None:
    with pytest.raises(DemoError, match=r"for blog\.example failed: .*[Hh]ostname mismatch"):
        shake_hands(port, "blog.example", root)


def test_another_root_is_no_proof(port: int, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(Authority(NOW).root_pem)

    with pytest.raises(DemoError, match="verify failed"):
        shake_hands(port, "shop.example", stranger)


@pytest.mark.parametrize("port", ["cert.pem"], indirect=True)
def test_a_missing_intermediate_is_no_proof(port: int, root: Path) -> None:
    with pytest.raises(DemoError, match="unable to get local issuer certificate"):
        shake_hands(port, "shop.example", root)


def test_a_closed_port_is_told_with_its_number(root: Path) -> None:
    with socket.create_server((HOST, 0)) as server:
        closed = server.getsockname()[1]

    with pytest.raises(DemoError, match=rf"port {closed} for shop\.example failed: .*refused"):
        shake_hands(closed, "shop.example", root)
