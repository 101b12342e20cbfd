"""Places where bundles are served, and the ids of listeners and deployments."""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict

from certdrop.bundle.facts import BundleFacts

Service = Literal["alb", "clb"]
Slot = Literal["default", "additional", "client_ca"]


class Listener(BaseModel):
    """A listener: where operations are numbered. Its id is `<service>.<load balancer>.<port>`."""

    model_config = ConfigDict(frozen=True)

    service: Service
    load_balancer: str
    port: int

    def __str__(self) -> str:
        return f"{self.service}.{self.load_balancer}.{self.port}"

    @classmethod
    def parse(cls, text: str) -> "Listener":
        """Read a listener's id; ValueError when it is none (load balancer ids hold no dots)."""
        service, load_balancer, port = text.split(".")
        return cls.model_validate({"service": service, "load_balancer": load_balancer, "port": port})


class Place(BaseModel):
    """Where a bundle should be served; the identity of a target, not its name or settings."""

    model_config = ConfigDict(frozen=True)

    service: Service
    load_balancer: str
    port: int
    slot: Slot

    @property
    def listener(self) -> Listener:
        """The listener that this place belongs to."""
        return Listener(service=self.service, load_balancer=self.load_balancer, port=self.port)


def deployment_id(place: Place, facts: BundleFacts) -> str:
    """Return the id of one bundle at one place: the same work always has the same id (32 hex digits)."""
    identity = f"{place.listener}\n{place.slot}\n{facts.fingerprint}"
    return hashlib.sha256(identity.encode()).hexdigest()[:32]
