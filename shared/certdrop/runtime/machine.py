"""The real world behind the ports: clock, ids, sleep, randomness, TLS. Nothing else in certdrop touches it."""

import hashlib
import random  # noqa: TID251 runtime/ is where randomness comes in
import socket
import ssl
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from certdrop.bundle.facts import KeyKind
from certdrop.bundle.leaf import is_in_order, read_leaf
from certdrop.reconcile.house import Handshake
from certdrop.runtime.first_flight import read_first_flight

DIAL_SECONDS = 3.0
RECORD_BYTES = 16384 + 256
DER = 2  # _ssl.ENCODING_DER
LONGEST_FLIGHT = 256 * 1024
_AUTHENTICATION: Mapping[KeyKind, str] = {"rsa": "aRSA", "ec": "aECDSA"}


class MachineClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(timezone.utc)  # noqa: TID251 runtime/ is where time comes in

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()


class MachineIds:
    """Random identifiers."""

    def new(self) -> str:
        """Return 32 hex digits never returned before."""
        return uuid.uuid4().hex  # noqa: TID251 runtime/ is where ids come in


def machine_sleep(seconds: float) -> None:
    """Return after *seconds*."""
    time.sleep(seconds)  # noqa: TID251 runtime/ is where sleep comes in


class MachineRandom:
    """Randomness for jitter; nothing secret hangs on it."""

    def uniform(self, a: float, b: float) -> float:
        """Return a number between *a* and *b*."""
        return random.uniform(a, b)  # noqa: S311 jitter is no secret


class TlsDial:
    """A TLS handshake that verifies nothing: it asks what is served, and a wrong certificate is an answer too.

    *connect_to* sends "host:port" to another "host:port", like curl's --connect-to.
    """

    def __init__(self, connect_to: Mapping[str, str], timeout: float = DIAL_SECONDS) -> None:
        self._connect_to = connect_to
        self._timeout = timeout
        self._contexts: dict[KeyKind | None, ssl.SSLContext] = {}

    def __call__(self, host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        """Return what *host*:*port* shows for *server_name*; OSError when it cannot be reached."""
        context = self._contexts[key_kind] = self._contexts.get(key_kind) or _make_context(key_kind)
        conversation = _Conversation(context, server_name)
        asked = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        real_host, _, real_port = self._connect_to.get(asked, asked).rpartition(":")
        with socket.create_connection((real_host.strip("[]"), int(real_port)), self._timeout) as connection:
            return conversation.hold(connection)


class _Conversation:
    """One handshake, whose bytes are kept: a server that misses the client's certificate breaks it off."""

    def __init__(self, context: ssl.SSLContext, server_name: str | None) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._heard = bytearray()
        try:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        except (TypeError, ValueError) as error:
            raise OSError(f"TLS cannot ask for such a server name ({type(error).__name__})") from None

    def hold(self, connection: socket.socket) -> Handshake:
        """Shake hands over *connection* and return what was shown."""
        try:
            self._shake(connection)
        except OSError:
            flight = read_first_flight(bytes(self._heard))
            if flight.chain and flight.asks_client:
                return _read_handshake(flight.chain, asks_client=True)
            raise
        flight = read_first_flight(bytes(self._heard))
        return _read_handshake(self._find_chain() or flight.chain, asks_client=flight.asks_client)

    def _find_chain(self) -> tuple[bytes, ...]:
        """Return the chain that was shown, or the leaf alone where the ssl module keeps the rest to itself.

        Python 3.13 tells it; before, the object below does, which has the same method since 3.10.
        """
        leaf = self._tls.getpeercert(binary_form=True) or b""
        below = getattr(self._tls, "_sslobj", None)
        ask = getattr(self._tls, "get_unverified_chain", None) or getattr(below, "get_unverified_chain", None)
        found = (ask() or ()) if ask else ()
        chain = tuple(one if isinstance(one, bytes) else one.public_bytes(DER) for one in found)
        return chain if chain[:1] == (leaf,) else (leaf,)

    def _shake(self, connection: socket.socket) -> None:
        while not self._is_done():
            connection.sendall(self._outgoing.read())
            self._hear(connection.recv(RECORD_BYTES))
        connection.sendall(self._outgoing.read())

    def _is_done(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def _hear(self, received: bytes) -> None:
        if len(self._heard) > LONGEST_FLIGHT:
            raise OSError("the server talks without end")
        self._heard += received
        if received:
            self._incoming.write(received)
        else:
            self._incoming.write_eof()


def _read_handshake(chain: Sequence[bytes], *, asks_client: bool) -> Handshake:
    leaf = chain[0]
    return Handshake(hashlib.sha256(leaf).hexdigest(), asks_client, read_leaf(leaf), is_in_order=is_in_order(chain))


def _make_context(key_kind: KeyKind | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if key_kind:  # before TLS 1.3 the cipher suite names the kind of certificate
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_AUTHENTICATION[key_kind])
    return context
