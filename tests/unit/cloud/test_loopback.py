"""Over real sockets: connections that break, answers that are cut, redirects, and bodies without end."""

import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from certdrop.cloud.account import Account
from certdrop.errors import CloudError, LostAnswerError
from tests.unit.cloud.doubles import FakeTime, account_at

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAcanary\n-----END RSA PRIVATE KEY-----\n"
CREATED = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"CertId": 7}'


class Server:
    """A server that treats connection n by the n-th of *conversations*, the last one for ever."""

    def __init__(self, *conversations: Callable[[socket.socket], None]) -> None:
        self.conversations = conversations
        self.received: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.received.append(read_request(connection))
                number = min(len(self.received), len(self.conversations)) - 1
                self.conversations[number](connection)


def read_request(connection: socket.socket) -> bytes:
    """Read a head and as many bytes of body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(*conversations: Callable[[socket.socket], None]) -> Iterator[tuple[Server, Account, FakeTime]]:
    server = Server(*conversations)
    server.thread.start()
    try:
        with account_at(f"127.0.0.1:{server.port}") as (account, time):
            yield server, account, time
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        server.thread.join(timeout=5)
        assert not server.thread.is_alive()


def answer(data: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(data)


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def test_a_call_whose_answer_is_cut_is_made_again() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
    with serving(hang_up, answer(cut), answer(CREATED)) as (server, account, time):
        assert account.cas.upload_user_certificate("c", "pem", SecretStr(KEY)) == 7
        assert time.slept == [0.5, 1.0]
    assert len(server.received) == 3
    for received in server.received:
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"POST / HTTP/1.1\r\n")
        assert b"canary" in body
        assert b"canary" not in head


def test_an_error_of_a_broken_connection_holds_no_request() -> None:
    with serving(hang_up) as (_, account, _), pytest.raises(LostAnswerError) as caught:
        account.cas.upload_user_certificate("c", "pem", SecretStr(KEY))
    error = caught.value
    assert (error.code, error.__cause__, error.__context__) == ("LostAnswer", None, None)
    assert "canary" not in "".join(traceback.format_exception(error))


def test_a_service_that_is_not_there_is_told_as_not_connected() -> None:
    with serving(hang_up) as (server, account, time):
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        with pytest.raises(LostAnswerError, match="NotConnected"):
            account.clb("cn-hangzhou").describe_server_certificates()
        assert len(time.slept) == 3
        server.listener = socket.create_server(("127.0.0.1", 0))


def test_a_redirect_is_not_followed() -> None:
    elsewhere = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /drops/other\r\nContent-Length: 0\r\n\r\n"
    with serving(answer(elsewhere)) as (server, account, _), pytest.raises(CloudError, match="Http307"):
        account.oss.get_object("k")
    assert len(server.received) == 1


def test_a_body_without_end_is_left_at_the_limit() -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nLast-Modified: Sun, 22 Nov 2026 01:00:00 GMT\r\n\r\n")
        try:
            while True:
                connection.sendall(b"x" * 65536)
        except OSError:
            return

    with serving(pour) as (server, account, _), pytest.raises(CloudError, match="EntityTooLarge"):
        account.oss.get_object("k", limit=256 * 1024)
    assert len(server.received) == 1


def test_dots_in_a_key_arrive_as_they_are_in_the_bucket() -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    with serving(answer(missing)) as (server, account, _):
        assert account.oss.head_object("certs/../x y") is None
    assert server.received[0].startswith(b"HEAD /drops/certs/%2E%2E/x%20y HTTP/1.1\r\n")
