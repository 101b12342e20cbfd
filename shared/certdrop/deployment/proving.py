"""What the handshakes prove: served, served but unproven, or in doubt. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from certdrop.deployment.client_ca import is_authority
from certdrop.deployment.deliberation import Deliberation
from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.shadows import find_shadowed, note_shadowed
from certdrop.deployment.slots import shows
from certdrop.deployment.work import End, Note, SeenWork, end_of

DOUBT_AFTER = timedelta(minutes=10)
UNPROVEN = "unproven"
OUT_OF_ORDER = Note(
    code="chain-out-of-order",
    message="the certificates that are shown after it are not in order: some clients refuse such a chain",
)
DISPROVED = ("another-certificate-served", "clients-not-asked")


def verify_step(deliberation: Deliberation, satisfied: Sequence[SeenWork]) -> Step | None:
    """End what a handshake answered for, doubt what showed another certificate for ten minutes; ask for the rest."""
    unproved = []
    last = deliberation.ledger.last
    ended = last.ended if last else None
    for work in satisfied:
        handshake = deliberation.seen.handshakes.get(work.deployment)
        if handshake and handshake.answer == "ours":
            shadowed = (*handshake.shadowed, *find_shadowed(work, deliberation.seen))
            found = [*([] if handshake.is_in_order else [OUT_OF_ORDER]), *note_shadowed(shadowed)]
            deliberation.ends.append(_served(deliberation, work, *found))
        elif handshake and handshake.answer == "not reached":
            deliberation.ends.append(_served(deliberation, work, Note(code=UNPROVEN, message=handshake.detail)))
        elif handshake and deliberation.now - max(work.opened, ended or work.opened) > DOUBT_AFTER:
            deliberation.doubts.append(work)
        else:
            unproved.append(work)
    return Step(StepKind.VERIFY, tuple(unproved)) if unproved else None


def _served(deliberation: Deliberation, work: SeenWork, *found: Note) -> End:
    """End *work* as served, with what was found and noted: the first code, every message."""
    noted = deliberation.kept_notes.get(work.deployment)
    notes = [*found, *([noted] if noted else [])]
    code = notes[0].code if notes else ""
    return end_of(work, "served", code, "; ".join(note.message for note in notes))


def end_disproved(deliberation: Deliberation, marked: Sequence[SeenWork]) -> None:
    """End what is marked as disproved and leaves nothing to restore."""
    for work, mark in [(one, one.disproved) for one in marked if one.disproved]:
        left = "; it is left at the listener" if _is_shown(work, deliberation.seen) else ""
        message = f"the handshake showed {mark.shown}{left}"
        deliberation.ends.append(end_of(work, "disproved", DISPROVED[is_authority(work)], message))


def _is_shown(work: SeenWork, seen: Observation) -> bool:
    """Tell whether the listener has the work's certificate all the same: there was nothing to put back."""
    listener = seen.listener
    if listener is None or is_authority(work):
        return False
    present = [*([listener.default] if listener.default else []), *listener.additional]
    return any(shows(one, work, seen) for one in (*present, *(one.certificate for one in listener.extensions)))
