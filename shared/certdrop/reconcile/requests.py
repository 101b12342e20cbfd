"""The message between functions: look at this drop, look at this listener. No secret, no certificate id, no truth."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from certdrop.deployment.places import Listener
from certdrop.errors import EventError

MAXIMUM_HOPS = 3
DROP_NAME = re.compile(r"[^/\x00-\x1f\x7f\ud800-\udfff]{1,200}")  # no half of a surrogate pair: such text has no UTF-8


class ReconcileRequest(BaseModel):
    """A request to look at `drop/<drop>` or `listener/<service>.<lb>.<port>`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Literal[1] = 1
    reconcile: str = Field(max_length=300)
    hops: int = Field(default=0, ge=0, le=MAXIMUM_HOPS)
    correlation_id: str = Field(default="", max_length=64)

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
        return name if kind == "drop" and DROP_NAME.fullmatch(name) else None

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
        problems = ", ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise EventError(f"not a reconcile request ({problems})") from None
    if request.drop is None and request.listener is None:
        raise EventError("not a reconcile request (reconcile: neither drop/<drop> nor listener/<listener>)")
    return request
