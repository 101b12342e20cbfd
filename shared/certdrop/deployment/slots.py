"""Who holds the default slot, and what each slot of a listener still needs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from certdrop.deployment.guards import Comparison, compare, displaces
from certdrop.deployment.observations import Extension, Observation, SeenListener, ShownCertificate
from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import End, Note, SeenWork, end_of

SLOT_TAKEN = "slot-taken"
SERVED_UNKNOWN = "served-certificate-unknown"
OTHER_PLACE = (
    "give the target the role `additional`, name another port, or drop a certificate that includes every name of the "
    "holder, with the same kind of key and newer"
)


@dataclass
class Settled:
    """What became of the works of one slot: ended, stalled, satisfied (to be verified), or still needing a step.

    Those that are *deferred* wait for the end of another that replaces them.
    """

    ends: list[End] = field(default_factory=list)
    stalls: list[StallOf] = field(default_factory=list)
    satisfied: list[SeenWork] = field(default_factory=list)
    needing: list[SeenWork] = field(default_factory=list)
    deferred: list[SeenWork] = field(default_factory=list)
    extensions: list[tuple[SeenWork, str, Extension | None]] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
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

    def settle_beside(self, work: SeenWork, shown: ShownCertificate) -> bool:
        """Compare *work* with what its slot shows; True when it may take the slot, else it has ended."""
        label = shown.label or shown.certificate_id
        if not shown.is_known:
            message = f"it replaced {label}, of which nobody could tell all names: see that none is missing"
            self.notes[work.deployment] = Note(code=SERVED_UNKNOWN, message=message)
        if shown.facts is None:
            return True
        comparison = compare(work.facts, shown.facts, work.work.allow)
        if comparison.standing == "older":
            self.supersede([work], label)
            return False
        if comparison.standing == "succeeds" or work.work.heals:
            return True
        if comparison.standing == "worse":
            self.guard(work, comparison, label)
        else:
            self.take([work], label)
        return False

    def guard(self, work: SeenWork, comparison: Comparison, label: str) -> None:
        """Refuse *work*: it would serve worse than what it would displace."""
        message = f"compared with {label}, which is served: {comparison.message}"
        self.ends.append(end_of(work, "refused", comparison.code, message, comparison.remedy))


def by_deployment(works: Iterable[SeenWork]) -> dict[str, list[SeenWork]]:
    """Group works of the same deployment: several causes want the same thing; the newest targets come first."""
    groups: dict[str, list[SeenWork]] = {}
    for work in sorted(works, key=lambda seen: (-seen.work.config, seen.opened, seen.work.cause)):
        groups.setdefault(work.deployment, []).append(work)
    return groups


def name_of(seen: SeenWork) -> str:
    """Return how a person would recognise a wanted bundle."""
    return f"{seen.facts.cas_name} (drop {seen.work.drop})"


def replaced_in(seen: Observation, *, is_shared: bool = False) -> Callable[[SeenWork, SeenWork], bool]:
    """Return the rule by which wanted bundles replace each other: only one that the cloud holds can.

    The drop of one that is not imported yet may have been overwritten; then it never will be.
    """
    return lambda newer, older: (
        seen.holds(newer.facts.fingerprint)
        and displaces(newer.facts, older.facts, newer.work.allow, is_shared=is_shared)
    )


def find_undeferred(works: Sequence[SeenWork], seen: Observation, *, is_shared: bool = False) -> list[SeenWork]:
    """Leave out works that are worse than another that is about to be served: they are judged when it is."""
    return [
        work
        for work in works
        if not any(
            seen.holds(other.facts.fingerprint)
            and compare(work.facts, other.facts, work.work.allow, is_shared=is_shared).standing == "worse"
            for other in works
        )
    ]


def shows(certificate: ShownCertificate, work: SeenWork, seen: Observation) -> bool:
    """Tell whether a listener's certificate is the wanted bundle: by its id, or as the same under another id."""
    if seen.certificates.get(work.facts.fingerprint) == certificate.certificate_id:
        return True
    facts = certificate.facts
    return facts is not None and facts.fingerprint in (work.facts.fingerprint, work.facts.sha1)


def defer_replaced(
    works: Sequence[SeenWork], settled: Settled, replaces: Callable[[SeenWork, SeenWork], bool]
) -> list[SeenWork]:
    """Defer the works that another wanted bundle of the same slot replaces; return the rest.

    They are judged when that one is served, and it is their turn when a handshake disproves it.
    """
    settled.deferred += [work for work in works if any(replaces(other, work) for other in works)]
    return [work for work in works if work not in settled.deferred]


def settle_default(works: Sequence[SeenWork], seen: Observation) -> Settled:
    """Find who holds the default slot: the served line, else the oldest open work."""
    settled = Settled()
    shown = seen.listener.default if seen.listener else None
    wanted = defer_replaced(works, settled, replaced_in(seen))
    settled.satisfied += [work for work in wanted if shown and shows(shown, work, seen)]
    candidates = [
        work
        for work in wanted
        if work not in settled.satisfied and (shown is None or settled.settle_beside(work, shown))
    ]
    _hold_or_await(find_undeferred(candidates, seen), settled, seen)
    return settled


def _hold_or_await(works: Sequence[SeenWork], settled: Settled, seen: Observation) -> None:
    """Find the holder; a successor that is not imported yet takes no slot from its line, it only needs its import."""
    awaited = [
        work
        for work in works
        if not seen.holds(work.facts.fingerprint)
        and any(displaces(work.facts, other.facts, work.work.allow) for other in works)
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
    wanted = defer_replaced(works, settled, replaced_in(seen, is_shared=True))
    free = [work for work in wanted if _is_free(work, seen, listener, settled)]
    for work in find_undeferred(free, seen, is_shared=True):
        shown = _find_shown(work, seen, listener)
        is_there = shown is not None and shown.status == "associated"
        (settled.satisfied if is_there else settled.needing).append(work)
    return settled


def _find_shown(work: SeenWork, seen: Observation, listener: SeenListener) -> ShownCertificate | None:
    """Find what shows the bundle: the default certificate serves every name that an additional one would."""
    default = [listener.default] if listener.default else []
    return next((one for one in (*default, *listener.additional) if shows(one, work, seen)), None)


def _is_free(work: SeenWork, seen: Observation, listener: SeenListener, settled: Settled) -> bool:
    """Tell whether *work* may be, or stay, associated beside what is there; it has ended where it may not.

    What is not ours will not be displaced, and so is no reason to refuse.
    """
    is_shown = _find_shown(work, seen, listener) is not None
    for other in listener.additional:
        comparison = other.facts and compare(work.facts, other.facts, work.work.allow, is_shared=True)
        label = other.label or other.certificate_id
        if comparison and comparison.standing == "older":
            settled.supersede([work], label)
            return False
        if comparison and comparison.standing == "worse" and other.ours and not is_shown:
            settled.guard(work, comparison, label)
            return False
    return True


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
        and shown.is_known
        and displaces(work.facts, shown.facts, work.work.allow, is_shared=True)
    ]
