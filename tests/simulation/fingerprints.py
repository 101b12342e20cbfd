"""What PEM texts hold, each read once."""

import ssl
from functools import cache

from certdrop.bundle.leaf import LeafFacts, read_leaf
from fakecloud.certificates import read_chain


@cache
def fingerprint_of(pem: str) -> str:
    """Return the SHA-256 of the first certificate of a PEM text."""
    return read_chain(pem).leaf.sha256


@cache
def leaf_facts_of(pem: str) -> LeafFacts | None:
    """Return what the first certificate of a PEM text says of itself."""
    end = "-----END CERTIFICATE-----"
    return read_leaf(ssl.PEM_cert_to_DER_cert(pem.partition(end)[0] + end + "\n"))
