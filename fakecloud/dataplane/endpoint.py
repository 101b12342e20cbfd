"""One listener on loopback: a port of its own for life, TLS, and a few words of HTTP."""

import contextlib
import socket
import ssl

from fakecloud.dataplane.choosing import Selection
from fakecloud.dataplane.connections import HOST, Acceptor, Connections
from fakecloud.dataplane.contexts import Showcase
from fakecloud.dataplane.shown import Shown

CLIENT_PATIENCE = 10.0  # seconds that a client may be silent
GOODBYE = 0.5  # seconds for a client's own close_notify
LONGEST_REQUEST = 65536


class Endpoint:
    """Serves one listener; *name* is what it answers by HTTP.

    The port stays taken by a socket that never listens, so that it is refused, and nobody else's, while the listener
    is down.
    """

    def __init__(self, name: str, acceptor: Acceptor, connections: Connections, selection: Selection) -> None:
        self._name = name
        self._acceptor = acceptor
        self._connections = connections
        self._selection = selection
        self._holder = _bind(0)
        self.port: int = self._holder.getsockname()[1]
        self._listening: socket.socket | None = None
        self._showcase: Showcase | None = None

    def show(self, shown: Shown | None) -> None:
        """Show this from the next handshake on; None: refuse connections."""
        if shown is None:
            self._stop()
            self._showcase = None
        elif self._showcase is None or self._showcase.shown != shown:
            self._showcase = Showcase(shown, self._selection)
        if shown is not None and self._listening is None:
            self._start()

    def close(self) -> None:
        """Give the port back."""
        self._stop()
        self._holder.close()

    def _start(self) -> None:
        self._listening = _bind(self.port)
        self._listening.listen(128)
        self._listening.setblocking(False)
        self._acceptor.watch(self._listening, self._accept)

    def _stop(self) -> None:
        if self._listening is not None:
            self._acceptor.forget(self._listening)
            self._listening.close()
            self._listening = None

    def _accept(self) -> None:
        listening = self._listening
        if listening is None:
            return
        try:
            connection, _ = listening.accept()
        except OSError:
            return  # the client has gone, or the listener has
        connection.settimeout(CLIENT_PATIENCE)
        self._connections.begin(connection, self._serve)

    def _serve(self, connection: socket.socket) -> None:
        showcase = self._showcase
        if showcase is None:
            return
        # Wrapping takes the socket over; the one that Connections may break off stays what it is.
        with contextlib.suppress(OSError), showcase.open().wrap_socket(connection.dup(), server_side=True) as tls:
            self._answer(tls)

    def _answer(self, tls: ssl.SSLSocket) -> None:
        request = b""
        while b"\r\n\r\n" not in request and b"\n\n" not in request:
            more = tls.recv(4096)
            request += more
            if not more or len(request) > LONGEST_REQUEST:
                return
        body = f"{self._name}\n".encode()
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        tls.sendall(head.encode() + body)
        tls.settimeout(GOODBYE)
        tls.unwrap()


def _bind(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound
