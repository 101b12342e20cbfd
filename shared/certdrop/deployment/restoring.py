"""How a disproved operation is undone: only while the listener still shows what that operation put."""

from collections.abc import Sequence

from certdrop.deployment.observations import Observation, SeenListener
from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.work import Disproved, SeenWork


def find_restore(marked: Sequence[SeenWork], seen: Observation) -> Step | None:
    """Return the step that puts back what was served before a disproved operation, or None when there is none."""
    listener = seen.listener
    if listener is None:
        return None
    steps = (_restore(work, work.disproved, listener) for work in marked if work.disproved)
    return next((step for step in steps if step), None)


def _restore(work: SeenWork, mark: Disproved, listener: SeenListener) -> Step | None:
    if work.work.place.slot == "client_ca":
        return _restore_client_ca(work, mark, listener)
    if work.work.place.slot == "default":
        shown = listener.default.certificate_id if listener.default else ""
        before = mark.before.default
        put_back = (before,) if before and shown in mark.certificates and before not in mark.certificates else ()
        return Step(StepKind.RESTORE, (work,), put_back) if put_back else None
    if mark.domain:
        return _restore_extension(work, mark, listener)
    present = {shown.certificate_id for shown in listener.additional}
    missing = tuple(one for one in mark.before.additional if one not in present)
    still_put = bool(present & set(mark.certificates))
    return Step(StepKind.RESTORE, (work,), missing) if missing and still_put else None


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
