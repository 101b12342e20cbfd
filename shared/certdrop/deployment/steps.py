"""The step that each slot of a listener would take next, from what it still needs; None when it needs none. Pure."""

import math
from collections.abc import Sequence
from datetime import timedelta

from certdrop.deployment.client_ca import Gate, is_authority, note_rotation
from certdrop.deployment.deliberation import Deliberation
from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.quotas import make_room
from certdrop.deployment.slots import Settled, find_predecessors
from certdrop.deployment.work import Note, SeenWork

SETTINGS_RESTORED = "settings-restored"
IMPORT_TAKES = timedelta(minutes=3)
QUIET = timedelta(seconds=8)  # without another certificate, before those that came are associated in one call
LONGEST_GATHERING = timedelta(minutes=1)


def client_ca_step(deliberation: Deliberation, settled: Settled, held: Sequence[SeenWork], gate: Gate) -> Step | None:
    """Give the listener a new client CA, or the one that *held* works wait for."""
    if deliberation.seen.listener is None:
        return None
    ready = deliberation.imported(settled.needing)
    if ready:
        deliberation.notes |= {work.deployment: note for work in ready if (note := note_rotation(deliberation.seen))}
        return Step(StepKind.SET_CLIENT_CA, tuple(ready), deliberation.certificates(ready))
    return Step(StepKind.SET_CLIENT_CA, tuple(held), (gate.authority,)) if held and gate.authority else None


def start_step(deliberation: Deliberation, works: Sequence[SeenWork]) -> Step | None:
    """Start the listener that certdrop created and that never ran; one that somebody stopped only to heal.

    CLB's listeners are born stopped; ALB's run from the start.
    """
    listener = deliberation.seen.listener
    if listener is None or listener.status != "stopped" or not listener.ours:
        return None
    unstarted = deliberation.ledger.unstarted
    starting = [one for one in works if one.work.heals or (unstarted and one.work.place.service == "clb")]
    return Step(StepKind.START_LISTENER, tuple(starting)) if starting else None


def settings_step(deliberation: Deliberation, works: Sequence[SeenWork]) -> Step | None:
    """Put right the listener's settings that *works* are open for."""
    changed = deliberation.seen.changed_settings
    meant = tuple(work for work in works if work.work.settings)
    if not meant or not changed:
        return None
    note = Note(code=SETTINGS_RESTORED, message=f"put right at the listener: {changed}")
    deliberation.notes |= {work.deployment: note for work in meant}
    return Step(StepKind.SET_ATTRIBUTES, meant)


def default_step(deliberation: Deliberation, settled: Settled, gate: Gate) -> Step | None:
    """Create the listener with its default certificate, or replace that."""
    works = deliberation.imported(settled.needing)
    if not works:
        return None
    certificates = deliberation.certificates(works)
    if deliberation.seen.listener is None:
        return Step(StepKind.CREATE_LISTENER, tuple(works), certificates, client_ca=gate.authority)
    return Step(StepKind.REPLACE_DEFAULT, tuple(works), certificates)


def additional_step(deliberation: Deliberation, settled: Settled, works: Sequence[SeenWork]) -> Step | None:
    """Associate what is imported, in one call; what failed before goes alone. None of what *works* want makes room."""
    seen = deliberation.seen
    ready = deliberation.imported(settled.needing)
    if seen.listener is None or not ready:
        return None
    if settled.extensions:
        return _extension_step(deliberation, settled, ready)
    under_way = {one.certificate_id for one in seen.listener.additional if one.status != "associated"}
    missing = [work for work in ready if seen.certificates[work.facts.fingerprint] not in under_way]
    if not missing:
        return deliberation.wait(ready, "certificates are being associated")
    fresh = [work for work in missing if not deliberation.ledger.failures.get(work.deployment)]
    alone = [work for work in missing if work.deployment == missing[0].deployment]
    first = tuple(dict.fromkeys(work.deployment for work in fresh))[: seen.limits.associate_at_once]
    batch = [work for work in fresh if work.deployment in first] or alone
    if fresh and len(first) < seen.limits.associate_at_once:
        gathering = _gather(deliberation, batch, settled.needing)
        if gathering:
            return gathering
    step = make_room(deliberation, batch, deliberation.certificates(deliberation.imported(works)))
    if step is None:
        settled.needing = [work for work in settled.needing if work not in batch]
    return step


def _gather(deliberation: Deliberation, batch: Sequence[SeenWork], coming: Sequence[SeenWork]) -> Step | None:
    """Wait while further certificates keep coming: drops of one minute become one call."""
    quiet = max(work.opened for work in coming) + QUIET
    longest = min(work.opened for work in batch) + LONGEST_GATHERING
    left = min(quiet, longest) - deliberation.now
    if left <= timedelta(0):
        return None
    seconds = math.ceil(left.total_seconds())
    return Step(StepKind.WAIT, tuple(batch), reason="more certificates may be coming", seconds=seconds)


def _extension_step(deliberation: Deliberation, settled: Settled, ready: Sequence[SeenWork]) -> Step:
    work, domain, extension = next(one for one in settled.extensions if one[0] in ready)
    found = extension.extension_id if extension else ""
    return Step(StepKind.SET_EXTENSION, (work,), deliberation.certificates([work]), "", domain, found)


def dissociate_step(
    deliberation: Deliberation, satisfied: Sequence[SeenWork], works: Sequence[SeenWork]
) -> Step | None:
    """Take away the additional certificates that *satisfied* bundles succeed; none that any of *works* wants."""
    listener = deliberation.seen.listener
    if listener is None:
        return None
    wanted = frozenset(deliberation.certificates(deliberation.imported(works)))
    successors: dict[str, SeenWork] = {}
    for work, shown in find_predecessors(satisfied, listener, wanted):
        successors.setdefault(shown.certificate_id, work)
    certificates = tuple(successors)[: deliberation.seen.limits.dissociate_at_once]
    works = [successors[certificate] for certificate in certificates]
    return Step(StepKind.DISSOCIATE, tuple(dict.fromkeys(works)), certificates) if works else None


def import_step(deliberation: Deliberation, needing: Sequence[SeenWork]) -> Step | None:
    """Bring bundles to where the listener takes them from; what has waited for 15 minutes stalls."""
    seen = deliberation.seen
    lacking = [work for work in needing if work.facts.fingerprint not in seen.certificates]
    ready = [work for work in lacking if is_authority(work) or work.facts.fingerprint in seen.in_cas]
    if ready:
        same = [work for work in ready if work.deployment == ready[0].deployment]
        return Step(StepKind.IMPORT_TO_CLB, tuple(same))
    ledger, now = deliberation.ledger, deliberation.now
    tired = [work for work in lacking if ledger.has_waited_long(work, now) and not _is_asked(deliberation, work)]
    remedy = "see the drop's report; when the key was removed from the bucket, drop the certificate again"
    deliberation.stall(tired, "not-imported", "the certificate did not get into CAS for 15 minutes", remedy)
    waiting = [work for work in lacking if work not in tired]
    return Step(StepKind.IMPORT, tuple(waiting), reason="not in CAS yet") if waiting else None


def _is_asked(deliberation: Deliberation, work: SeenWork) -> bool:
    """Tell whether stalled work became due just now: its import is asked for again, and takes a moment."""
    return work.stalled is not None and deliberation.now - work.stalled.due <= IMPORT_TAKES
