"""From HTTP/1.1 on a socket to WSGI and back.

It takes request lines up to 4 MiB (the official SDKs put certificates and keys into the query), sends head and body in
one write (else delayed acknowledgements cost a keep-alive client 45 ms a call), answers `Expect: 100-continue`, reads
chunked bodies, and logs nothing: a request line can hold a private key.
"""

import io
import logging
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from fakecloud.server import Listener

LONGEST_REQUEST_LINE = 4 * 1024 * 1024
LONGEST_CHUNK_LINE = 1024

_log = logging.getLogger("fakecloud")


class Handler(BaseHTTPRequestHandler):
    """Turns one request into a WSGI call and its answer into one write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "Listener"

    def handle_one_request(self) -> None:
        """Read one request and answer it; http.server's own stops at request lines of 64 KiB."""
        try:
            self.raw_requestline = self.rfile.readline(LONGEST_REQUEST_LINE + 1)
            if len(self.raw_requestline) > LONGEST_REQUEST_LINE:
                self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG)
            elif not self.raw_requestline:
                self.close_connection = True
            elif self.parse_request():
                self._answer()
        except (OSError, ValueError):  # a broken connection, a body that is not framed as it says
            self.close_connection = True

    def handle_expect_100(self) -> bool:
        """Let the client go on; without the flush it waits for ever."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's name
        """Log nothing: request lines can hold keys."""

    def _answer(self) -> None:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        environ = self._make_environ(self._read_body())
        try:
            body = b"".join(self.server.app(environ, lambda status, headers: started.append((status, headers))))
        except ConnectionError:
            self.close_connection = True  # the answer is lost, as ordered
            return
        except Exception:  # noqa: BLE001 whatever breaks, the client gets an answer and the log the trace
            _log.exception("fakecloud broke on a %s", self.command)
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
            return
        [(status, headers)] = started
        self._write(status, headers, body)

    def _write(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        if self.close_connection:
            lines.append("Connection: close")
        self.wfile.write("\r\n".join((*lines, "", "")).encode() + body)
        self.wfile.flush()

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._write(f"{status.value} {status.phrase}", [("Content-Length", "0")], b"")

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._read_chunk, b""))
        return self._read_exactly(int(self.headers.get("Content-Length") or 0))

    def _read_chunk(self) -> bytes:
        size = int(self.rfile.readline(LONGEST_CHUNK_LINE).partition(b";")[0], 16)
        chunk = self._read_exactly(size)
        self.rfile.readline(LONGEST_CHUNK_LINE)
        return chunk

    def _read_exactly(self, size: int) -> bytes:
        body = self.rfile.read(size)
        if len(body) < size:
            raise ConnectionError("the client went away in the middle of its request")
        return body

    def _make_environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.input": io.BytesIO(body),
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
        return environ
