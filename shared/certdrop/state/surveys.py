"""What the last survey of each listener found: what is served and until when, and what somebody changed by hand."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime

from certdrop.deployment.work import Document
from certdrop.state import keys
from certdrop.state.store import Store

Status = Literal["running", "stopped", "busy", "missing", "unknown"]

NAMES_KEPT = 10  # of a served certificate
HOLDS = timedelta(seconds=90)  # functions time out after 60: who claimed the survey before that is dead


class ServedCertificate(Document):
    """A certificate that a listener serves; *not_after* is None when nobody tells.

    *domain* only of an extension of CLB, *warned* the days of the last warning.
    """

    slot: str
    domain: str = ""
    certificate_id: str
    label: str = ""
    fingerprint: str = ""
    names: tuple[str, ...] = ()
    not_after: AwareDatetime | None = None
    drop: str = ""
    warned: int | None = None

    @property
    def identity(self) -> str:
        """What tells it from other certificates, at whichever listener."""
        return self.fingerprint or self.certificate_id


class Drift(Document):
    """What differs at a listener from what certdrop left there, seen first at *since*; *deployment*: if it is one's.

    *healing* is the cause of the work that was opened to put it right.
    """

    event: str
    slot: str = ""
    deployment: str = ""
    drop: str = ""
    target: str = ""
    message: str
    remedy: str = ""
    since: AwareDatetime
    healing: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """What makes two sights the same drift."""
        return self.event, self.deployment


class ListenerSurvey(Document):
    """What a listener showed at *surveyed*; *busy_since* while it takes no change, *trouble* when it was not seen.

    *early*: it was looked at because something was served a moment ago, before its turn.
    """

    targets: tuple[str, ...] = ()
    status: Status = "unknown"
    surveyed: AwareDatetime
    busy_since: AwareDatetime | None = None
    certificates: tuple[ServedCertificate, ...] = ()
    drifts: tuple[Drift, ...] = ()
    trouble: str = ""
    early: bool = False


class Surveys(Document):
    """The last survey of each listener of the targets in force, by its id."""

    version: Literal[1] = 1
    listeners: Mapping[str, ListenerSurvey] = {}


class Claim(Document):
    """That an instance makes the survey of a minute."""

    version: Literal[1] = 1
    request_id: str


def read_surveys(store: Store) -> Surveys:
    """Read what the last surveys found."""
    return store.get(keys.SURVEYS, Surveys) or Surveys()


def read_surveys_again(store: Store) -> Surveys:
    """Read what the last surveys found, as this invocation has read or written it, if it has."""
    return store.get_met(keys.SURVEYS, Surveys) or Surveys()


def write_surveys(store: Store, surveys: Surveys) -> None:
    """Write what the surveys found; only whoever holds the claim does."""
    store.put(keys.SURVEYS, surveys)


def claim_survey(store: Store, request_id: str) -> str | None:
    """Take the survey of this minute: its claim's key, or None when another instance is at it."""
    for entry in store.list(keys.SURVEY_CLAIMS):
        if store.now - entry.last_modified < HOLDS:
            return None
        store.delete(entry.key)
    key = keys.survey_claim(int(store.now.timestamp() // 60))
    return key if store.create(key, Claim(request_id=request_id)) else None


def release_survey(store: Store, claim: str) -> None:
    """Let the next survey be taken."""
    store.delete(claim)
