"""Real TLS handshakes, as a strict client makes them: SNI, chain verified against one root, name checked."""

import hashlib
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

from demo.errors import DemoError

HOST = "127.0.0.1"
PATIENCE = 5.0  # seconds


@dataclass(frozen=True)
class Shown:
    """What a server showed: TLS version and cipher, the SHA-256 of its leaf, and how long it took in seconds."""

    version: str
    cipher: str
    fingerprint: str
    seconds: float


def shake_hands(port: int, server_name: str, root: Path) -> Shown:
    """Shake hands with *port* on loopback as a client of *server_name* who trusts *root* only; raises DemoError."""
    context = ssl.create_default_context(cafile=str(root))
    start = time.monotonic()
    try:
        with (
            socket.create_connection((HOST, port), PATIENCE) as connection,
            context.wrap_socket(connection, server_hostname=server_name) as tls,
        ):
            seconds = time.monotonic() - start
            certificate = tls.getpeercert(binary_form=True) or b""
            cipher = tls.cipher()
            return Shown(
                version=tls.version() or "",
                cipher=cipher[0] if cipher else "",
                fingerprint=hashlib.sha256(certificate).hexdigest(),
                seconds=seconds,
            )
    except OSError as error:
        raise DemoError(f"the TLS handshake with port {port} for {server_name} failed: {error}") from error
