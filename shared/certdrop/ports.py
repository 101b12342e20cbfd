"""What comes in from outside: time, ids, sleep, randomness, credentials and the settings.

Only runtime/ makes real ones; everything else is handed them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field


class Clock(Protocol):
    """The machine's time: for signatures and for the time left, never for ages (those follow OSS's Date)."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...


class Ids(Protocol):
    """Fresh identifiers."""

    def new(self) -> str:
        """Return 32 hex digits never returned before."""
        ...


class Sleep(Protocol):
    """Wait."""

    def __call__(self, seconds: float) -> None:
        """Return after *seconds*."""
        ...


class Random(Protocol):
    """Randomness for jitter."""

    def uniform(self, a: float, b: float) -> float:
        """Return a number between *a* and *b*."""
        ...


@dataclass(frozen=True)
class Credentials:
    """What signs a call; taken anew at every invocation, shown nowhere."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)


class Limits(BaseModel):
    """How much the cloud takes, where it tells nobody: its documented figures, and settings that know better."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain_extensions: int = 3  # of a CLB listener: slb_quota_domain_extensions_num, unless it was raised
    additional_certificates: int | None = None  # of an ALB instance; None: as its edition has by default
    associate_at_once: int = 15  # certificates in one AssociateAdditionalCertificatesWithListener
    dissociate_at_once: int = 10  # in one DissociateAdditionalCertificatesFromListener: 20 documented, users met 10


class Settings(BaseModel):
    """All that a function is told by its environment; read once an invocation by runtime/settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bucket: str
    region: str
    account_id: str
    site: Literal["china", "international"] = "china"
    cas_region: str = ""  # where CAS keeps the certificates; empty: as the site says
    network: Literal["public", "vpc"] = "public"  # which hosts are called in the own region
    queue_prefix: str = "certdrop"
    endpoints: Mapping[str, str] = {}  # service (oss, mns, alb, clb, cas) -> "https://host[:port]", overriding the rule
    dial: Mapping[str, str] = {}  # "host:port" -> "host:port", like curl's --connect-to
    rpc_parameters: Literal["body", "query"] = "body"
    expiry_warning_days: int = 14
    cleanup_grace_days: int = 7
    webhook: str = Field(default="", repr=False)  # where notices go; such an address often holds a token
    limits: Limits = Limits()
