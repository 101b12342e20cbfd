"""Which chains a listener shows for a server name."""

import random  # noqa: TID251 a World's selection holds a source of its own: handshakes must not move the World's ids
from collections.abc import Sequence
from typing import Literal

from fakecloud.dataplane.shown import Chain, KeyKind, Shown

Order = Literal["newest", "oldest", "random"]


class Selection:
    """Which of several additional chains that match a name equally is shown; the vendor's pages do not say.

    *order*: the one that was associated last, the one that was associated first, or either, anew at every handshake.
    *choices* counts the picks out of several: while there are none, the order makes no difference.
    """

    def __init__(self, order: Order = "newest") -> None:
        self.order = order
        self.choices = 0
        self._random = random.Random(0)  # noqa: S311 no secret

    def pick(self, chains: Sequence[Chain]) -> Chain:
        """Return one of *chains*, which are in order of association."""
        self.choices += len(chains) > 1
        if self.order == "random":
            return self._random.choice(chains)
        return chains[-1 if self.order == "newest" else 0]


def choose(shown: Shown, server_name: str | None, selection: Selection) -> tuple[Chain, ...]:
    """Return at most one chain for each kind of key: the client takes the kind that it likes."""
    return tuple(selection.pick(chains) for chains in find_matching(shown, server_name).values())


def find_matching(shown: Shown, server_name: str | None) -> dict[KeyKind, tuple[Chain, ...]]:
    """Return what may be shown for a server name, by kind of key.

    The exact name comes before a wildcard of one label, additional chains before the default one; without a match, or
    without a name, it is the default chain.
    """
    name = (server_name or "").lower().rstrip(".")
    for wanted in (name, "*." + name.partition(".")[2]):
        is_default = wanted in shown.default.names
        found: dict[KeyKind, tuple[Chain, ...]] = {shown.default.kind: (shown.default,)} if is_default else {}
        for kind in dict.fromkeys(chain.kind for chain in shown.additional):
            matching = tuple(chain for chain in shown.additional if chain.kind == kind and wanted in chain.names)
            found |= {kind: matching} if matching else {}
        if found:
            return found
    return {shown.default.kind: (shown.default,)}
