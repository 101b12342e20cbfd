"""Which chains a listener shows for a server name."""

from fakecloud.dataplane.shown import Chain, Shown


def choose(shown: Shown, server_name: str | None) -> tuple[Chain, ...]:
    """Return at most one chain for each kind of key: the client takes the kind that it likes.

    The exact name comes before a wildcard of one label, an additional chain before the default one, the one that was
    associated last before the others; without a match, or without a name, it is the default chain.
    """
    name = (server_name or "").lower().rstrip(".")
    for wanted in (name, "*." + name.partition(".")[2]):
        found = {chain.kind: chain for chain in (shown.default, *shown.additional) if wanted in chain.names}
        if found:
            return tuple(found.values())
    return (shown.default,)
