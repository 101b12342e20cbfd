"""What the last operation came to: who failed how often, and since when a listener waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from certdrop.deployment.observations import Job
from certdrop.deployment.operations import UNKNOWN, LastOperation, OperationEnd, Step, StepKind
from certdrop.deployment.work import SeenWork
from certdrop.errors import Fate

FAILURES_TO_STALL = 3
LONGEST_WAIT = timedelta(minutes=15)
NO_EFFECT = "NoEffect"


@dataclass(frozen=True)
class Ledger:
    """The account of a listener after its last operation.

    *failed* is what the last operation failed with, None when it did not; *waiting_since* is set while operations end
    without a failure and without an effect (busy, throttled, lost answers).
    """

    last: LastOperation | None = None
    failures: Mapping[str, int] = field(default_factory=dict)
    failed: OperationEnd | None = None
    processing: bool = False
    waiting_since: datetime | None = None

    @property
    def concerned(self) -> frozenset[str]:
        """The deployments of the last operation."""
        return frozenset(self.last.operation.deployments) if self.last else frozenset()

    def concerns(self, seen: SeenWork) -> bool:
        """Tell whether the last operation was made for *seen*; work opened later (a redrive) had no part in it."""
        return self.last is not None and seen.deployment in self.concerned and seen.opened <= self.last.begun

    @property
    def succeeded(self) -> bool:
        """Tell whether the last operation was accepted and its job, if any, is over and did not fail."""
        end = self.last.end if self.last else None
        return end is not None and not end.code and not self.failed and not self.processing

    @property
    def unstarted(self) -> bool:
        """Tell whether the listener was created, and has not been started since."""
        if self.last is None or self.last.operation.step is StepKind.CREATE_LISTENER:
            return self.last is not None
        if self.last.operation.step is StepKind.START_LISTENER:
            return not self.succeeded
        return self.last.operation.unstarted

    def stalled_since(self, seen: SeenWork) -> bool:
        """Tell whether this work was already stalled for what the last operation came to."""
        ended = self.last.ended if self.last else None
        return seen.stalled is not None and (ended is None or seen.stalled.at >= ended)

    def waiting(self, seen: SeenWork) -> datetime:
        """Return since when *seen* waits."""
        ended = self.last.ended if self.last else None
        if self.waiting_since and seen.deployment in self.concerned:
            ended = self.waiting_since
        return max(seen.opened, ended) if ended else seen.opened

    def has_waited_long(self, seen: SeenWork, now: datetime) -> bool:
        """Tell whether *seen* has waited for 15 minutes."""
        return now - self.waiting(seen) > LONGEST_WAIT

    def repeats(self, step: Step) -> bool:
        """Tell whether *step* is what the last operation did with success: then it had no effect."""
        if not self.succeeded or self.last is None:
            return False
        done = self.last.operation
        return (
            done.step is step.kind
            and done.domain == step.domain
            and set(done.deployments) >= set(step.deployments)
            and (not done.certificates or bool(set(done.certificates) & set(step.certificates)))
            and step.kind is not StepKind.IMPORT_TO_CLB
        )


def read_ledger(last: LastOperation | None, job: Job | None) -> Ledger:
    """Count what the last operation came to."""
    if last is None:
        return Ledger()
    operation, end = last.operation, last.end
    since = operation.waiting_since or last.ended
    if end is None or end.code == UNKNOWN or end.fate is Fate.WAIT:
        return Ledger(last, operation.failures, waiting_since=since)
    if end.code:
        return Ledger(last, _count(last), end, waiting_since=None)
    if job and job.status == "processing":
        return Ledger(last, operation.failures, processing=True)
    if job and job.status == "failed":
        failed = end.model_copy(update={"code": job.code or "JobFailed", "message": job.message, "fate": Fate.STALL})
        return Ledger(last, _count(last), failed)
    kept = {key: count for key, count in operation.failures.items() if key not in operation.deployments}
    return Ledger(last, kept)


def _count(last: LastOperation) -> dict[str, int]:
    operation = last.operation
    return {**operation.failures, **{key: operation.failures.get(key, 0) + 1 for key in operation.deployments}}


def count_no_effect(ledger: Ledger, step: Step) -> Ledger:
    """Count a step that is needed again right after it succeeded as a failure."""
    before = ledger.last.operation.failures if ledger.last else {}
    failures = {**ledger.failures, **{key: before.get(key, 0) + 1 for key in step.deployments}}
    failed = OperationEnd(
        code=NO_EFFECT, fate=Fate.STALL, message=f"{step.kind.value} was accepted but changed nothing"
    )
    return Ledger(ledger.last, failures, failed)
