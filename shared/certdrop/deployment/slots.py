"""Who holds the default slot, and what each slot of a listener still needs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from certdrop.deployment.observations import Extension, Observation, SeenListener, ShownCertificate
from certdrop.deployment.operations import StallOf
from certdrop.deployment.succession import succeeds
from certdrop.deployment.work import End, SeenWork, end_of

SLOT_TAKEN = "slot-taken"
SERVED_UNKNOWN = "served-certificate-unknown"
OTHER_PLACE = (
    "give the target the role `additional`, name another port, or drop a certificate that includes every name of the "
    "holder, with the same kind of key and newer"
)


@dataclass
class Settled:
    """What became of the works of one slot: ended, stalled, satisfied (to be verified), or still needing a step."""

    ends: list[End] = field(default_factory=list)
    stalls: list[StallOf] = field(default_factory=list)
    satisfied: list[SeenWork] = field(default_factory=list)
    needing: list[SeenWork] = field(default_factory=list)
    extensions: list[tuple[SeenWork, str, Extension | None]] = field(default_factory=list)
    way_out: str = OTHER_PLACE

    def hand_over(self) -> list[SeenWork]:
        """Return what is satisfied or needing, and keep none of it."""
        works = [*self.satisfied, *self.needing]
        self.satisfied.clear()
        self.needing.clear()
        return works

    def supersede(self, works: Iterable[SeenWork], by: str) -> None:
        """End *works* as superseded."""
        self.ends += [end_of(work, "superseded", message=f"superseded by {by}") for work in works]

    def take(self, works: Iterable[SeenWork], holder: str) -> None:
        """Refuse *works*: the slot belongs to another line of certificates."""
        self.ends += [
            end_of(
                work,
                "refused",
                SLOT_TAKEN,
                f"the slot is held by {holder}, which this certificate does not succeed",
                self.way_out,
            )
            for work in works
        ]

    def puzzle(self, works: Iterable[SeenWork], shown: ShownCertificate) -> None:
        """Stall *works*: what is served now cannot be compared with them."""
        self.stalls += [
            StallOf(
                work,
                SERVED_UNKNOWN,
                f"the listener serves {shown.certificate_id}, of which neither state/ nor CAS knows the names",
                "look at the listener in the console; remove the certificate or replace it once by hand",
            )
            for work in works
        ]


def by_deployment(works: Iterable[SeenWork]) -> dict[str, list[SeenWork]]:
    """Group works of the same deployment: several causes want the same thing; the newest targets come first."""
    groups: dict[str, list[SeenWork]] = {}
    for work in sorted(works, key=lambda seen: (-seen.work.config, seen.opened, seen.work.cause)):
        groups.setdefault(work.deployment, []).append(work)
    return groups


def name_of(seen: SeenWork) -> str:
    """Return how a person would recognise a wanted bundle."""
    return f"{seen.facts.cas_name} (drop {seen.work.drop})"


def replaced_in(seen: Observation) -> Callable[[SeenWork, SeenWork], bool]:
    """Return the rule by which wanted bundles replace each other: only one that the cloud holds can.

    The drop of one that is not imported yet may have been overwritten; then it never will be.
    """
    return lambda newer, older: seen.holds(newer.facts.fingerprint) and succeeds(newer.facts, older.facts)


def shows(certificate: ShownCertificate, work: SeenWork, seen: Observation) -> bool:
    """Tell whether a listener's certificate is the wanted bundle: by its id, or as the same under another id."""
    if seen.certificates.get(work.facts.fingerprint) == certificate.certificate_id:
        return True
    facts = certificate.facts
    return facts is not None and facts.fingerprint in (work.facts.fingerprint, work.facts.sha1)


def drop_superseded(
    works: Sequence[SeenWork], settled: Settled, replaces: Callable[[SeenWork, SeenWork], bool]
) -> list[SeenWork]:
    """End the works that another wanted bundle of the same slot replaces; return the rest."""
    rest = []
    for work in works:
        successor = next((other for other in works if replaces(other, work)), None)
        if successor:
            settled.supersede([work], name_of(successor))
        else:
            rest.append(work)
    return rest


def settle_default(works: Sequence[SeenWork], seen: Observation) -> Settled:
    """Find who holds the default slot: the served line, else the oldest open work."""
    settled = Settled()
    rest = drop_superseded(works, settled, replaced_in(seen))
    shown = seen.listener.default if seen.listener else None
    if shown is None:
        _hold_or_await(rest, settled, seen)
        return settled
    candidates = []
    for work in rest:
        if shows(shown, work, seen):
            settled.satisfied.append(work)
        elif shown.facts is None:
            settled.puzzle([work], shown)
        elif succeeds(shown.facts, work.facts):
            settled.supersede([work], shown.label or shown.certificate_id)
        elif succeeds(work.facts, shown.facts) or work.work.heals:
            candidates.append(work)
        else:
            settled.take([work], shown.label or shown.certificate_id)
    _hold_or_await(candidates, settled, seen)
    return settled


def _hold_or_await(works: Sequence[SeenWork], settled: Settled, seen: Observation) -> None:
    """Find the holder; a successor that is not imported yet takes no slot from its line, it only needs its import."""
    awaited = [
        work
        for work in works
        if not seen.holds(work.facts.fingerprint) and any(succeeds(work.facts, other.facts) for other in works)
    ]
    hold_by_age([work for work in works if work not in awaited], settled)
    settled.needing += awaited


def hold_by_age(works: Sequence[SeenWork], settled: Settled) -> None:
    """Let the oldest of *works* need its step, and refuse the others: the slot takes one."""
    groups = list(by_deployment(works).values())
    if not groups:
        return
    holder = min(groups, key=lambda group: (min(work.opened for work in group), group[0].deployment))
    settled.needing += holder
    for group in groups:
        if group is not holder:
            settled.take(group, name_of(holder[0]))


def settle_additional(works: Sequence[SeenWork], seen: Observation, listener: SeenListener) -> Settled:
    """Compare the wanted additional certificates of an ALB listener with those it shows."""
    settled = Settled()
    for work in drop_superseded(works, settled, replaced_in(seen)):
        shown = next((one for one in listener.additional if shows(one, work, seen)), None)
        successor = next((one for one in listener.additional if one.facts and succeeds(one.facts, work.facts)), None)
        if listener.default and shows(listener.default, work, seen):
            settled.satisfied.append(work)
        elif successor:
            settled.supersede([work], successor.label or successor.certificate_id)
        elif shown and shown.status == "associated":
            settled.satisfied.append(work)
        else:
            settled.needing.append(work)
    return settled


def find_predecessors(
    satisfied: Iterable[SeenWork], listener: SeenListener, wanted: frozenset[str]
) -> list[tuple[SeenWork, ShownCertificate]]:
    """Return our additional certificates that a satisfied bundle succeeds and that nobody wants any more."""
    return [
        (work, shown)
        for work in satisfied
        for shown in listener.additional
        if shown.ours
        and shown.status == "associated"
        and shown.certificate_id not in wanted
        and shown.facts
        and succeeds(work.facts, shown.facts)
    ]
