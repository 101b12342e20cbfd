"""Names of a bundle that another certificate of the same listener has too: nobody says which of them is shown. Pure."""

from collections.abc import Iterable

from certdrop.deployment.observations import Observation, ShownCertificate
from certdrop.deployment.slots import shows
from certdrop.deployment.work import Note, SeenWork

SHADOWED = "names-shadowed"
SAID_AT_MOST = 10


def find_rivals(name: str, work: SeenWork, seen: Observation) -> list[ShownCertificate]:
    """Return what else a listener may show for a name of *work*: additional, of the same kind, with the same name."""
    listener = seen.listener
    if listener is None:
        return []
    extended = [one.certificate for one in listener.extensions if one.domain == name]
    named = [one for one in listener.additional if one.facts and name in one.facts.names]
    return [
        one
        for one in (*named, *extended)
        if one.status != "associating"
        and not shows(one, work, seen)
        and (one.facts is None or one.facts.key_kind == work.facts.key_kind)
    ]


def find_shadowed(work: SeenWork, seen: Observation) -> list[str]:
    """Say which names of a default certificate additional ones show: those come first."""
    if work.work.place.slot != "default":
        return []
    rivals = ((name, find_rivals(name, work, seen)) for name in work.facts.names)
    return [shadowed_by(name, found[0]) for name, found in rivals if found]


def shadowed_by(name: str, rival: ShownCertificate) -> str:
    """Say which certificate shows a name."""
    return f"{name} ({rival.label or rival.certificate_id})"


def note_shadowed(shadowed: Iterable[str]) -> list[Note]:
    """Return what the end of a deployment says of names that others show."""
    names = list(shadowed)
    if not names:
        return []
    more = f" and {len(names) - SAID_AT_MOST} more" if len(names) > SAID_AT_MOST else ""
    message = f"shown by another certificate of this listener: {', '.join(names[:SAID_AT_MOST])}{more}"
    return [Note(code=SHADOWED, message=message)]
