"""What a mark of disproof says: what was put at a listener for a deployment, and what has to be put back.

It is read back from the listener's log, for several operations may have been made for one deployment.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from certdrop.deployment.guards import displaces
from certdrop.deployment.observations import Observation, ServedFacts
from certdrop.deployment.operations import LastOperation, Operation, StepKind
from certdrop.deployment.work import Before, Disproved, SeenWork
from certdrop.reconcile.house import House
from certdrop.reconcile.served import describe_served
from certdrop.state.listeners import find_operations_of, write_disproved


def mark_disproved(house: House, work: SeenWork, last: LastOperation | None, seen: Observation) -> None:
    """Write that a handshake showed another certificate than that of *work*."""
    place = work.work.place
    found = find_operations_of(house.store, place.listener, work.deployment, place.slot)
    operation = last.operation if last and last.operation.puts(work.deployment, place.slot) else next(found, None)
    handshake = seen.handshakes[work.deployment]
    mark = Disproved(
        operation=operation.number if operation else 0,
        shown=handshake.detail,
        server_name=handshake.server_name,
        before=Before(),
    )
    if operation:
        earlier = (one for one in found if one.number < operation.number)
        is_associated = place.service == "alb" and place.slot == "additional"
        changes = (_of_association if is_associated else _of_slot)(house, work, operation, earlier, seen)
        mark = mark.model_copy(update=changes)
    write_disproved(house.store, work, mark)


def _of_slot(
    _house: House, _work: SeenWork, operation: Operation, earlier: Iterator[Operation], seen: Observation
) -> dict[str, object]:
    """Tell what was put into a slot that takes one certificate, or into a domain extension, and what that replaced."""
    return {
        "certificates": operation.certificates,
        "before": _before(operation, earlier, seen),
        "domain": operation.domain,
    }


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


def _of_association(
    house: House, work: SeenWork, operation: Operation, earlier: Iterator[Operation], seen: Observation
) -> dict[str, object]:
    """Tell whether the work's certificate was associated for it, and which predecessors were dissociated since then.

    Both calls take the certificates of several deployments: the others' are not this one's to put back.
    """
    own = seen.certificates.get(work.facts.fingerprint, "")
    taken: list[str] = []
    for one in chain([operation], earlier):
        if one.step is StepKind.DISSOCIATE:
            taken += one.certificates
        elif one.step is StepKind.ASSOCIATE and own in one.certificates and own not in one.before.additional:
            before = Before(additional=_find_predecessors(house, work, taken, seen))
            return {"certificates": (own,), "before": before}
    return {}


def _find_predecessors(house: House, work: SeenWork, taken: Iterable[str], seen: Observation) -> tuple[str, ...]:
    """Return what *work* displaced of the certificates *taken*: valid still, and succeeded by nothing else there."""
    listener = seen.listener
    others = [one.facts for one in listener.additional if one.facts] if listener else []
    found = describe_served(house, taken) if taken else {}

    def is_wanted_back(facts: ServedFacts) -> bool:
        newer = [one for one in others if one.fingerprint not in (work.facts.fingerprint, work.facts.sha1)]
        return (
            facts.not_after > house.store.now
            and displaces(work.facts, facts, work.work.allow, is_shared=True)
            and not any(displaces(one, facts, is_shared=True) for one in newer)
        )

    return tuple(sorted(key for key, shown in found.items() if shown.facts and is_wanted_back(shown.facts)))
