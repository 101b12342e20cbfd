"""A TLS server on a loopback port that shows one certificate by default and others by server name."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from fakecloud.authority import Issued


def server_context(
    issued: Issued, folder: Path, *, client_ca: Issued | None = None, chain: Sequence[Issued] = ()
) -> ssl.SSLContext:
    path = folder / f"{issued.fingerprint}.pem"
    path.write_bytes(issued.pem + issued.traditional_key_pem + b"".join(one.pem for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    if client_ca:
        context.load_verify_locations(cadata=client_ca.pem.decode())
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextmanager
def serving(default: ssl.SSLContext, by_name: Mapping[str, ssl.SSLContext] | None = None) -> Iterator[int]:
    """Serve handshakes until the block ends; yield the port."""

    def choose(tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        chosen = (by_name or {}).get(name or "")
        if chosen:
            tls.context = chosen

    default.sni_callback = choose
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, default))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(2)
            try:
                with context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(1)
            except OSError:
                continue
