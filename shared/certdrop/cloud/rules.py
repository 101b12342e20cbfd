"""The rules of the API pages that types cannot say: which characters a text takes, which parameter asks for another.

Rules are judged on the wire's names, and their words stand in the refusal: they never repeat what was given.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

Wire = Mapping[str, Any]
Condition = tuple[str, tuple[object, ...]]  # a parameter's path and the values that it must have; None: left out

RESERVED_PREFIXES = ("acs:", "aliyun")
URL_SCHEMES = ("http://", "https://")


@dataclass(frozen=True)
class Violation:
    """A broken rule: the wire path of the field (`Tag.1.Key`) and the rule in words."""

    field: str
    rule: str


class Rule(Protocol):
    """A rule between the fields of one request."""

    def find(self, wire: Wire) -> Iterator[Violation]:
        """Yield a violation for each field of *wire* that breaks the rule."""
        ...


@dataclass(frozen=True)
class RequiredWhen:
    """*field* must be given where all *conditions* hold."""

    field: str
    conditions: tuple[Condition, ...]

    def find(self, wire: Wire) -> Iterator[Violation]:
        """Yield a violation when the field is not there."""
        if read(wire, self.field) in (None, "", ()) and all(_holds(wire, one) for one in self.conditions):
            yield Violation(self.field, f"required when {_describe(self.conditions)}")


@dataclass(frozen=True)
class RequiredUnless:
    """*field* must be given unless *other* is."""

    field: str
    other: str

    def find(self, wire: Wire) -> Iterator[Violation]:
        """Yield a violation when neither is there."""
        if read(wire, self.field) is None and read(wire, self.other) is None:
            yield Violation(self.field, f"required unless {self.other} is given")


@dataclass(frozen=True)
class OnlyWhen:
    """*fields* may be given only where *condition* holds: elsewhere they are refused or have no effect."""

    fields: tuple[str, ...]
    condition: Condition

    def find(self, wire: Wire) -> Iterator[Violation]:
        """Yield a violation for each field that is there."""
        if _holds(wire, self.condition):
            return
        for field in self.fields:
            if read(wire, field) is not None:
                yield Violation(field, f"only when {_describe((self.condition,))}")


def find_violations(rules: Iterable[Rule], wire: Wire) -> list[Violation]:
    """Return every violation of *rules* in a request's wire document."""
    return [violation for rule in rules for violation in rule.find(wire)]


def read(wire: Wire, path: str) -> object:
    """Return the value at *path* (`QuicConfig.QuicListenerId`), None where there is none."""
    value: object = wire
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _holds(wire: Wire, condition: Condition) -> bool:
    path, values = condition
    return read(wire, path) in values


def _describe(conditions: Iterable[Condition]) -> str:
    return " and ".join(
        f"{path} is {' or '.join(_write(value) for value in values if value is not None)}"
        for path, values in conditions
    )


def _write(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def matches(pattern: str, rule: str) -> AfterValidator:
    """Return a validator of texts that match *pattern* as a whole, and otherwise break *rule*."""
    compiled = re.compile(pattern)
    return _require(lambda text: compiled.fullmatch(text) is not None, rule)


def _require(is_good: Callable[[str], bool], rule: str) -> AfterValidator:
    def check(text: str) -> str:
        if not is_good(text):
            raise PydanticCustomError("page_rule", "{rule}", {"rule": rule})
        return text

    return AfterValidator(check)


NOT_RESERVED = _require(
    lambda text: not text.startswith(RESERVED_PREFIXES) and not any(scheme in text for scheme in URL_SCHEMES),
    "must not start with acs: or aliyun, nor contain http:// or https://",
)
