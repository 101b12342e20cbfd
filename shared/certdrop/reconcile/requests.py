"""The message between functions: look at this drop, look at this listener. No secret, no certificate id, no truth."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from certdrop.deployment.places import Listener
from certdrop.errors import EventError
from certdrop.masking import is_suspicious

MAXIMUM_HOPS = 3
# No half of a surrogate pair, for such text has no UTF-8; and reports/targets.yml.json is no drop's report.
DROP_NAME = re.compile(r"(?!targets\.yml\Z)[^/\x00-\x1f\x7f\ud800-\udfff]{1,200}")
CORRELATION_ID = "^[0-9A-Za-z-]*$"


def is_drop_name(name: str) -> bool:
    """Tell whether a folder below certs/ is a drop: one whose name may be a secret is none, or it would be told on."""
    return DROP_NAME.fullmatch(name) is not None and not is_suspicious(name)


class ReconcileRequest(BaseModel):
    """A request to look at `drop/<drop>` or `listener/<service>.<lb>.<port>`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Literal[1] = 1
    reconcile: str = Field(max_length=300)
    hops: int = Field(default=0, ge=0, le=MAXIMUM_HOPS)
    correlation_id: str = Field(default="", max_length=36, pattern=CORRELATION_ID)

    @classmethod
    def for_drop(cls, drop: str, *, hops: int = 0, correlation_id: str = "") -> "ReconcileRequest":
        """Ask to look at a drop."""
        return cls(reconcile=f"drop/{drop}", hops=hops, correlation_id=correlation_id)

    @classmethod
    def for_listener(cls, listener: Listener, *, hops: int = 0, correlation_id: str = "") -> "ReconcileRequest":
        """Ask to look at a listener."""
        return cls(reconcile=f"listener/{listener}", hops=hops, correlation_id=correlation_id)

    @property
    def drop(self) -> str | None:
        """The drop to look at, or None."""
        kind, _, name = self.reconcile.partition("/")
        return name if kind == "drop" and is_drop_name(name) else None

    @property
    def listener(self) -> Listener | None:
        """The listener to look at, or None."""
        kind, _, name = self.reconcile.partition("/")
        if kind != "listener":
            return None
        try:
            return Listener.parse(name)
        except ValueError:
            return None


def parse_request(text: str) -> ReconcileRequest:
    """Read a request's JSON; EventError says what is wrong without showing the text."""
    try:
        request = ReconcileRequest.model_validate_json(text)
    except ValidationError as error:
        problems = ", ".join(f"{_field_of(one)}: {one['msg']}" for one in error.errors(include_input=False))
        raise EventError(f"not a reconcile request ({problems})") from None
    if is_suspicious(request.reconcile):
        raise EventError("not a reconcile request (reconcile: it may hold a secret)")
    if request.drop is None and request.listener is None:
        raise EventError("not a reconcile request (reconcile: neither drop/<drop> nor listener/<listener>)")
    return request


def _field_of(problem: ErrorDetails) -> str:
    """Name a field of requests; whoever wrote another one may have written anything."""
    name = str(problem["loc"][0]) if problem["loc"] else "body"
    return name if name == "body" or name in ReconcileRequest.model_fields else "another field"
