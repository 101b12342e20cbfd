"""Fingerprints of PEM texts, each read once."""

from functools import cache

from fakecloud.certificates import read_chain


@cache
def fingerprint_of(pem: str) -> str:
    """Return the SHA-256 of the first certificate of a PEM text."""
    return read_chain(pem).leaf.sha256
