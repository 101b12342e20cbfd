"""What one operation is made with."""

import hashlib
from dataclasses import dataclass

from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Operation, Step
from certdrop.deployment.places import Listener
from certdrop.reconcile.house import House

TAG = ("certdrop", "managed")  # what certdrop's listeners bear


@dataclass(frozen=True)
class Scene:
    """The listener, what was seen of it, and the step to make."""

    house: House
    listener: Listener
    seen: Observation
    step: Step

    @property
    def region(self) -> str:
        """The listener's region."""
        return self.step.works[0].work.region

    @property
    def listener_id(self) -> str:
        """The cloud's id of the listener (ALB); empty when it is missing."""
        return self.seen.listener.listener_id if self.seen.listener else ""

    @property
    def certificate(self) -> str:
        """The one certificate that the step puts."""
        (certificate,) = self.step.certificates
        return certificate


def client_token(listener: object, operation: Operation) -> str:
    """Return ALB's ClientToken: the same for every in-process retry of an operation, never again after."""
    return hashlib.sha256(f"{listener}\n{operation.number}\n{operation.nonce}".encode()).hexdigest()
