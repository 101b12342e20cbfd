"""Certificates for the demo, of an authority of its own: valid now, and named as certbot names its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fakecloud.authority import KeyName, intermediate_ca, leaf, root_ca

KINDS: Mapping[KeyName, str] = {"rsa-2048": "RSA 2048", "p-256": "EC P-256"}
AGE = timedelta(days=1)
LIFETIME = timedelta(days=90)  # as Let's Encrypt has it
AUTHORITY_AGE = timedelta(days=365)
AUTHORITY_LIFETIME = timedelta(days=3650)


@dataclass(frozen=True)
class Certificate:
    """A certificate that somebody drops: *files* as certbot writes them, the private key among them."""

    drop: str
    names: tuple[str, ...]
    kind: str
    fingerprint: str
    files: Mapping[str, bytes] = field(repr=False)


class Authority:
    """A root and an intermediate, and the certificates that it issues at the time *now*."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        begin, end = now - AUTHORITY_AGE, now + AUTHORITY_LIFETIME
        self._root = root_ca(common_name="certdrop demo root", key="rsa-2048", not_before=begin, not_after=end)
        self._intermediate = intermediate_ca(
            issuer=self._root,
            common_name="certdrop demo intermediate",
            key="rsa-2048",
            not_before=begin,
            not_after=end,
            path_length=0,
        )

    @property
    def root_pem(self) -> bytes:
        """What a client must trust."""
        return self._root.pem

    def issue(self, drop: str, names: Sequence[str], key: KeyName) -> Certificate:
        """Issue a certificate for *names*, with a new key."""
        issued = leaf(
            issuer=self._intermediate,
            names=names,
            key=key,
            not_before=self._now - AGE,
            not_after=self._now - AGE + LIFETIME,
        )
        chain = self._intermediate.pem
        files = {
            "cert.pem": issued.pem,
            "chain.pem": chain,
            "fullchain.pem": issued.pem + chain,
            "privkey.pem": issued.key_pem,
        }
        return Certificate(drop, tuple(names), KINDS[key], issued.fingerprint, files)
