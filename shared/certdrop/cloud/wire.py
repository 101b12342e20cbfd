"""Wire models: the vendor's PascalCase documents as frozen models with Python names, and the vendor's odd values."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from certdrop.cloud.rules import Rule, find_violations
from certdrop.errors import InvalidRequestError

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


Request = TypeVar("Request", bound="RpcRequest")


class RpcRequest(Parameters):
    """An action's parameters, and what may become of it when its answer is lost.

    One that breaks a rule of its API page is not made: InvalidRequestError names the fields, the rules and the page.
    *product* is as in `ALB 2020-06-16`; *rules* are those between fields.
    """

    product: ClassVar[str]
    action: ClassVar[str]
    repeat: ClassVar[Repeat]
    rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _keep_to_the_page(  # noqa: PYI019 there is no Self before Python 3.11
        cls: type[Request], data: object, handler: ModelWrapValidatorHandler[Request]
    ) -> Request:
        try:
            request = handler(data)
        except ValidationError as error:
            problems = [f"{wire_path(cls, part['loc'])}: {part['msg']}" for part in error.errors(include_url=False)]
        else:
            if not cls.rules:
                return request
            wire = request.model_dump(by_alias=True, exclude_none=True)
            problems = [f"{broken.field}: {broken.rule}" for broken in find_violations(cls.rules, wire)]
            if not problems:
                return request
        raise InvalidRequestError(product=cls.product, action=cls.action, problems=problems)

    @property
    def repeatable(self) -> bool:
        """Whether this very call may be sent again after an ambiguous failure."""
        if self.repeat is Repeat.TOKEN:
            return getattr(self, "client_token", None) is not None
        return self.repeat is not Repeat.NEVER


def wire_path(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """Return where on the wire a validation error is, as in `Tag.1.Key`: indices count from 1 there."""
    path = []
    current: type[BaseModel] | None = model
    for part in location:
        field = current.model_fields.get(str(part)) if current else None
        if current and field is None:
            field = next((one for one in current.model_fields.values() if one.alias == part), None)
        if isinstance(part, int):
            path.append(str(part + 1))
        else:
            path.append((field and field.alias) or part)
            current = _find_model(field.annotation) if field else None
    return ".".join(path)


def _find_model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 annotations are of many kinds
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_find_model, get_args(annotation))), None)


class Shown(WireModel):
    """A part of an answer: null says no more than a field that is left out."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, document: object) -> object:
        if isinstance(document, Mapping) and None in document.values():
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
        except (ValueError, RecursionError):
            return []
    return [name.strip() for name in text.split(",") if name.strip()]


Moment = Annotated[datetime | None, BeforeValidator(_parse_moment)]
Fingerprint = Annotated[str, BeforeValidator(_parse_fingerprint)]
Names = Annotated[tuple[str, ...], BeforeValidator(_parse_names)]
Wrapped = BeforeValidator(_unwrap)
