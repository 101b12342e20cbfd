"""Places where bundles are served, and the ids of listeners and deployments."""

import hashlib
import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

from certdrop.bundle.facts import BundleFacts

Service = Literal["alb", "clb"]
Slot = Literal["default", "additional", "client_ca"]

_LISTENER = re.compile(r"(?P<service>alb|clb)\.(?P<load_balancer>[A-Za-z0-9-]{1,64})\.(?P<port>[1-9][0-9]{0,4})")


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
        """Read a listener's id; ValueError when it is none. A listener has one id only."""
        found = _LISTENER.fullmatch(text)
        if found is None:
            raise ValueError("not a listener's id")
        return cls.model_validate(found.groupdict())


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
