"""The House: everything a look may use, built by runtime/ once an invocation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from certdrop.bundle.facts import KeyKind
from certdrop.bundle.leaf import LeafFacts
from certdrop.cloud.account import Account
from certdrop.cloud.cas_models import CasCertificate
from certdrop.deployment.cleanup import Cleaning
from certdrop.deployment.observations import Job, Observation
from certdrop.ports import Clock, Ids, Settings
from certdrop.state.store import Store

if TYPE_CHECKING:  # the targets' models are many, and most functions read no targets
    from certdrop.state.config import Config


@dataclass(frozen=True)
class Handshake:
    """What a TLS server showed: the SHA-256 of its leaf's DER in lower-case hex.

    *asks_client*: it asked for the client's certificate in the clear, as it does before TLS 1.3. *leaf*: what the leaf
    says of itself, if that could be read. *is_in_order*: each certificate of the chain that was seen was followed by
    its issuer's.
    """

    fingerprint: str
    asks_client: bool = False
    leaf: LeafFacts | None = field(default=None, compare=False)
    is_in_order: bool = field(default=True, compare=False)


class Dial(Protocol):
    """A TLS handshake that verifies nothing: it only asks what is served."""

    def __call__(self, host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        """Return what *host*:*port* shows for *server_name*; OSError when it cannot be reached.

        A listener may hold certificates of both kinds for one name: with *key_kind* only that kind is asked for, and
        no TLS above 1.2 is spoken.
        """
        ...


class Webhook(Protocol):
    """Where notices go."""

    def __call__(self, payload: Mapping[str, object], seconds: float) -> str:
        """Post *payload* as JSON within *seconds*; return why it was not taken, nothing when it was. Raises nothing."""
        ...


class Log(Protocol):
    """A structured logger."""

    def info(self, event: str, **fields: object) -> object:
        """Log what happened."""
        ...

    def warning(self, event: str, **fields: object) -> object:
        """Log what somebody should read."""
        ...


@dataclass(frozen=True)
class Sight:
    """What a look saw of a listener, in the invocation that began *at*."""

    seen: Observation
    at: datetime


@dataclass(frozen=True)
class Asked:
    """A snapshot that was done with under the targets of a number, in the invocation that began *at*."""

    snapshot: str
    config: int
    at: datetime


@dataclass
class Memory:
    """What an instance remembers from one invocation to the next: only what saves a read."""

    config: "Config | None" = None
    bad_targets: str = ""  # the ETag of a targets.yml that did not validate
    swept: int = 0  # the number of the targets under which the drops were swept; an instance begins with a sweep
    restless_until: datetime | None = None  # until when reports may still change
    notices_wait: bool = False  # something was told in this invocation
    survey_goes_on: bool = False  # a survey was cut off for lack of time
    survey_now: dict[str, Sight] = field(default_factory=dict)  # listeners where something was served a moment ago
    failed_notices: set[str] = field(default_factory=set)  # keys of those that the webhook did not take last time
    asked: dict[str, Asked] = field(default_factory=dict)  # by drop: imported, and the owners were asked
    keyless: set[tuple[str, str, int]] = field(
        default_factory=set
    )  # drop, snapshot, targets: there is no key to delete
    jobs: dict[str, Job] = field(default_factory=dict)  # those that are over, by their ids
    certificates: dict[str, CasCertificate] = field(default_factory=dict)  # by the id that ALB shows
    cleaning: Cleaning = field(default_factory=Cleaning)


@dataclass(frozen=True)
class House:
    """Everything a look may use."""

    function: str  # the deployed function's name, an owner of steps
    settings: Settings
    cloud: Account
    store: Store
    clock: Clock
    ids: Ids
    dial: Dial
    log: Log
    time_left: Callable[[], float]  # seconds of this invocation
    memory: Memory = field(default_factory=Memory)
    webhook: Webhook | None = None


@dataclass(frozen=True)
class Tick:
    """The timer rang."""


@dataclass(frozen=True)
class Outcome:
    """What a look came to: one word, and the fields of its log line."""

    result: str
    fields: Mapping[str, object] = field(default_factory=dict)
