"""Open work, its causes and its ends: what is wanted and not yet so, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.places import Place

EndKind = Literal["served", "superseded", "refused", "disproved"]

STALL_DOUBLINGS = 6  # looked at again after 2, 4, ... 64 minutes
CAUSE_SNAPSHOT = 12


class Document(BaseModel):
    """A JSON document in state/; frozen, and tolerant of fields that a later version adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class RequiredCa(Document):
    """The CA that a listener must check clients' certificates against: of a *drop* (CLB), or of this id (ALB)."""

    drop: str = ""
    certificate_id: str = ""


class Former(Document):
    """A deployment of the stage before, which must have been served for *bake* minutes."""

    deployment: str
    target: str
    place: Place
    stage: int
    bake: int = 0


class OpenWork(Document):
    """One bundle wanted at one place for one cause; enough to decide without further reads.

    *cause* is `<snapshot, 12 hex>-<config n>`, or a fresh id for redrive and heal. *creates* tells whether the target
    says how to create the listener. *domains* are the extension domains of a CLB target of role additional.
    *client_ca* is what the targets of the listener ask for; without it a server bundle is not served there.
    *heals*: this was served here and somebody changed it by hand: it may take its place back, and start the listener.
    *settings*: so were settings of the listener that its target names: they are put right.
    *allow* names what the target allows although it is worse than what is served.
    *after*: it is held, until these deployments of the stage before are served and have baked.
    """

    version: Literal[1] = 1
    deployment: str
    cause: str
    drop: str
    snapshot: str
    config: int
    target: str
    place: Place
    region: str
    creates: bool = False
    domains: tuple[str, ...] = ()
    client_ca: RequiredCa | None = None
    heals: bool = False
    settings: bool = False
    allow: tuple[str, ...] = ()
    after: tuple[Former, ...] = ()
    bundle: BundleFacts
    correlation_id: str


class End(Document):
    """How one cause of a deployment ended; the latest of a deployment is how it stands."""

    version: Literal[1] = 1
    deployment: str
    cause: str
    drop: str
    target: str
    place: Place
    fingerprint: str
    end: EndKind
    client_ca: RequiredCa | None = None
    code: str = ""
    message: str = ""
    remedy: str = ""
    request_id: str = ""
    correlation_id: str = ""


class Stall(Document):
    """Why open work does not get on, for the *count*-th time; looked at again 2^k minutes after it was written."""

    version: Literal[1] = 1
    count: int = 1
    code: str
    message: str = ""
    remedy: str = ""
    request_id: str = ""
    correlation_id: str = ""


class Note(Document):
    """What the end of a deployment must say beside how it ended."""

    code: str
    message: str


class Before(Document):
    """What a listener showed before an operation: certificate ids, extensions by domain."""

    default: str = ""
    additional: tuple[str, ...] = ()
    client_ca: str = ""
    extensions: Mapping[str, str] = {}


class Disproved(Document):
    """The mark on open work: after operation *operation* the handshake showed another certificate.

    *certificates* is what that operation put; *before* says what a restore puts back, into the domain extensions of CLB
    when a *domain* is named.
    """

    version: Literal[1] = 1
    operation: int
    shown: str
    server_name: str = ""
    certificates: tuple[str, ...] = ()
    before: Before
    domain: str = ""


@dataclass(frozen=True)
class Stalled:
    """That work is stalled for the *times*-th time, since *at*."""

    times: int
    at: datetime

    @property
    def due(self) -> datetime:
        """When to look again."""
        return self.at + timedelta(minutes=2 ** min(self.times, STALL_DOUBLINGS))


@dataclass(frozen=True)
class SeenWork:
    """Open work as it was read: the document, when it was opened, and the marks on it."""

    work: OpenWork
    opened: datetime
    stalled: Stalled | None = None
    disproved: Disproved | None = None

    @property
    def deployment(self) -> str:
        """The deployment's id."""
        return self.work.deployment

    @property
    def facts(self) -> BundleFacts:
        """The wanted bundle's facts."""
        return self.work.bundle

    def takes_part(self, now: datetime) -> bool:
        """Tell whether the work is looked at now: stalled work that is not yet due is not."""
        return self.stalled is None or self.stalled.due <= now


def find_taking_part(works: Sequence[SeenWork], now: datetime) -> list[SeenWork]:
    """Return the works of a listener that are looked at now: not stalled, or due again.

    Stalled work that asks for the client CA of a drop is due when that CA arrived after the stall.
    """
    return [work for work in works if work.takes_part(now) or _is_woken(work, works)]


def _is_woken(work: SeenWork, works: Sequence[SeenWork]) -> bool:
    required = work.work.client_ca
    return bool(required and required.drop) and any(
        other.work.place.slot == "client_ca"
        and required is not None
        and other.work.drop == required.drop
        and work.stalled is not None
        and other.opened > work.stalled.at
        for other in works
    )


def end_of(seen: SeenWork, end: EndKind, code: str = "", message: str = "", remedy: str = "") -> End:
    """Make the end of one cause of open work."""
    work = seen.work
    return End(
        deployment=work.deployment,
        cause=work.cause,
        drop=work.drop,
        target=work.target,
        place=work.place,
        fingerprint=work.bundle.fingerprint,
        end=end,
        client_ca=work.client_ca,
        code=code,
        message=message,
        remedy=remedy,
        correlation_id=work.correlation_id,
    )
