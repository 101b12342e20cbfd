"""A WSGI app on loopback: a threaded HTTP/1.1 server of the standard library, made for a cloud that speaks to SDKs."""

import logging
import socket
import socketserver
import sys
import threading
from types import TracebackType

from fakecloud.app import App
from fakecloud.bridge import Handler
from fakecloud.pump import Pump

HOST = "127.0.0.1"
PATIENCE = 1.0  # seconds for open connections to end when the server stops

_log = logging.getLogger("fakecloud")


class Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Accepts connections, a thread each, and knows them, so that it can end them."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, app: App, port: int) -> None:
        self.app = app
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        super().__init__((HOST, port), Handler)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def process_request_thread(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        """Serve one connection to its end."""
        with self._guard:
            self._connections[request] = threading.current_thread()
        super().process_request_thread(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Close one connection."""
        with self._guard:
            self._connections.pop(request, None)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """End all connections and wait a little for their threads."""
        with self._guard:
            connections = dict(self._connections)
            for connection in connections:
                _shut_down(connection)
        for thread in connections.values():
            thread.join(PATIENCE)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 socketserver's signature
        """Pass over broken connections, they are the client's business; all else is a fault of fakecloud."""
        if not isinstance(sys.exc_info()[1], OSError):
            _log.exception("fakecloud broke on a connection")


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


class Server:
    """An app on a loopback port (0: any free one), with the pump that lets its World's time have effect."""

    def __init__(self, app: App, port: int = 0) -> None:
        self.app = app
        self._listener = Listener(app, port)
        self._pump = Pump(app)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, name="fakecloud-server", daemon=True
        )

    @property
    def port(self) -> int:
        """The port."""
        return self._listener.port

    @property
    def url(self) -> str:
        """Where it is: http://127.0.0.1:<port>."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Begin to answer."""
        self._pump.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, end all connections, close the port."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._listener.end_connections()
        self._pump.stop()

    def __enter__(self) -> "Server":  # noqa: PYI034 Self came with Python 3.11
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
