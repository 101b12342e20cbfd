"""List what was found in a drop, for people."""

from collections.abc import Sequence

from certdrop.bundle.certificates import Certificate
from certdrop.bundle.chain import Chain
from certdrop.bundle.codes import printable
from certdrop.bundle.judgement import Part, Role
from certdrop.bundle.parsing import Parts
from certdrop.masking import hide


def list_parts(parts: Parts, role: Role, certificates: Sequence[Certificate]) -> tuple[Part, ...]:
    """Return *certificates* as parts that play *role*."""
    return tuple(
        Part(role, _places(parts, each.der), printable(each.title), each.key.title, each.not_after)
        for each in certificates
    )


def list_keys(parts: Parts) -> tuple[Part, ...]:
    """Return the keys: their kind and size, nothing else."""
    return tuple(
        Part("key", _places(parts, spki), "private key", pair.public.title) for spki, pair in parts.keys.items()
    )


def _places(parts: Parts, identity: bytes) -> tuple[str, ...]:
    return tuple(printable(hide(place)) for place in parts.places[identity])


def list_server_parts(parts: Parts, leaf: Certificate, chain: Chain) -> tuple[Part, ...]:
    """Return everything in the order of the chain, then what fits nowhere."""
    root = [chain.root] if chain.root else []
    return (
        *list_parts(parts, "leaf", [leaf]),
        *list_parts(parts, "intermediate", chain.intermediates),
        *list_parts(parts, "root", root),
        *list_parts(parts, "stray", chain.strays),
        *list_keys(parts),
    )
