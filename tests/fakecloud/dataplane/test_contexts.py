"""TLS contexts: versions, weak keys, keys in memory."""

import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakecloud.dataplane.choosing import Selection
from fakecloud.dataplane.connections import Acceptor, Connections
from fakecloud.dataplane.contexts import secret_file
from fakecloud.dataplane.endpoint import Endpoint
from fakecloud.dataplane.shown import Shown, TlsVersion
from tests.fakecloud.dataplane.tls import chain, client_context, connect, issue, openssl_subject, shake_hands

Serve = Callable[[Shown], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves what it is given, and returns the port."""
    acceptor, connections = Acceptor(), Connections()
    endpoint = Endpoint("test", acceptor, connections, Selection())

    def show(shown: Shown) -> int:
        endpoint.show(shown)
        return endpoint.port

    yield show
    endpoint.close()
    acceptor.close()
    connections.close()


@pytest.mark.parametrize(
    ("minimum", "options", "served"),
    [
        ("1.0", ("-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"), True),
        ("1.1", ("-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"), False),
        ("1.1", ("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"), True),
        ("1.2", ("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"), False),
        ("1.2", ("-tls1_2",), True),
        ("1.3", ("-tls1_2",), False),
        ("1.3", ("-tls1_3",), True),
    ],
)
@pytest.mark.slow
def test_the_policy_says_the_oldest_version(
    serve: Serve, minimum: TlsVersion, options: tuple[str, ...], *, served: bool
) -> None:
    port = serve(Shown(chain("shop.example"), minimum_tls=minimum))
    if served:
        assert openssl_subject(port, *options) == "shop.example"
    else:
        with pytest.raises(AssertionError):
            openssl_subject(port, *options)


def test_a_weak_rsa_key_is_served_all_the_same(serve: Serve) -> None:
    port = serve(Shown(chain("weak.example", key="rsa-1024")))
    context = client_context(ciphers="DEFAULT:@SECLEVEL=0")

    assert shake_hands(port, context=context) == issue("weak.example", key="rsa-1024").fingerprint


def test_no_session_is_resumed(serve: Serve) -> None:
    port = serve(Shown(chain("shop.example")))
    context = client_context(maximum=ssl.TLSVersion.TLSv1_2)
    with connect(port, context=context) as first:
        session = first.session
    with connect(port, context=context) as second:
        assert second.session_reused is False
    assert session is None or not session.has_ticket


def test_a_chain_that_cannot_be_loaded_fails_its_handshakes_only(serve: Serve) -> None:
    good, bad = chain("good.example"), chain("bad.example")
    mismatched = type(bad)(bad.pem, good.key_pem, bad.names, bad.kind)
    port = serve(Shown(good, (mismatched,)))
    with pytest.raises(ssl.SSLError):
        shake_hands(port, "bad.example")
    assert shake_hands(port, "good.example") == issue("good.example").fingerprint

    port = serve(Shown(mismatched))
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shake_hands(port)


def test_a_secret_has_a_path_only_while_it_is_read() -> None:
    with secret_file("secret") as path:
        assert path.startswith("/proc/self/fd/")
        assert Path(path).read_text() == "secret"
    assert not Path(path).exists()


def test_a_system_without_files_in_memory_reads_the_secret_from_a_private_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    with secret_file("secret") as path:
        assert Path(path).read_text() == "secret"
        assert Path(path).stat().st_mode & 0o077 == 0
    assert not Path(path).exists()
