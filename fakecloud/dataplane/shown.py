"""What a TLS client is shown by a listener: the shape in which ALB and CLB tell the data plane."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from fakecloud.certificates import Facts, read_chain

KeyKind = Literal["rsa", "ec", "other"]
TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]
KINDS: dict[str, KeyKind] = {"RSA": "rsa", "ECC": "ec"}


@dataclass(frozen=True)
class Chain:
    """A certificate chain (PEM, leaf first) with the leaf's key, its names in lower case and the kind of its key."""

    pem: str
    key_pem: str = field(repr=False)
    names: tuple[str, ...]
    kind: KeyKind

    @classmethod
    def of_pem(cls, pem: str, key_pem: str) -> "Chain":
        """Make a chain, reading names and kind from the leaf; raises PemError when *pem* holds no certificate."""
        return cls.of_leaf(pem, key_pem, read_chain(pem).leaf)

    @classmethod
    def of_leaf(cls, pem: str, key_pem: str, leaf: Facts) -> "Chain":
        """Make a chain whose leaf says *leaf*; its common name counts only when it has no DNS names."""
        names = leaf.names or ((leaf.common_name,) if leaf.common_name else ())
        lower = tuple(dict.fromkeys(name.lower() for name in names))
        return cls(pem, key_pem, lower, KINDS.get(leaf.algorithm, "other"))


@dataclass(frozen=True)
class Shown:
    """What a listener shows: the default chain, the additional ones in order of association, and its TLS rules.

    *client_ca_pem* is set when clients must show a certificate of that authority.
    """

    default: Chain
    additional: tuple[Chain, ...] = ()
    client_ca_pem: str | None = None
    minimum_tls: TlsVersion = "1.0"


@dataclass(frozen=True)
class TlsListener:
    """A listener that speaks TLS, whether or not it is up; *address* is what clients connect to (DNS name or IP)."""

    load_balancer: str
    port: int
    address: str
    status: str


class TlsService(Protocol):
    """What the data plane asks of ALB and CLB.

    Everything in *on_change* is called, under the World's lock, after each change of what may be shown.
    """

    on_change: list[Callable[[], None]]

    def tls_listeners(self) -> list[TlsListener]:
        """Return every listener that speaks TLS over TCP."""
        ...

    def shown(self, load_balancer_id: str, port: int) -> Shown | None:
        """Return what a client is shown there, None when nothing listens."""
        ...
