import http.client
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from fakecloud.app import App
from fakecloud.bridge import LONGEST_REQUEST_LINE
from fakecloud.clock import RunningClock
from fakecloud.server import Server
from fakecloud.world import World
from tests.fakecloud import plain


class Echo(App):
    """Answers every request with what it was asked."""

    def handle(self, request: Any) -> Any:
        from fakecloud.http import Response

        if request.path == "/lost":
            raise ConnectionResetError("lost")
        if request.path == "/broken":
            raise RuntimeError("broken")
        return Response.of_json(
            {"method": request.method, "path": request.path, "query": len(request.raw_query), "body": len(request.body)}
        )


@pytest.fixture
def echo() -> Any:
    with Server(Echo(World(clock=RunningClock()))) as server:
        yield server


def talk(server: Server, *parts: bytes) -> bytes:
    """Send raw bytes, then read until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        for part in parts:
            connection.sendall(part)
        connection.settimeout(5)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_request_line_of_one_megabyte_arrives_whole(echo: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", echo.port)
    connection.request("POST", "/?" + "k" * 1_000_000)
    assert b'"query": 1000000' in connection.getresponse().read()
    connection.close()


def test_a_request_line_without_end_is_refused(echo: Server) -> None:
    answer = talk(echo, b"GET /?" + b"k" * LONGEST_REQUEST_LINE)
    assert answer.startswith(b"HTTP/1.1 414 ")


def test_a_chunked_body_is_put_together(echo: Server) -> None:
    answer = plain.put(f"{echo.url}/k", content=iter([b"hello ", b"world"]))
    assert answer.json()["body"] == 11


def test_expect_100_continue_is_answered_before_the_body_comes(echo: Server) -> None:
    head = b"PUT /k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", echo.port), timeout=5) as connection:
        connection.sendall(head)
        assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"hello")
        assert b"HTTP/1.1 200 OK" in connection.recv(1024)


def test_head_and_body_leave_in_one_write_and_the_connection_is_kept(echo: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", echo.port)
    for _ in range(2):
        connection.request("GET", "/k")
        before = connection.sock
        assert connection.getresponse().read()
        assert connection.sock is before
    connection.close()


def test_a_body_cut_short_is_no_request(echo: Server) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), timeout=5) as connection:
        connection.sendall(b"PUT /k HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhello")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1024) == b""


def test_a_lost_answer_closes_the_connection_without_a_byte(echo: Server) -> None:
    assert talk(echo, b"GET /lost HTTP/1.1\r\nHost: x\r\n\r\n") == b""


def test_a_fault_of_fakecloud_is_a_500_and_in_the_log(echo: Server, caplog: pytest.LogCaptureFixture) -> None:
    assert plain.get(f"{echo.url}/broken?Secret=abc").status_code == 500
    assert "RuntimeError: broken" in caplog.text
    assert "Secret" not in caplog.text


def test_nothing_of_a_request_is_printed(echo: Server, capfd: pytest.CaptureFixture[str]) -> None:
    plain.get(f"{echo.url}/k?PrivateKey=secret")
    talk(echo, b"nonsense\r\n\r\n")
    assert capfd.readouterr() == ("", "")


def test_a_path_is_decoded_once_and_as_utf8(echo: Server) -> None:
    assert plain.get(f"{echo.url}/b/a%2520%C3%A9").json()["path"] == "/b/a%20é"


def test_an_old_client_gets_its_answer_and_the_end(echo: Server) -> None:
    assert talk(echo, b"GET /k HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 OK")


def test_stopping_frees_the_port_and_ends_open_connections(start_server: Callable[..., Server]) -> None:
    with Server(App(World(clock=RunningClock()))) as server:
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        connection.sendall(b"GET /_fakecloud/clock HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(1024)
    assert connection.recv(1024) == b""
    connection.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fakecloud")]


def test_many_clients_are_served_at_once(echo: Server) -> None:
    with plain.Client() as client:
        threads = [threading.Thread(target=client.get, args=(f"{echo.url}/k",)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
        assert client.get(f"{echo.url}/k").status_code == 200
