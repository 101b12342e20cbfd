"""What open work holds on to: the bundles it wants, and the certificates that may be put back when it is disproved."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from certdrop.deployment.cleanup import Kept
from certdrop.deployment.operations import Operation
from certdrop.deployment.work import Before, SeenWork
from certdrop.reconcile.house import House
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.state import keys
from certdrop.state.listeners import read_open_work
from certdrop.state.opened import list_open

ENTRIES_AT_MOST = 100  # of a log, back to when the oldest open work was opened


@dataclass
class Held:
    """The fingerprints of wanted bundles, and certificates' ids."""

    bundles: set[str] = field(default_factory=set)
    certificates: set[str] = field(default_factory=set)

    def holds(self, one: Kept) -> bool:
        """Tell whether open work needs a certificate."""
        return one.facts.fingerprint in self.bundles or one.certificate_id in self.certificates


def find_held(house: House) -> Held:
    """Read all open work, the marks on it, and what its listeners' operations put and replaced since it was opened.

    UnreadableError when one of these documents is spoilt: what it held on to, nobody knows.
    """
    held = Held()
    for listener in list_open(house.store).listeners:
        if ReconcileRequest(reconcile=f"listener/{listener}").listener is None:
            continue
        works = read_open_work(house.store, listener, tidy=False)
        held.bundles |= {work.facts.fingerprint for work in works}
        for work in works:
            if work.disproved:
                held.certificates |= {*_ids_of(work.disproved.before), *work.disproved.certificates}
        for operation in _operations_since(house, listener, works):
            held.certificates |= {*_ids_of(operation.before), *operation.certificates, operation.client_ca} - {""}
    for error in house.store.unreadable.values():
        raise error
    return held


def _operations_since(house: House, listener: str, works: Iterable[SeenWork]) -> Iterable[Operation]:
    opened = min((work.opened for work in works), default=None)
    for entry in house.store.list(keys.log(listener), limit=ENTRIES_AT_MOST) if opened else ():
        if opened and entry.last_modified >= opened and not entry.key.endswith(".end.json"):
            operation = house.store.get(entry, Operation)
            if operation:
                yield operation


def _ids_of(before: Before) -> set[str]:
    return {before.default, *before.additional, before.client_ca, *before.extensions.values()} - {""}
