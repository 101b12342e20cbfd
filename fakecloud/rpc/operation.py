"""What a product tells the gateway: its operations, their parameters, and its words for what is wrong with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fakecloud.serving import ServiceError
from fakecloud.world import Identity

Kind = Literal["string", "integer", "boolean", "list", "object"]
Flaw = Literal["missing", "malformed", "range", "length", "choice", "pattern", "unknown"]


class RpcError(ServiceError):
    """A refusal as the product answers it; *extra* joins the error document (AccessDeniedDetail and the like)."""

    def __init__(self, status: int, code: str, message: str, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(status, code, message)
        self.extra = dict(extra or {})

    def __str__(self) -> str:
        return f"{self.status} {self.code}"  # the message of a wrong signature repeats the request, keys and all


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    *minimum* and *maximum* bound integers; *shortest* and *longest* bound the length of strings and lists; *pattern*
    must match a whole string; *choices* are the strings allowed. A list's items are objects of *members* when there
    are any, else they are of kind *item*; an object has *members*.
    """

    name: str
    kind: Kind = "string"
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    shortest: int | None = None
    longest: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    item: Kind = "string"
    members: tuple["Parameter", ...] = ()


CLIENT_TOKEN = Parameter("ClientToken", longest=64, pattern=r"[\x20-\x7e]*")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one parameter; *path* is as on the wire (`Tag.1.Key`), *parameter* None when undeclared."""

    flaw: Flaw
    path: str
    parameter: Parameter | None = None


@dataclass(frozen=True)
class RpcCall:
    """A call that passed the gateway: *parameters* are typed and nested, and hold only what was sent."""

    identity: Identity
    region: str
    parameters: Mapping[str, Any] = field(repr=False)
    request_id: str
    action: str = ""


@dataclass(frozen=True)
class Operation:
    """One action: what it takes and who does it.

    *handler* returns the answer's document (the gateway adds RequestId) or raises RpcError. *resource* names the
    parameter that tells what is touched, for the call log. A mutating operation that declares ClientToken is done
    once for each token.
    """

    action: str
    parameters: tuple[Parameter, ...]
    handler: Callable[[RpcCall], Mapping[str, Any]]
    mutating: bool = False
    resource: str = ""


def explain(problem: Problem) -> RpcError:
    """Return the gateway's own words for *problem*; a product may have others."""
    if problem.flaw == "missing":
        text = f'The input parameter "{problem.path}" that is mandatory for processing this request is not supplied.'
        return RpcError(400, "MissingParameter", text)
    if problem.flaw == "unknown":
        return RpcError(400, "UnsupportedParameter", f'The parameter "{problem.path}" is not supported.')
    return RpcError(400, "InvalidParameter", f'The specified parameter "{problem.path}" is not valid.')


@dataclass(frozen=True)
class RpcService:
    """One product: *name* as in the call log, its API *version*, its operations, its words for bad parameters.

    *shared_host* is an endpoint that serves many regions: a call to it must say RegionId.
    """

    name: str
    version: str
    operations: Mapping[str, Operation]
    explain: Callable[[Problem], RpcError] = explain
    shared_host: str = ""


def index(*operations: Operation) -> dict[str, Operation]:
    """Return *operations* by action."""
    return {operation.action: operation for operation in operations}
