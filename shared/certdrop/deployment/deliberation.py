"""A decision in the making: what it is made from, and what has ended, stalls or is doubted so far. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from certdrop.deployment.ledger import Ledger
from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Decision, StallOf, Step, StepKind
from certdrop.deployment.work import End, Note, SeenWork


@dataclass
class Deliberation:
    """What one decision knows, and what it has found.

    *authorities* is all open work for client CAs, due or not; *deployments* are all that are open; *notes* are what the
    ends of those that the step is made for will have to say.
    """

    ledger: Ledger
    seen: Observation
    now: datetime
    authorities: Sequence[SeenWork] = ()
    deployments: frozenset[str] = frozenset()
    notes: dict[str, Note] = field(default_factory=dict)
    ends: list[End] = field(default_factory=list)
    stalls: list[StallOf] = field(default_factory=list)
    doubts: list[SeenWork] = field(default_factory=list)
    unproved: tuple[SeenWork, ...] = ()

    @property
    def kept_notes(self) -> dict[str, Note]:
        """What former operations noted for deployments that are still open."""
        notes = self.ledger.last.operation.notes if self.ledger.last else {}
        return {deployment: note for deployment, note in notes.items() if deployment in self.deployments}

    def imported(self, works: Iterable[SeenWork]) -> list[SeenWork]:
        """Return the works whose bundles the listener's service holds."""
        return [work for work in works if work.facts.fingerprint in self.seen.certificates]

    def certificates(self, works: Iterable[SeenWork]) -> tuple[str, ...]:
        """Return the cloud ids of imported works' bundles, each once."""
        return tuple(dict.fromkeys(self.seen.certificates[work.facts.fingerprint] for work in works))

    def wait(self, works: Sequence[SeenWork], reason: str) -> Step:
        """Let *works* wait; those that have waited for 15 minutes stall."""
        tired = [work for work in works if self.ledger.has_waited_long(work, self.now)]
        self.stall(tired, "waited-too-long", f"waited for 15 minutes: {reason}")
        waiting = tuple(work for work in works if work not in tired)
        return Step(StepKind.WAIT, waiting, reason=reason) if waiting else Step(StepKind.STALL)

    def stall(self, works: Iterable[SeenWork], code: str, message: str, remedy: str = "") -> Step:
        """Let *works* stall."""
        self.stalls += [StallOf(work, code, message, remedy) for work in works]
        return Step(StepKind.STALL)

    def conclude(self, step: Step) -> Decision:
        """Return the decision for *step* with all that was found."""
        return Decision(
            step=step,
            ends=tuple(self.ends),
            stalls=tuple(self.stalls),
            doubts=tuple(self.doubts),
            failures=self.ledger.failures,
            waiting_since=self.ledger.waiting_since,
            unstarted=self.ledger.unstarted,
            unproved=self.unproved,
            notes=self.kept_notes | {key: note for key, note in self.notes.items() if key in step.deployments},
        )
