"""What the rest of certdrop knows of a bundle: public facts, no key, no cryptography."""

from functools import cached_property
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

BundleKind = Literal["server", "ca"]
KeyKind = Literal["rsa", "ec"]

CAS_NAME_LENGTH = 63  # CAS UploadUserCertificate: Name
SHORT_FINGERPRINT = 16


class BundleFacts(BaseModel):
    """An accepted bundle's public facts.

    *fingerprint* is the SHA-256 of the leaf's (the CA's) DER in lower-case hex, *sha1* its SHA-1; *names* are the
    DNS names of the SAN, lower-case A-labels, sorted; times are aware UTC. *key_bits* is 0 and *self_signed* None where
    it was not noted. *ca_pem* only for a CA bundle.
    """

    model_config = ConfigDict(frozen=True)

    kind: BundleKind
    fingerprint: str
    sha1: str
    names: tuple[str, ...]
    key_kind: KeyKind
    key_bits: int = 0
    not_before: AwareDatetime
    not_after: AwareDatetime
    self_signed: bool | None = None
    ca_pem: str | None = None

    @cached_property
    def patterns(self) -> frozenset[str]:
        """What selects this bundle: its names, and the wildcards that cover them."""
        return frozenset(pattern for name in self.names for pattern in patterns_of(name))

    @property
    def cas_name(self) -> str:
        """The bundle's one name in CAS: `certdrop-<domain>-<16 hex>`, at most 63 characters."""
        tail = "-" + self.fingerprint[:SHORT_FINGERPRINT]
        domain = (self.names[0] if self.names else "ca").replace("*", "_")
        return ("certdrop-" + domain)[: CAS_NAME_LENGTH - len(tail)] + tail


def name_covers(pattern: str, name: str) -> bool:
    """Tell whether the certificate name *pattern* serves *name*: equal, or a wildcard for exactly one label."""
    return pattern.lower() in patterns_of(name)


def patterns_of(name: str) -> tuple[str, ...]:
    """Return the certificate names that serve *name*: itself, and the wildcard for its first label."""
    name = name.lower()
    label, dot, rest = name.partition(".")
    return (name, f"*.{rest}") if dot and label not in ("", "*") else (name,)
