"""What a server says in the clear before TLS 1.3: its certificate, and whether it asks for the client's.

A server that asks for one breaks the handshake off when none comes, and the ssl module then tells nothing of what was
shown. It has proved by then that it holds the certificate's key: the client checks that before it answers.
Source: RFC 5246, 6.2.1 (records) and 7.4 (handshake messages).
"""

from collections.abc import Iterator
from dataclasses import dataclass

HANDSHAKE_RECORD = 22
CERTIFICATE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE = 11, 13, 14


@dataclass(frozen=True)
class FirstFlight:
    """The server's chain (DER, the leaf first; empty when not in the clear), and whether the client's was asked for."""

    chain: tuple[bytes, ...] = ()
    asks_client: bool = False


def read_first_flight(heard: bytes) -> FirstFlight:
    """Read what a server sent; anything that is cut short or encrypted is not there."""
    messages = _messages(_handshake_bytes(heard))
    if SERVER_HELLO_DONE not in messages:
        return FirstFlight()
    chain = tuple(_split(messages.get(CERTIFICATE, b"")[3:]))
    return FirstFlight(chain, CERTIFICATE_REQUEST in messages)


def _split(certificates: bytes) -> Iterator[bytes]:
    """Yield the certificates of a Certificate message, each after its length of three octets."""
    while certificates:
        size = _number(certificates[:3])
        yield certificates[3 : 3 + size]
        certificates = certificates[3 + size :]


def _handshake_bytes(heard: bytes) -> bytes:
    """Join the contents of the records up to the first that is no handshake."""
    found = bytearray()
    at = 0
    while at + 5 <= len(heard) and heard[at] == HANDSHAKE_RECORD:
        size = _number(heard[at + 3 : at + 5])
        found += heard[at + 5 : at + 5 + size]
        at += 5 + size
    return bytes(found)


def _messages(text: bytes) -> dict[int, bytes]:
    """Split handshake messages by type; of several, the first."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(text):
        size = _number(text[at + 1 : at + 4])
        if at + 4 + size > len(text):
            break
        found.setdefault(text[at], text[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _number(digits: bytes) -> int:
    return int.from_bytes(digits, "big")
