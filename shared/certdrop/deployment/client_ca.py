"""Mutual TLS: the CA that a listener checks clients against, and what may not be served before it is there. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from certdrop.deployment.observations import Observation, SeenAuthority, SeenListener
from certdrop.deployment.slots import Settled, defer_replaced, hold_by_age
from certdrop.deployment.succession import is_greater
from certdrop.deployment.work import Note, RequiredCa, SeenWork

MISSING = "client-ca-missing"
TAKEN = "client-ca-taken"
ROTATED = "client-ca-rotated"
_WAY_OUT = (
    "drop the CA certificate in the drop that brought the one in use, or take that one away from the listener by hand"
)


@dataclass(frozen=True)
class Gate:
    """Whether a listener may be created and served as far as its client CA goes.

    *authority* is what a new listener is created with, or what an ALB listener still lacks.
    """

    is_open: bool = True
    authority: str = ""
    code: str = ""
    reason: str = ""
    remedy: str = ""


def is_authority(work: SeenWork) -> bool:
    """Tell whether *work* wants a client CA."""
    return work.work.place.slot == "client_ca"


def find_required(works: Iterable[SeenWork]) -> RequiredCa | None:
    """Return the client CA that the newest targets of these works' listener ask for."""
    servers = [work.work for work in works if not is_authority(work)]
    return max(servers, key=lambda work: work.config).client_ca if servers else None


def find_served(authorities: Sequence[SeenWork], seen: Observation) -> list[SeenWork]:
    """Return the works whose CA the listener uses."""
    listener = seen.listener
    return [work for work in authorities if listener and listener.client_ca and _shows(listener, work, seen)]


def settle_client_ca(works: Sequence[SeenWork], seen: Observation, authorities: Sequence[SeenWork] = ()) -> Settled:
    """Find who holds the slot of the client CA: the drop that is served, else the oldest open work.

    A CA succeeds one of the same drop that is older; names and kinds of keys do not count. The one in use is of the
    drop that its end tells, and of those whose open work it is: it may be renewed before it is proved. *authorities*:
    all open work for client CAs, with what takes no part.
    """
    settled = Settled(way_out=_WAY_OUT)
    rest = defer_replaced(works, settled, _succeeds)
    if seen.listener is None or not seen.listener.client_ca:
        hold_by_age(rest, settled)
        return settled
    authority = seen.listener.authority
    drops = {work.work.drop for work in find_served([*works, *authorities], seen)} | (
        {authority.drop} if authority else set()
    )
    candidates = []
    for work in rest:
        if _shows(seen.listener, work, seen):
            settled.satisfied.append(work)
        elif work.work.heals and not (work.work.drop in drops and _is_outgrown(work, authority)):
            candidates.append(work)
        elif authority is None or authority.facts is None or work.work.drop not in drops:
            settled.take([work], authority.label if authority else seen.listener.client_ca)
        elif is_greater(authority.facts, work.facts):
            settled.supersede([work], authority.label)
        else:
            candidates.append(work)
    hold_by_age(candidates, settled)
    return settled


def _is_outgrown(work: SeenWork, authority: SeenAuthority | None) -> bool:
    """Tell whether the listener checks clients against a newer CA."""
    return authority is not None and authority.facts is not None and is_greater(authority.facts, work.facts)


def note_rotation(seen: Observation) -> Note | None:
    """Return what the end of a new client CA must say: whose clients are refused from then on."""
    listener = seen.listener
    if listener is None or not listener.client_ca:
        return None
    former = listener.authority.label if listener.authority else listener.client_ca
    return Note(code=ROTATED, message=f"clients whose certificates {former} issued are refused from now on")


def find_gate(required: RequiredCa | None, authorities: Sequence[SeenWork], seen: Observation) -> Gate:
    """Judge whether what the targets require is there; *authorities* is all open work for client CAs, due or not."""
    if required is None:
        return Gate()
    if required.certificate_id:
        present = seen.listener is None or seen.listener.client_ca == required.certificate_id
        return Gate(present, required.certificate_id, MISSING, "the listener does not check clients yet")
    own = [work for work in authorities if work.work.drop == required.drop]
    return _gate_of_missing(required.drop, own, seen) if seen.listener is None else _gate_of(required.drop, own, seen)


def _gate_of_missing(drop: str, own: Sequence[SeenWork], seen: Observation) -> Gate:
    imported = [work for work in own if work.facts.fingerprint in seen.certificates and not work.disproved]
    newest = next((work for work in imported if not any(_succeeds(other, work) for other in imported)), None)
    if newest is None:
        return _missing(drop)
    return Gate(authority=seen.certificates[newest.facts.fingerprint])


def _gate_of(drop: str, own: Sequence[SeenWork], seen: Observation) -> Gate:
    listener = seen.listener
    if listener is None or not listener.client_ca:
        return _missing(drop)
    authority = listener.authority
    if (authority and authority.drop == drop) or any(_shows(listener, work, seen) for work in own):
        return Gate()
    label = authority.label if authority else listener.client_ca
    reason = f"the listener checks clients against {label}, which is not of the drop {drop}"
    return Gate(False, "", TAKEN, reason, _WAY_OUT)


def _missing(drop: str) -> Gate:
    reason = f"the client CA of the drop {drop} is not in use yet"
    return Gate(False, "", MISSING, reason, f"drop the CA certificate, alone, in certs/{drop}/; see that drop's report")


def _shows(listener: SeenListener, work: SeenWork, seen: Observation) -> bool:
    """Tell whether *listener*, which checks clients, does so against the CA of *work*."""
    known = listener.authority.facts if listener.authority else None
    return listener.client_ca == seen.certificates.get(work.facts.fingerprint) or (
        known is not None and known.fingerprint == work.facts.fingerprint
    )


def _succeeds(newer: SeenWork, older: SeenWork) -> bool:
    return (
        newer.work.drop == older.work.drop
        and newer.deployment != older.deployment
        and is_greater(newer.facts, older.facts)
    )
