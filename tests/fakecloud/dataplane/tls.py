"""TLS clients and certificates for the tests of the data plane."""

import contextlib
import functools
import hashlib
import re
import socket
import ssl
import subprocess
from datetime import datetime, timezone

from fakecloud.authority import Issued, KeyName, intermediate_ca, leaf, root_ca
from fakecloud.dataplane.contexts import secret_file
from fakecloud.dataplane.shown import Chain

# Good whatever the machine's clock says: real handshakes are judged by it.
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=timezone.utc)
NOT_AFTER = datetime(2099, 1, 1, tzinfo=timezone.utc)
ROOT = root_ca(not_before=NOT_BEFORE, not_after=NOT_AFTER)
INTERMEDIATE = intermediate_ca(issuer=ROOT, not_before=NOT_BEFORE, not_after=NOT_AFTER)


def issue(*names: str, key: KeyName = "p-256") -> Issued:
    """Return the certificate for *names* below the intermediate: always the same."""
    return _issue(names, key)


@functools.cache
def _issue(names: tuple[str, ...], key: KeyName) -> Issued:
    return leaf(issuer=INTERMEDIATE, names=names, key=key, not_before=NOT_BEFORE, not_after=NOT_AFTER)


def chain_pem(issued: Issued) -> str:
    return (issued.pem + INTERMEDIATE.pem).decode()


def chain(*names: str, key: KeyName = "p-256") -> Chain:
    issued = issue(*names, key=key)
    return Chain.of_pem(chain_pem(issued), issued.key_pem.decode())


def client_context(
    *,
    client: Issued | None = None,
    ciphers: str = "",
    maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    verify: bool = True,
) -> ssl.SSLContext:
    """Return a client that trusts the root; *client* is its own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ROOT.pem.decode())
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    context.maximum_version = maximum
    if ciphers:
        context.set_ciphers(ciphers)
    if client is not None:
        with secret_file(client.pem.decode()) as pem, secret_file(client.key_pem.decode()) as key:
            context.load_cert_chain(pem, key)
    return context


def shake_hands(port: int, server_name: str | None = None, context: ssl.SSLContext | None = None) -> str:
    """Return the SHA-256 of the certificate shown, after a verified handshake."""
    with connect(port, server_name, context) as tls:
        der = tls.getpeercert(binary_form=True)
    assert der is not None
    return hashlib.sha256(der).hexdigest()


def connect(port: int, server_name: str | None = None, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    raw = socket.create_connection(("127.0.0.1", port), timeout=5)
    return (context or client_context()).wrap_socket(raw, server_hostname=server_name)


def get(port: int, server_name: str | None = None, context: ssl.SSLContext | None = None) -> bytes:
    """Make a request and return the whole answer."""
    answer = b""
    with connect(port, server_name, context) as tls:
        tls.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        while more := tls.recv(4096):
            answer += more
    return answer


def send_plain(port: int, message: bytes) -> bytes:
    """Return what comes back on a message that is not TLS: nothing when the connection is broken off."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain, contextlib.suppress(ConnectionError):
        plain.sendall(message)
        return plain.recv(1024)
    return b""


def is_refused(port: int) -> bool:
    """Return whether nothing listens on *port*."""
    with contextlib.closing(socket.socket()) as client:
        client.settimeout(5)
        return client.connect_ex(("127.0.0.1", port)) != 0


def openssl_subject(port: int, *options: str) -> str:
    """Return the CN that `openssl s_client` was shown."""
    command = ("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options)
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=20, check=False)
    found = re.search(r"subject=.*?CN ?= ?([^\s,/]+)", done.stdout)
    assert found, done.stderr
    return found[1]
