"""Restore: put back what a disproved operation replaced; the same calls, with the certificates of before."""

from certdrop.deployment.operations import OperationEnd
from certdrop.reconcile.operations.associate import associate
from certdrop.reconcile.operations.replace_default import replace_default
from certdrop.reconcile.operations.set_client_ca import set_client_ca
from certdrop.reconcile.operations.set_extension import set_extension
from certdrop.reconcile.scenes import Scene


def restore(scene: Scene, token: str) -> OperationEnd:
    """Put the certificates of before back into the slot of the step's work."""
    slot = scene.step.works[0].work.place.slot
    if slot == "default":
        return replace_default(scene, token)
    if slot == "client_ca":
        return set_client_ca(scene, token)
    if scene.step.domain:
        return set_extension(scene, token)
    return associate(scene, token)
