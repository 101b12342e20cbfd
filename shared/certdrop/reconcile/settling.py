"""Write down what a decision ended, stalled or doubted, and render the reports of the drops concerned."""

from collections.abc import Iterator

from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Decision, LastOperation, Operation, StepKind
from certdrop.deployment.work import Before, Disproved, SeenWork
from certdrop.reconcile.ending import end_works, record_stalls
from certdrop.reconcile.house import House
from certdrop.state.listeners import delete_stalls, find_operations_of, write_disproved


def settle(
    house: House, works: list[SeenWork], last: LastOperation | None, seen: Observation, decision: Decision
) -> None:
    """Write stalls, marks and ends, each by itself, with the reports."""
    record_stalls(house, decision.stalls)
    for work in decision.doubts:
        _mark_disproved(house, work, last, seen)
    by_cause = {(work.deployment, work.work.cause): work for work in works}
    end_works(house, [(end, by_cause[(end.deployment, end.cause)]) for end in decision.ends])
    _delete_orphaned_stalls(house, works, {(end.deployment, end.cause) for end in decision.ends})


def _delete_orphaned_stalls(house: House, works: list[SeenWork], ended: set[tuple[str, str]]) -> None:
    left = {work.deployment for work in works if (work.deployment, work.work.cause) not in ended}
    for work in {work.deployment: work for work in works}.values():
        if work.deployment not in left:
            delete_stalls(house.store, work)


def _mark_disproved(house: House, work: SeenWork, last: LastOperation | None, seen: Observation) -> None:
    place = work.work.place
    operation = last.operation if last and last.operation.puts(work.deployment, place.slot) else None
    found = find_operations_of(house.store, place.listener, work.deployment, place.slot)
    operation = operation or next(found, None)
    handshake = seen.handshakes[work.deployment]
    mark = Disproved(
        operation=operation.number if operation else 0,
        shown=handshake.detail,
        server_name=handshake.server_name,
        certificates=_put(operation, work, seen) if operation else (),
        before=_before(operation, found, seen) if operation else Before(),
        domain=operation.domain if operation else "",
    )
    write_disproved(house.store, work, mark)


def _before(operation: Operation, earlier: Iterator[Operation], seen: Observation) -> Before:
    """Return what a deployment replaced: a domain extension is put by an operation of its own, so back to the first."""
    if not operation.domain or seen.listener is None:
        return operation.before
    replaced = dict(operation.before.extensions)
    put = set(operation.certificates)
    left = {one.domain for one in seen.listener.extensions if one.certificate.certificate_id in put}
    for one in earlier:
        left -= {domain for domain in left if replaced.get(domain) not in put}
        if not left:
            break
        replaced |= {one.domain: one.before.extensions.get(one.domain, "")} if one.domain in left else {}
    return operation.before.model_copy(update={"extensions": replaced})


def _put(operation: Operation, work: SeenWork, seen: Observation) -> tuple[str, ...]:
    """Return what an operation left at the listener for *work*: one that dissociated left the successor alone."""
    if operation.step is StepKind.DISSOCIATE:
        return (seen.certificates[work.facts.fingerprint],)
    return operation.certificates
