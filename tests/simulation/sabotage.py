"""Planted defects: what the invariants are worth is shown by what they catch.

python -m tests.simulation.sabotage    plays seeds under each defect until one is caught, and tells how many that took
"""

import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.oss import Oss
from certdrop.deployment.client_ca import find_gate
from certdrop.deployment.operations import Operation, OperationEnd
from certdrop.deployment.work import End, SeenWork
from certdrop.reconcile import pacing
from certdrop.reconcile.house import House, Outcome
from certdrop.reconcile.opening import plan_works
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.run import Look
from certdrop.state import keys
from certdrop.state.config import Config
from certdrop.state.drops import DEAD_AFTER, Attempts, PlannedDeployment, Verdict, write_verdict
from certdrop.state.listeners import begin_operation, close_work, end_operation, record_end
from certdrop.state.opened import Opened
from certdrop.state.store import Store
from fakecloud.ram import Names, Policy
from tests.flows.pipeline import look_of, policies
from tests.simulation.faults import SEEDS
from tests.simulation.replay import Played, play

Plant = Callable[[ExitStack], None]


def _random_cas_name(stack: ExitStack) -> None:
    """Every look names the certificate anew."""
    count = iter(range(10**9))
    named = property(lambda facts: f"certdrop-{facts.fingerprint[:8]}-{next(count):016x}")
    stack.enter_context(patch.object(BundleFacts, "cas_name", named))


def _number_not_checked(stack: ExitStack) -> None:
    """An operation is written over another's."""

    def begin(store: Store, listener: object, operation: Operation) -> bool:
        store.put(keys.operation(listener, operation.number), operation)
        return True

    stack.enter_context(patch("certdrop.reconcile.listeners.begin_operation", begin))


def _call_before_operation(stack: ExitStack) -> None:
    """The call is made first, and written down after it."""

    def end(store: Store, listener: object, operation: Operation, came: OperationEnd) -> None:
        begin_operation(store, listener, operation)
        end_operation(store, listener, operation, came)

    stack.enter_context(patch("certdrop.reconcile.listeners.begin_operation", lambda *_: True))
    stack.enter_context(patch("certdrop.reconcile.listeners.end_operation", end))


def _verdict_before_work(stack: ExitStack) -> None:
    """A verdict stands before the work that it means is open."""
    from certdrop.reconcile.judging import _open

    def open_late(
        house: House, drop: str, snapshot: str, config: Config, facts: BundleFacts
    ) -> tuple[tuple[PlannedDeployment, ...], Opened]:
        works = plan_works(drop, snapshot, config, facts)
        planned = tuple(
            PlannedDeployment(deployment=work.deployment, cause=work.cause, target=work.target, place=work.place)
            for work in works
        )
        verdict = Verdict(
            drop=drop,
            snapshot=snapshot,
            config=config.number,
            verdict="accepted",
            kind=facts.kind,
            fingerprint=facts.fingerprint,
            deployments=planned,
            correlation_id=snapshot[:12],
        )
        write_verdict(house.store, verdict)
        return _open(house, drop, snapshot, config, facts)

    stack.enter_context(patch("certdrop.reconcile.judging._open", open_late))


def _no_look_up_in_clb(stack: ExitStack) -> None:
    """Whoever imports into CLB does not ask what is there."""
    stack.enter_context(patch("certdrop.reconcile.clb_certificates._is_imported", lambda *_: False))


def _failed_job_swallowed(stack: ExitStack) -> None:
    """A job that failed counts as done: the work is taken for served."""
    stack.enter_context(patch("certdrop.reconcile.observing._find_job", lambda *_: None))
    stack.enter_context(patch("certdrop.deployment.ledger.Ledger.repeats", lambda *_: False))


def _etag_ignored(stack: ExitStack) -> None:
    """Files are read as they are now, not as the snapshot lists them."""
    get = Oss.get_object

    def get_any(self: Oss, key: str, *, if_match: str | None = None, **more: Any) -> object:
        return get(self, key, **more)

    stack.enter_context(patch.object(Oss, "get_object", get_any))


def _succession_by_arrival(stack: ExitStack) -> None:
    """Whoever comes later is newer."""
    for module in ("succession", "guards"):
        stack.enter_context(patch(f"certdrop.deployment.{module}.is_greater", lambda newer, older: True))


def _endless_requests(stack: ExitStack) -> None:
    """Whoever was asked to look asks itself again."""

    def look_of_defect(function: str) -> Look:
        def look(item: object, house: House) -> Outcome:
            outcome = look_of(function)(item, house)
            if isinstance(item, ReconcileRequest):
                pacing.ask(house, house.function, item, 5)
            return outcome

        return look

    stack.enter_context(patch("tests.simulation.simulation.look_of", look_of_defect))


def _closed_before_ended(stack: ExitStack) -> None:
    """Open work is deleted, and then its end is written."""

    def end_works(house: House, ended: Collection[tuple[End, SeenWork]]) -> None:
        from certdrop.reconcile.ending import render_reports

        for _, work in ended:
            close_work(house.store, work)
        for end, _ in ended:
            record_end(house.store, end)
        render_reports(house, (work for _, work in ended))

    stack.enter_context(patch("certdrop.reconcile.settling.end_works", end_works))


def _one_key_for_every_cause(stack: ExitStack) -> None:
    """Work has one key, whatever it was opened for, and so has its end."""
    stack.enter_context(
        patch.object(
            keys, "open_work", lambda listener, deployment, _: f"{keys.open_deployment(listener, deployment)}1.json"
        )
    )
    stack.enter_context(patch.object(keys, "end", lambda deployment, _: f"{keys.ends(deployment)}1.json"))


def _ended_attempts_are_poison(stack: ExitStack) -> None:
    """Attempts that ended in order count as dead ones."""

    def died(self: Attempts, now: datetime) -> int:
        return sum(now - at > DEAD_AFTER for at in self.begun.values())

    stack.enter_context(patch.object(Attempts, "died", died))


def _stage_not_held(stack: ExitStack) -> None:
    """A later stage does not wait for the one before."""
    stack.enter_context(patch("certdrop.reconcile.staging.find_held", lambda _: frozenset()))


def _client_ca_not_awaited(stack: ExitStack) -> None:
    """A bundle is served whether clients are asked for a certificate or not."""
    stack.enter_context(
        patch("certdrop.deployment.decide.find_gate", lambda *asked: replace(find_gate(*asked), is_open=True))
    )


def _echo_told(stack: ExitStack) -> None:
    """What a service says of a refused call is told as it is."""
    stack.enter_context(patch("certdrop.cloud.messages.hide", lambda text: text))
    stack.enter_context(patch("certdrop.runtime.redaction.hide_but_hashes", lambda text: text))


def _policy_widened(stack: ExitStack) -> None:
    """A role may do whatever ALB offers."""
    widened: Mapping[str, Policy] = {
        role: Policy((*policy.statements, _allow_more(policy))) for role, policy in policies().items()
    }
    stack.enter_context(patch("tests.simulation.simulation.policies", lambda: widened))


def _allow_more(policy: Policy) -> Any:
    return replace(policy.statements[0], actions=Names(("alb:*",)), resources=Names(("*",)), conditions=())


DEFECTS: Mapping[str, Plant] = {
    "a random name in CAS": _random_cas_name,
    "the number of an operation not checked": _number_not_checked,
    "the call before its operation is written": _call_before_operation,
    "the verdict before the open work": _verdict_before_work,
    "no look-up before an upload to CLB": _no_look_up_in_clb,
    "a failed job swallowed": _failed_job_swallowed,
    "the ETag ignored": _etag_ignored,
    "succession by arrival": _succession_by_arrival,
    "requests that ask again without end": _endless_requests,
    "open work deleted before its end is written": _closed_before_ended,
    "one key for every cause": _one_key_for_every_cause,
    "ended attempts counted as poison": _ended_attempts_are_poison,
    "a policy widened": _policy_widened,
    "an echo told as it is": _echo_told,
    "a later stage not held": _stage_not_held,
    "the client CA not awaited": _client_ca_not_awaited,
}


@contextmanager
def planted(defect: str) -> Iterator[None]:
    """Let the product have a defect."""
    with ExitStack() as stack:
        DEFECTS[defect](stack)
        yield


def find_catching(defect: str, seeds: Iterable[int]) -> Played | None:
    """Play seeds with a defect planted until one of them breaks an invariant; None when none does."""
    with planted(defect):
        return next((played for seed in seeds if (played := play(seed)).problem), None)


def main() -> int:
    """Tell which seed catches each defect; 1 when one is caught by none."""
    missed = 0
    for defect in DEFECTS:
        started = time.perf_counter()
        caught = find_catching(defect, range(SEEDS))
        missed += caught is None
        said = f"seed {caught.seed}: {caught.problem[:150]}" if caught else "NOT CAUGHT"
        sys.stdout.write(f"{defect}: {said} ({time.perf_counter() - started:.0f} s)\n")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
