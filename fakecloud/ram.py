"""RAM policies: the language of what a role may do, and the verdict on one wish.

Nothing is allowed that no statement allows, and what one statement denies stays denied. A statement whose Condition
does not hold says nothing.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

Test = Callable[[tuple[str, ...], str], bool]


class PolicyError(ValueError):
    """The text is no policy."""


class Verdict(Enum):
    """What a policy says to a wish; a denial by the name that RAM has for its kind."""

    ALLOWED = "Allow"
    NOT_GRANTED = "ImplicitDeny"
    FORBIDDEN = "ExplicitDeny"


class Wish(NamedTuple):
    """What a call needs: an action on a resource; *context* are the condition keys that it brings.

    An API without resource level asks for the resource "*", which only the pattern "*" grants.
    """

    action: str
    resource: str = "*"
    context: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Names:
    """The value of Action or Resource, or of their opposites (*inverted*)."""

    patterns: tuple[str, ...]
    inverted: bool = False

    def include(self, text: str, *, ignore_case: bool = False) -> bool:
        """Say whether *text* is meant."""
        return (_compile(self.patterns, ignore_case).fullmatch(text) is not None) is not self.inverted


@dataclass(frozen=True)
class Condition:
    """One operator on one condition key; one of the *values* must fit, or none of them (*inverted*)."""

    key: str
    test: Test
    values: tuple[str, ...]
    inverted: bool = False

    def holds(self, context: Mapping[str, str]) -> bool:
        """Say whether it holds; a key that a call does not bring fits no value."""
        present = context.get(self.key)
        return (present is not None and self.test(self.values, present)) is not self.inverted


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    allows: bool
    actions: Names
    resources: Names
    conditions: tuple[Condition, ...] = ()

    def names(self, action: str) -> bool:
        """Say whether *action* is among the statement's."""
        return self.actions.include(action, ignore_case=True)

    def applies_to(self, wish: Wish) -> bool:
        """Say whether the statement, which names the action of *wish*, speaks of its resource in its context."""
        if not self.resources.include(wish.resource):
            return False
        if not self.conditions:
            return True
        context = dict(wish.context)
        return all(condition.holds(context) for condition in self.conditions)


@dataclass(frozen=True)
class Policy:
    """The statements of one policy."""

    statements: tuple[Statement, ...]
    _naming: dict[str, tuple[Statement, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def judge(self, wish: Wish) -> Verdict:
        """Return the verdict on *wish*."""
        verdict = Verdict.NOT_GRANTED
        for statement in self._find_naming(wish.action):
            if statement.applies_to(wish):
                if not statement.allows:
                    return Verdict.FORBIDDEN
                verdict = Verdict.ALLOWED
        return verdict

    def _find_naming(self, action: str) -> tuple[Statement, ...]:
        if action not in self._naming:
            self._naming[action] = tuple(one for one in self.statements if one.names(action))
        return self._naming[action]

    def allows(self, wish: Wish) -> bool:
        """Say whether *wish* is granted."""
        return self.judge(wish) is Verdict.ALLOWED


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Match as RAM does: * is any text, ? is one character, all else is literal."""
    return _compile((pattern,), ignore_case).fullmatch(text) is not None


@cache
def _compile(patterns: tuple[str, ...], ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001 a key of the cache
    return re.compile("|".join(map(_translate, patterns)), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _translate(pattern: str) -> str:
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in re.sub(r"\*+", "*", pattern))
    return "".join(parts)


def _are_like(values: tuple[str, ...], present: str) -> bool:
    return _compile(values, False).fullmatch(present) is not None


def _are_equal(values: tuple[str, ...], present: str) -> bool:
    return present in values


def _are_equal_but_for_case(values: tuple[str, ...], present: str) -> bool:
    return present.lower() in map(str.lower, values)


def _hold_address(values: tuple[str, ...], present: str) -> bool:
    return any(ip_address(present) in ip_network(value, strict=False) for value in values)


# operator: whether one of some values fits, and whether nothing may fit
OPERATORS: Mapping[str, tuple[Test, bool]] = {
    "StringEquals": (_are_equal, False),
    "StringNotEquals": (_are_equal, True),
    "StringEqualsIgnoreCase": (_are_equal_but_for_case, False),
    "StringNotEqualsIgnoreCase": (_are_equal_but_for_case, True),
    "StringLike": (_are_like, False),
    "StringNotLike": (_are_like, True),
    "IpAddress": (_hold_address, False),
    "NotIpAddress": (_hold_address, True),
    "Bool": (_are_equal_but_for_case, False),
}


def parse_policy(text: str, names: Mapping[str, str]) -> Policy:
    """Read a policy whose ${account}, ${bucket}, ... stand for *names*; raises PolicyError."""
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    try:
        document = json.loads(text)
        return Policy(tuple(map(_read_statement, document["Statement"])))
    except PolicyError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PolicyError(f"no policy: {error}") from error


def _read_statement(document: Mapping[str, Any]) -> Statement:
    unknown = set(document) - {"Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
    if unknown:
        raise PolicyError(f"a statement has no {', '.join(sorted(unknown))}")
    if document["Effect"] not in ("Allow", "Deny"):
        raise PolicyError("an Effect is Allow or Deny")
    return Statement(
        allows=document["Effect"] == "Allow",
        actions=_read_names(document, "Action"),
        resources=_read_names(document, "Resource"),
        conditions=tuple(
            _read_condition(operator, key, _read_values(values))
            for operator, keys in document.get("Condition", {}).items()
            for key, values in keys.items()
        ),
    )


def _read_names(document: Mapping[str, Any], name: str) -> Names:
    opposite = f"Not{name}"
    if (name in document) is (opposite in document):
        raise PolicyError(f"a statement has either {name} or {opposite}")
    inverted = opposite in document
    return Names(_read_values(document[opposite if inverted else name]), inverted)


def _read_condition(operator: str, key: str, values: tuple[str, ...]) -> Condition:
    if operator not in OPERATORS:
        raise PolicyError(f"no operator of conditions: {operator}")
    test, inverted = OPERATORS[operator]
    if test is _hold_address:
        for value in values:
            ip_network(value, strict=False)
    return Condition(key, test, values, inverted)


def _read_values(value: object) -> tuple[str, ...]:
    texts = []
    for one in value if isinstance(value, list) else [value]:
        text = str(one).lower() if isinstance(one, bool) else one
        if not isinstance(text, str) or not text:
            raise PolicyError("a value is a text, or a list of texts")
        texts.append(text)
    if not texts:
        raise PolicyError("a list of values is not empty")
    return tuple(texts)
