"""Steps, and the log of operations: one mutating call each, numbered, with what was served before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Literal

from pydantic import AwareDatetime

from certdrop.deployment.places import Slot
from certdrop.deployment.work import Before, Document, End, Note, SeenWork
from certdrop.errors import Fate


class StepKind(str, Enum):
    """What a listener can need next."""

    IMPORT = "Import"  # into CAS
    IMPORT_TO_CLB = "ImportToClb"  # from CAS into CLB, by reference
    CREATE_LISTENER = "CreateListener"
    START_LISTENER = "StartListener"
    REPLACE_DEFAULT = "ReplaceDefault"
    SET_CLIENT_CA = "SetClientCa"
    SET_ATTRIBUTES = "SetAttributes"  # of the listener, none of them a certificate
    ASSOCIATE = "Associate"
    SET_EXTENSION = "SetExtension"
    DISSOCIATE = "Dissociate"
    RESTORE = "Restore"
    WITHDRAW = "Withdraw"  # a disproved additional certificate, when its predecessors are back
    WAIT = "Wait"
    VERIFY = "Verify"
    STALL = "Stall"
    DONE = "Done"


class Operation(Document):
    """Entry n of a listener's log: one mutating call.

    *certificates* are the cloud ids put (or removed); *failures* counts by deployment, carried from entry to entry;
    *waiting_since* is when the first of an unbroken row of unsuccessful calls ended; *domain* only for an extension,
    *client_ca* is the CA that a new listener was made with, *unstarted* that one was created and not started since;
    *notes*, by deployment, are carried on until their deployments end.
    """

    version: Literal[1] = 1
    number: int
    step: StepKind
    deployments: tuple[str, ...]
    certificates: tuple[str, ...]
    before: Before
    failures: Mapping[str, int] = {}
    waiting_since: AwareDatetime | None = None
    domain: str = ""
    client_ca: str = ""
    unstarted: bool = False
    notes: Mapping[str, Note] = {}
    nonce: str
    function: str
    correlation_ids: tuple[str, ...] = ()

    def puts(self, deployment: str, slot: Slot) -> bool:
        """Tell whether this operation put the bundle of *deployment* into *slot*."""
        is_undoing = self.step in (StepKind.RESTORE, StepKind.WITHDRAW)
        is_concerned = deployment in self.deployments and bool(self.certificates) and not is_undoing
        return is_concerned and (self.step is StepKind.SET_CLIENT_CA) == (slot == "client_ca")


class OperationEnd(Document):
    """What came of an operation: *code* is empty when the call was accepted; `unknown` when nobody knows."""

    version: Literal[1] = 1
    code: str = ""
    fate: Fate | None = None
    message: str = ""
    remedy: str = ""
    job_id: str = ""
    request_id: str = ""


UNKNOWN = "unknown"


@dataclass(frozen=True)
class LastOperation:
    """The newest entry of a log, as it was read."""

    operation: Operation
    begun: datetime
    end: OperationEnd | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Step:
    """The one next step of a listener, and all that its operation needs.

    *client_ca* is the certificate of the client CA that a new listener is created with; *seconds* is how long to wait
    when that is known.
    """

    kind: StepKind
    works: tuple[SeenWork, ...] = ()
    certificates: tuple[str, ...] = ()
    reason: str = ""
    domain: str = ""
    extension_id: str = ""
    client_ca: str = ""
    seconds: int = 0

    @property
    def deployments(self) -> tuple[str, ...]:
        """The deployments concerned, each once, in order."""
        return tuple(dict.fromkeys(work.deployment for work in self.works))


@dataclass(frozen=True)
class StallOf:
    """Open work that is to be recorded as stalled."""

    work: SeenWork
    code: str
    message: str = ""
    remedy: str = ""
    request_id: str = ""


@dataclass(frozen=True)
class Decision:
    """What a look decided: one step for the whole listener, and ends and stalls each by itself.

    *doubts* are works to be marked as disproved, *unproved* those that a handshake may end, whatever the step is;
    *failures*, *waiting_since*, *unstarted* and *notes* are what the next operation carries on.
    """

    step: Step
    ends: tuple[End, ...] = ()
    stalls: tuple[StallOf, ...] = ()
    doubts: tuple[SeenWork, ...] = ()
    failures: Mapping[str, int] = field(default_factory=dict)
    waiting_since: datetime | None = None
    unstarted: bool = False
    unproved: tuple[SeenWork, ...] = ()
    notes: Mapping[str, Note] = field(default_factory=dict)
