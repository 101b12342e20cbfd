"""From the pages' constraints to calls just inside and just outside of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tests.fakecloud.pages.page import Page, Parameter, Value, rows

Changes = Mapping[str, Value | None]  # of a call, by wire name; None takes a parameter away, members and all
Judge = Literal["both", "fakecloud", "certdrop"]
WRONG_TYPES: dict[str, tuple[Value, ...]] = {
    "integer": ("abc", "1.5"),
    "boolean": ("maybe",),
    "list": ("x",),
    "object": ("x",),
}
OFF: dict[Value, Value] = {"on": "off", True: False}


@dataclass(frozen=True)
class Case:
    """One call beside a constraint.

    *code* is what fakecloud answers outside, empty inside; *ineffective* says that it takes the call, but not the
    parameter. *judge* tells whose case it is, *raised* that the account's quota is.
    """

    page: Page
    parameter: Parameter
    rule: str
    changes: Changes
    code: str = ""
    ineffective: bool = False
    judge: Judge = "both"
    raised: bool = False

    @property
    def is_inside(self) -> bool:
        return not self.code and not self.ineffective

    def __str__(self) -> str:
        return f"{self.page}-{self.parameter.path}-{self.rule}"


def all_cases() -> list[Case]:
    """Return every case of every page."""
    return [case for page, parameter in rows() for case in _Maker(page, parameter).cases()]


def give(page: Page, parameter: Parameter, value: Value | None = None) -> dict[str, Value | None]:
    """Return the changes that make a call say *parameter*, and what belongs to it."""
    changes: dict[str, Value | None] = {page.wire(path): told for path, told in parameter.besides_it.items()}
    if value is not None or parameter.value is not None:
        changes[page.wire(parameter.path)] = parameter.value if value is None else value
    elif parameter.type == "list":
        changes.update(items(page, parameter, 1))
    return changes


def items(page: Page, parameter: Parameter, count: int) -> dict[str, Value | None]:
    """Return the changes that make a list of *count* items."""
    name = page.wire(parameter.path)
    changes: dict[str, Value | None] = {name: None}
    for number in range(1, count + 1):
        for member, value in parameter.item.items():
            changes[f"{name}.{number}.{member}"] = value.replace("#", str(number))
    return changes


class _Maker:
    def __init__(self, page: Page, parameter: Parameter) -> None:
        self._page = page
        self._parameter = parameter
        self._name = page.wire(parameter.path)
        conditional = "InvalidParameter" if page.product == "alb" else "MissingParameter"
        self._missing = parameter.missing_code or "MissingParameter"
        self._conditional = parameter.missing_code or conditional

    def cases(self) -> Iterator[Case]:
        yield from self._types()
        yield from self._requirements()
        yield from self._choices()
        yield from self._ranges()
        yield from self._sizes()
        yield from self._lengths()
        yield from self._texts()
        yield from self._conditions()

    def _case(self, rule: str, changes: Changes, **more: object) -> Case:
        return Case(self._page, self._parameter, rule, changes, **more)  # type: ignore[arg-type]

    def _valued(self, rule: str, value: Value, code: str = "", **more: object) -> Case:
        return self._case(f"{rule} {str(value)[:24]!r}", give(self._page, self._parameter, value), code=code, **more)

    def _types(self) -> Iterator[Case]:
        one = self._parameter
        code = "InvalidParameter" if one.type in ("list", "object") else one.code
        for value in WRONG_TYPES.get(one.type, ()):
            yield self._case(f"{one.type} {value}", {**self._without(), self._name: value}, code=code)
        if one.type != "object":
            yield self._case(one.type, give(self._page, one))

    def _without(self) -> dict[str, Value | None]:
        """Return the changes that make a call say all that belongs to the parameter, but not itself."""
        kept = {name: value for name, value in give(self._page, self._parameter).items() if not self._is_own(name)}
        return {**kept, self._name: None}

    def _is_own(self, name: str) -> bool:
        return name == self._name or name.startswith(self._name + ".")

    def _requirements(self) -> Iterator[Case]:
        one, page = self._parameter, self._page
        judge: Judge = "fakecloud" if one.certdrop else "both"
        if one.required:
            yield self._case("required", self._without(), code=self._missing, judge=judge)
        for rule, needed in (("required when", one.required_when), ("required unless", one.required_unless)):
            if not needed:
                continue
            told = {page.wire(path): value for path, value in needed.items()}
            given = give(page, one)
            if rule == "required unless":
                yield self._case(rule, {self._name: None, **told})
                yield self._case(rule, {self._name: None}, code=self._conditional)
            else:
                yield self._case(rule, {**given, **told})
                yield self._case(rule, {**self._without(), **told}, code=self._conditional)

    def _choices(self) -> Iterator[Case]:
        for choice in self._parameter.choices:
            case = self._valued("choice", choice)
            yield replace(case, changes={**case.changes, **_beside_protocol(self._parameter, choice)})
        if self._parameter.choices:
            yield self._valued("choice", "another", self._parameter.code)

    def _ranges(self) -> Iterator[Case]:
        one = self._parameter
        if not one.range:
            return
        low, high = one.range
        for value in (low, *one.besides):
            yield self._valued("range", value)
        outside = {low - 1, *(value - 1 for value in one.besides)} - set(one.besides)
        for value in sorted(outside):
            yield self._valued("range", value, one.code)
        if not one.range_of_raised_quota:
            yield self._valued("range", high)
            yield self._valued("range", high + 1, one.code)
            return
        highest = one.range_of_raised_quota[1]
        yield self._valued("range", high)
        yield self._valued("range", high + 1, one.code, judge="fakecloud")
        yield self._valued("raised quota", highest, raised=True)
        yield self._valued("raised quota", highest + 1, one.code, raised=True)

    def _sizes(self) -> Iterator[Case]:
        one = self._parameter
        ours = one.size_by_switch or one.size
        bounds: tuple[tuple[Judge, tuple[int, ...]], ...] = (("fakecloud", one.size), ("certdrop", ours))
        for judge, size in (("both", one.size),) if ours == one.size else bounds:
            for count in size[1:] and (size[1], size[1] + 1):
                changes = {**give(self._page, one), **items(self._page, one, count)}
                yield self._case(f"size {count}", changes, code=one.code if count > size[1] else "", judge=judge)

    def _lengths(self) -> Iterator[Case]:
        one = self._parameter
        if not one.length:
            return
        low, high = one.length
        for length in (max(low, 1), high):
            yield self._valued(f"length {length}", one.start.ljust(length, "a"))
        yield self._valued(f"length {high + 1}", one.start.ljust(high + 1, "a"), one.code)
        if low:
            code = self._missing if one.required and low == 1 else one.code
            yield self._valued(f"length {low - 1}", one.start.ljust(low - 1, "a")[: low - 1], code)

    def _texts(self) -> Iterator[Case]:
        one = self._parameter
        for text in one.characters.get("takes", ()):
            yield self._valued("characters", text)
        for text in one.characters.get("refuses", ()):
            yield self._valued("characters", text, one.code)
        for prefix in one.refused_prefixes:
            yield self._valued("prefix", f"x{prefix}x")
            yield self._valued("prefix", f"{prefix}x", one.code)
        for part in one.refused_parts:
            yield self._valued("part", part.replace("://", ":/"))
            yield self._valued("part", f"x{part}x", one.code)

    def _conditions(self) -> Iterator[Case]:
        one, page = self._parameter, self._page
        for other, values in one.only_when.items():
            for value in values:
                beside = _beside_protocol(page.parameters[other], value)
                yield self._case(f"only when {value}", {**give(page, one), page.wire(other): value, **beside})
            changes = {**give(page, one, one.outside_value), page.wire(other): "QUIC"}
            yield self._case("only when QUIC", changes, code=one.code)
        if one.effective_when:
            off = {page.wire(other): OFF[value] for other, value in one.effective_when.items()}
            yield self._case("effective when on", give(page, one))
            yield self._case("effective when off", {**give(page, one), **off}, ineffective=True)


def _beside_protocol(parameter: Parameter, choice: str) -> Changes:
    """A listener of HTTP has no certificate."""
    return {"Certificates": None} if (parameter.path, choice) == ("ListenerProtocol", "HTTP") else {}
