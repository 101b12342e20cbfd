"""The mutating calls: one file a step, one call each; whatever comes of it is the operation's end."""

from collections.abc import Callable

from certdrop.deployment.operations import Operation, OperationEnd, StepKind
from certdrop.reconcile.operations.associate import associate
from certdrop.reconcile.operations.create_listener import create_listener
from certdrop.reconcile.operations.dissociate import dissociate
from certdrop.reconcile.operations.ends import end_of_call
from certdrop.reconcile.operations.replace_default import replace_default
from certdrop.reconcile.operations.restore import restore
from certdrop.reconcile.operations.set_attributes import set_attributes
from certdrop.reconcile.operations.set_client_ca import set_client_ca
from certdrop.reconcile.operations.set_extension import set_extension
from certdrop.reconcile.operations.start_listener import start_listener
from certdrop.reconcile.scenes import Scene, client_token

_CALLS: dict[StepKind, Callable[[Scene, str], OperationEnd]] = {
    StepKind.ASSOCIATE: associate,
    StepKind.CREATE_LISTENER: create_listener,
    StepKind.DISSOCIATE: dissociate,
    StepKind.REPLACE_DEFAULT: replace_default,
    StepKind.RESTORE: restore,
    StepKind.SET_ATTRIBUTES: set_attributes,
    StepKind.SET_CLIENT_CA: set_client_ca,
    StepKind.SET_EXTENSION: set_extension,
    StepKind.START_LISTENER: start_listener,
    StepKind.WITHDRAW: dissociate,
}


def make_call(scene: Scene, operation: Operation) -> OperationEnd:
    """Make an operation's one mutating call and return its end, always."""
    token = client_token(scene.listener, operation)
    return end_of_call(scene.house, scene.step.works, lambda: _CALLS[scene.step.kind](scene, token))
