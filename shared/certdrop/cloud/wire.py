"""Wire models: the vendor's PascalCase documents as frozen models with Python names, and the vendor's odd values."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECONDS_DIGITS = 10
MILLISECONDS_DIGITS = 12


def to_pascal(name: str) -> str:
    """Turn `load_balancer_id` into `LoadBalancerId`."""
    return "".join(word.capitalize() for word in name.split("_"))


class Repeat(str, Enum):
    """Whether a call may be sent again when nobody knows if the first one was done."""

    READ = "read"  # yes: it changes nothing
    TOKEN = "token"  # noqa: S105 no secret; yes, when it bears a ClientToken: the vendor does it once
    SAME_EFFECT = "same effect"  # yes: it sets a value, twice is once
    UNIQUE_NAME = "unique name"  # yes: the second one is refused by name, and adopted
    NEVER = "never"  # no: the next look finds out what came of it


class WireModel(BaseModel):
    """A document of the vendor: frozen, PascalCase on the wire; its errors never show what was in it."""

    model_config = ConfigDict(
        alias_generator=to_pascal,
        populate_by_name=True,
        frozen=True,
        hide_input_in_errors=True,
        defer_build=True,
        extra="ignore",  # clouds add fields
    )


class Parameters(WireModel):
    """A part of a request: unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid")


class RpcRequest(Parameters):
    """An action's parameters, and what may become of it when its answer is lost."""

    action: ClassVar[str]
    repeat: ClassVar[Repeat]

    @property
    def repeatable(self) -> bool:
        """Whether this very call may be sent again after an ambiguous failure."""
        if self.repeat is Repeat.TOKEN:
            return getattr(self, "client_token", None) is not None
        return self.repeat is not Repeat.NEVER


class Shown(WireModel):
    """A part of an answer: null says no more than a field that is left out."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, document: object) -> object:
        if isinstance(document, Mapping):
            return {name: value for name, value in document.items() if value is not None}
        return document


class RpcResponse(Shown):
    """What every answer holds."""

    request_id: str = ""


def _unwrap(value: object) -> object:
    """CLB wraps arrays: {"ServerCertificate": [...]}; an empty one may come as "" or {}."""
    if isinstance(value, Mapping):
        return next(iter(value.values()), [])
    return [] if value in (None, "") else value


def _parse_moment(value: object) -> object:
    """Read ISO 8601 with Z, and epoch numbers; anything else is no time."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _from_epoch(value)
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return value


def _from_epoch(number: int) -> datetime | None:
    """Read seconds or milliseconds; eleven digits (an example of DescribeServerCertificates) are neither."""
    digits = len(str(abs(number)))
    if not number or SECONDS_DIGITS < digits < MILLISECONDS_DIGITS:
        return None
    try:
        return EPOCH + timedelta(milliseconds=number if digits >= MILLISECONDS_DIGITS else number * 1000)
    except OverflowError:
        return None


def _parse_fingerprint(value: object) -> object:
    return value.replace(":", "").strip().lower() if isinstance(value, str) else value


def _parse_names(value: object) -> object:
    """Read a list of names, wrapped or not; an element may itself be a JSON array (CLB), or names split at commas."""
    unwrapped = _unwrap(value)
    items = [unwrapped] if isinstance(unwrapped, str) else unwrapped
    if not isinstance(items, Sequence):
        return value
    return tuple(name for item in items for name in (_split_names(item) if isinstance(item, str) else [item]))


def _split_names(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        try:
            return [name for name in json.loads(text) if isinstance(name, str)]
        except ValueError:
            return []
    return [name.strip() for name in text.split(",") if name.strip()]


Moment = Annotated[datetime | None, BeforeValidator(_parse_moment)]
Fingerprint = Annotated[str, BeforeValidator(_parse_fingerprint)]
Names = Annotated[tuple[str, ...], BeforeValidator(_parse_names)]
Wrapped = BeforeValidator(_unwrap)
