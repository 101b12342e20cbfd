"""Bundles for the flows: valid in the World's November 2026, keys made once a session."""

from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache

from fakecloud.authority import Issued, KeyName, PrivateKey, intermediate_ca, leaf, make_key, root_ca


@cache
def key_of(name: KeyName, number: int = 0) -> PrivateKey:
    """Return the session's key of a kind; another *number* is another key."""
    return make_key(name)


@cache
def root() -> Issued:
    return root_ca(key=key_of("rsa-2048", 100))


@cache
def intermediate() -> Issued:
    return intermediate_ca(issuer=root(), key=key_of("rsa-2048", 101))


@dataclass(frozen=True)
class Made:
    """A bundle's files as certbot names them."""

    leaf: Issued = field(repr=False)

    @property
    def certificate(self) -> str:
        return self.leaf.pem.decode()

    @property
    def chain(self) -> str:
        return intermediate().pem.decode()

    @property
    def fullchain(self) -> str:
        return self.certificate + self.chain

    @property
    def key(self) -> str:
        return self.leaf.key_pem.decode()

    @property
    def fingerprint(self) -> str:
        return self.leaf.fingerprint

    @property
    def files(self) -> dict[str, str]:
        """Return what pipeline.drop() takes."""
        return {
            "cert_pem": self.certificate,
            "chain_pem": self.chain,
            "fullchain_pem": self.fullchain,
            "privkey_pem": self.key,
        }


@cache
def bundle(*names: str, key: KeyName = "rsa-2048", number: int = 0, month: int = 10) -> Made:
    """Make a bundle for *names*, valid from the first of *month* 2026 for a year."""
    return Made(
        leaf(
            issuer=intermediate(),
            names=names or ("shop.example", "www.shop.example"),
            key=key_of(key, number),
            not_before=datetime(2026, month, 1, tzinfo=timezone.utc),
            not_after=datetime(2027, month, 1, tzinfo=timezone.utc),
        )
    )
