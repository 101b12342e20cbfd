"""What the rest of certdrop knows of a bundle: public facts, no key, no cryptography."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

BundleKind = Literal["server", "ca"]
KeyKind = Literal["rsa", "ec"]

CAS_NAME_LENGTH = 63  # CAS UploadUserCertificate: Name
SHORT_FINGERPRINT = 16


class BundleFacts(BaseModel):
    """An accepted bundle's public facts.

    *fingerprint* is the SHA-256 of the leaf's (the CA's) DER in lower-case hex, *sha1* its SHA-1; *names* are the
    DNS names of the SAN, lower-case A-labels, sorted; times are aware UTC; *key_bits* is 0 where it was not noted.
    *ca_pem* only for a CA bundle.
    """

    model_config = ConfigDict(frozen=True)

    kind: BundleKind
    fingerprint: str
    sha1: str
    names: tuple[str, ...]
    key_kind: KeyKind
    key_bits: int = 0
    not_before: datetime
    not_after: datetime
    ca_pem: str | None = None

    @property
    def cas_name(self) -> str:
        """The bundle's one name in CAS: `certdrop-<domain>-<16 hex>`, at most 63 characters."""
        tail = "-" + self.fingerprint[:SHORT_FINGERPRINT]
        domain = (self.names[0] if self.names else "ca").replace("*", "_")
        return ("certdrop-" + domain)[: CAS_NAME_LENGTH - len(tail)] + tail


def name_covers(pattern: str, name: str) -> bool:
    """Tell whether the certificate name *pattern* serves *name*: equal, or a wildcard for exactly one label."""
    pattern, name = pattern.lower(), name.lower()
    if pattern == name:
        return True
    label, _, rest = name.partition(".")
    return pattern.startswith("*.") and label not in ("", "*") and pattern[2:] == rest
