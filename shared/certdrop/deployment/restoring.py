"""How a disproved operation is undone: only while the listener still shows what that operation put."""

from collections.abc import Sequence

from certdrop.deployment.observations import Observation, SeenListener
from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.work import Disproved, SeenWork


def find_restore(marked: Sequence[SeenWork], seen: Observation, wanted: frozenset[str] = frozenset()) -> Step | None:
    """Return the step that puts back what was served before a disproved operation, or None when there is none.

    *wanted* certificates are those of work that is not disproved: they are left where they are.
    """
    listener = seen.listener
    if listener is None:
        return None
    steps = (_restore(work, work.disproved, listener, wanted) for work in marked if work.disproved)
    return next((step for step in steps if step), None)


def _restore(work: SeenWork, mark: Disproved, listener: SeenListener, wanted: frozenset[str]) -> Step | None:
    if work.work.place.slot == "client_ca":
        return _restore_client_ca(work, mark, listener)
    if work.work.place.slot == "default":
        shown = listener.default.certificate_id if listener.default else ""
        before = mark.before.default
        put_back = (before,) if before and shown in mark.certificates and before not in mark.certificates else ()
        return Step(StepKind.RESTORE, (work,), put_back) if put_back else None
    if mark.domain:
        return _restore_extension(work, mark, listener)
    return _restore_association(work, mark, listener, wanted)


def _restore_association(
    work: SeenWork, mark: Disproved, listener: SeenListener, wanted: frozenset[str]
) -> Step | None:
    """Associate the predecessors again, and when they are there, dissociate what was put instead of them.

    A certificate without predecessors stays: taking it away would bring nothing back.
    """
    present = {shown.certificate_id for shown in listener.additional}
    before = mark.before.additional
    put = tuple(one for one in mark.certificates if one in present and one not in before)
    if not put or not before or not wanted.isdisjoint(put):
        return None
    missing = tuple(one for one in before if one not in present)
    return Step(StepKind.RESTORE, (work,), missing) if missing else Step(StepKind.WITHDRAW, (work,), put)


def _restore_client_ca(work: SeenWork, mark: Disproved, listener: SeenListener) -> Step | None:
    before = mark.before.client_ca
    if not before or before in mark.certificates or listener.client_ca not in mark.certificates:
        return None
    return Step(StepKind.RESTORE, (work,), (before,))


def _restore_extension(work: SeenWork, mark: Disproved, listener: SeenListener) -> Step | None:
    for extension in listener.extensions:
        before = mark.before.extensions.get(extension.domain)
        still_put = extension.certificate.certificate_id in mark.certificates
        if before and still_put and before not in mark.certificates:
            return Step(StepKind.RESTORE, (work,), (before,), "", extension.domain, extension.extension_id)
    return None
