"""The exception tree, and what becomes of a trouble.

    CertdropError
    ├── SettingsError        the environment lacks something, or it is malformed
    ├── EventError           a trigger event or a request cannot be read
    ├── TargetsError         config/targets.yml does not validate
    ├── StateError           state/ cannot be reached: the one trouble that fails an invocation
    ├── UnreadableError      a document in state/ is spoilt, and nothing can be done without it
    ├── UnfinishedError      requests were left out for lack of time: the event must come again
    └── CloudError           the cloud refused a call: service, action, code, RequestId
        ├── LostAnswerError  nobody knows whether the call was done
        └── InvalidRequestError  certdrop refused it itself, before it was made: it breaks a rule of the API page

Nothing in these messages comes from a request's body: keys travel there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Fate(str, Enum):
    """What becomes of a trouble; every documented code has one in cloud/catalogue."""

    WAIT = "wait"  # nothing recorded, the next look
    STALL = "stall"  # recorded, told once, looked at again with growing distance
    REFUSE = "refuse"  # ended, reported, told
    ADOPT = "adopt"  # it is already so: observe and go on


class CertdropError(Exception):
    """The root of everything that certdrop raises on purpose."""


class SettingsError(CertdropError):
    """The environment lacks settings, or they are malformed; lists all of them at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("settings: " + "; ".join(self.problems))


class EventError(CertdropError):
    """A trigger event or a reconcile request cannot be read."""


@dataclass(frozen=True)
class TargetsProblem:
    """One thing wrong in targets.yml: *line* (1-based, None when unknown), *path* (`targets[0].port`), *message*."""

    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.path}" if self.line else self.path
        return f"{where}: {self.message}"


class TargetsError(CertdropError):
    """config/targets.yml does not validate; lists every problem with its line."""

    def __init__(self, problems: Sequence[TargetsProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("targets.yml: " + "; ".join(map(str, self.problems)))


class StateError(CertdropError):
    """state/ cannot be reached; *error* is what the cloud answered, if it did."""

    def __init__(self, message: str, error: "CloudError | None" = None) -> None:
        self.error = error
        super().__init__(message)


class UnreadableError(CertdropError):
    """The document under *key* is not what its key says; *etag* tells which writing of it, where OSS told."""

    def __init__(self, key: str, reason: str, etag: str = "") -> None:
        self.key = key
        self.reason = reason
        self.etag = etag
        super().__init__(f"{key} is spoilt: {reason}")


class UnfinishedError(CertdropError):
    """Requests of an event were left out for lack of time; it must be delivered again."""


class CloudError(CertdropError):
    """The cloud answered a call with an error.

    *code* is the vendor's, opaque; *status* the HTTP status, 0 when there was no answer.
    """

    def __init__(
        self, *, service: str, action: str, code: str, message: str = "", request_id: str = "", status: int = 0
    ) -> None:
        self.service = service
        self.action = action
        self.code = code
        self.message = message
        self.request_id = request_id
        self.status = status
        super().__init__(f"{service} {action}: {code} ({status}) {message} [RequestId {request_id or '-'}]")


class LostAnswerError(CloudError):
    """The connection broke or timed out: the call may have been done or not."""


class InvalidRequestError(CloudError):
    """A request breaks rules of its API page, and no call was made: each problem names the field, the rule, the page.

    The problems are words of certdrop's own; they never repeat a value.
    """

    def __init__(self, *, product: str, action: str, problems: Sequence[str]) -> None:
        self.problems = tuple(f"{problem} (API page {action} of {product})" for problem in problems)
        super().__init__(
            service=product.partition(" ")[0].lower(),
            action=action,
            code="InvalidRequest",
            message="; ".join(self.problems),
        )
