"""Who displaces whom where both cannot stay: succession, and the guards against serving worse than now. Pure.

A bundle that is newer than what it would displace, and of its line, is held back when it expires earlier, lacks names,
or is self-signed and the other is not; a target may allow each by name. Two certificates are of one line when they have
the same kind of key and one holds all names of the other; where only one can be served, one name in common is enough.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from certdrop.deployment.succession import CertificateFacts, covers_names, is_greater

Allowance = Literal["earlier-expiry", "fewer-names", "self-signed"]
Standing = Literal["succeeds", "worse", "older", "stranger"]
NAMES_IN_MESSAGE = 10


@dataclass(frozen=True)
class Concern:
    """One way in which a bundle is worse than what it would displace."""

    code: Allowance
    message: str


@dataclass(frozen=True)
class Comparison:
    """How a bundle stands to another certificate; *concerns* only when it is worse: those that are not allowed."""

    standing: Standing
    concerns: tuple[Concern, ...] = ()

    @property
    def code(self) -> str:
        """The code of the first concern."""
        return self.concerns[0].code

    @property
    def message(self) -> str:
        """All concerns in words."""
        return ", and ".join(concern.message for concern in self.concerns)

    @property
    def remedy(self) -> str:
        """How to go on."""
        codes = ", ".join(concern.code for concern in self.concerns)
        return f"drop a certificate without this fault; or, if it is meant so, give the target `allow: [{codes}]`"


def compare(
    bundle: CertificateFacts, other: CertificateFacts, allow: Collection[str] = (), *, is_shared: bool = False
) -> Comparison:
    """Compare a wanted bundle with a certificate in its place; *is_shared*: the slot could hold both of them.

    When the other's start is not known, the bundle is taken for the newer one, and its end is guarded.
    """
    names, others = set(bundle.names), set(other.names)
    of_line = names >= others or names <= others or (bool(names & others) and not is_shared)
    if bundle.fingerprint == other.fingerprint or bundle.key_kind != other.key_kind or not of_line:
        return Comparison("stranger")
    if bundle.not_before and other.not_before and not is_greater(bundle, other):
        return Comparison("older" if names <= others or "fewer-names" in allow else "stranger")
    concerns = tuple(one for one in _find_concerns(bundle, other) if one.code not in allow)
    return Comparison("worse", concerns) if concerns else Comparison("succeeds")


def displaces(
    bundle: CertificateFacts, other: CertificateFacts, allow: Collection[str] = (), *, is_shared: bool = False
) -> bool:
    """Tell whether a wanted bundle takes the place of another certificate."""
    return compare(bundle, other, allow, is_shared=is_shared).standing == "succeeds"


def _find_concerns(bundle: CertificateFacts, other: CertificateFacts) -> list[Concern]:
    concerns = []
    if bundle.not_after < other.not_after:
        ends = f"{bundle.not_after:%Y-%m-%d %H:%M}", f"{other.not_after:%Y-%m-%d %H:%M}"
        concerns.append(Concern("earlier-expiry", f"it expires on {ends[0]} UTC, earlier than {ends[1]} UTC"))
    if not covers_names(bundle, other):
        lacking = sorted(set(other.names) - set(bundle.names))
        more = f" and {len(lacking) - NAMES_IN_MESSAGE} more" if len(lacking) > NAMES_IN_MESSAGE else ""
        concerns.append(Concern("fewer-names", f"it lacks {', '.join(lacking[:NAMES_IN_MESSAGE])}{more}"))
    if bundle.self_signed and not other.self_signed:
        concerns.append(Concern("self-signed", "it is self-signed, which the other is not known to be"))
    return concerns
