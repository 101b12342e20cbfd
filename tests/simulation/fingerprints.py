"""What PEM texts hold, each read once."""

import ssl
from functools import cache

from certdrop.bundle.leaf import LeafFacts, read_leaf
from fakecloud.certificates import read_chain
from fakecloud.world import World


@cache
def fingerprint_of(pem: str) -> str:
    """Return the SHA-256 of the first certificate of a PEM text."""
    return read_chain(pem).leaf.sha256


def kept_at_clb(world: World) -> dict[str, str]:
    """Return the SHA-256 of every certificate that CLB keeps, by id: of servers and of CAs."""
    kept = world.clb.certificates
    servers = {identifier: one.chain.leaf.sha256 for identifier, one in kept.server.items()}
    return servers | {identifier: one.chain.leaf.sha256 for identifier, one in kept.ca.items()}


@cache
def leaf_facts_of(pem: str) -> LeafFacts | None:
    """Return what the first certificate of a PEM text says of itself."""
    end = "-----END CERTIFICATE-----"
    return read_leaf(ssl.PEM_cert_to_DER_cert(pem.partition(end)[0] + end + "\n"))
