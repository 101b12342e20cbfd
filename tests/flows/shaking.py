"""A handshake without sockets: which of the chains that a listener shows a client gets."""

import hashlib
import ssl
from typing import Any

from certdrop.bundle.facts import KeyKind
from certdrop.bundle.leaf import read_leaf
from certdrop.reconcile.house import Handshake


def shake(chains: tuple[Any, ...], key_kind: KeyKind | None, *, asks_client: bool) -> Handshake:
    """Return what a client learns that offers keys of *key_kind*, of any kind when there is none."""
    by_kind = {chain.kind: chain for chain in chains}
    kind = key_kind or ("ec" if "ec" in by_kind else next(iter(by_kind)))
    if kind not in by_kind:
        raise ssl.SSLError(1, "handshake failure")
    leaf = by_kind[kind].pem.split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    der = ssl.PEM_cert_to_DER_cert(leaf)
    is_asked = asks_client and key_kind is not None  # TLS 1.3 asks where nobody sees it
    return Handshake(hashlib.sha256(der).hexdigest(), is_asked, read_leaf(der))
