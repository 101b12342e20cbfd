"""The threads of the data plane: one that accepts, one for each connection; none is left when it closes."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable

HOST = "127.0.0.1"
PATIENCE = 5.0  # seconds for a thread to end


class Acceptor:
    """Waits on all listening sockets in one thread, and calls back for each that has a connection."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._waker, self._wakee = socket.socketpair()
        self._selector.register(self._wakee, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="fakecloud-tls-acceptor", daemon=True)
        self._thread.start()

    def watch(self, listening: socket.socket, accept: Callable[[], None]) -> None:
        """Call *accept* whenever *listening* has a connection."""
        self._selector.register(listening, selectors.EVENT_READ, accept)

    def forget(self, listening: socket.socket) -> None:
        """Watch *listening* no more."""
        self._selector.unregister(listening)

    def close(self) -> None:
        """End the thread."""
        self._waker.send(b".")
        self._thread.join(PATIENCE)
        self._selector.close()
        self._waker.close()
        self._wakee.close()

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                key.data()


class Connections:
    """The connections that are open, a daemon thread each: a silent client holds up nobody."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._threads: dict[threading.Thread, socket.socket] = {}

    def begin(self, connection: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        """Serve *connection* in a thread of its own, and close it then."""

        def run() -> None:
            with connection:
                serve(connection)

        thread = threading.Thread(target=run, name="fakecloud-tls", daemon=True)
        with self._guard:
            self._threads = {other: opened for other, opened in self._threads.items() if other.is_alive()}
            self._threads[thread] = connection
            thread.start()

    def close(self) -> None:
        """Break all connections off and wait for their threads."""
        with self._guard:
            for connection in self._threads.values():
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in self._threads:
                thread.join(PATIENCE)
