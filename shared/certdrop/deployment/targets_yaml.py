"""Reads config/targets.yml. The only module of the deployed package that imports yaml.

The file comes from a bucket that many may write to, so it is read event by event: no aliases (a few lines of them
expand to gigabytes), no deep nesting (libyaml's composer recurses without a limit), no key given twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml
from pydantic import ValidationError

from certdrop.deployment.targets import Targets
from certdrop.deployment.targets_problems import MAXIMUM_PROBLEMS, Path, describe_problems, problem_at, spell
from certdrop.errors import TargetsError, TargetsProblem
from certdrop.masking import is_suspicious

MAXIMUM_SIZE = 256 * 1024
MAXIMUM_DEPTH = 12
MAXIMUM_PLAIN = 100  # characters of a number: PyYAML's reading of base 60 is quadratic

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where libyaml is there
_RESOLVER: Any = yaml.resolver.Resolver()
_TEXT = "tag:yaml.org,2002:str"

SUSPICIOUS = "this may be a private key, or a part of one: remove it, and drop a new key in its place"


def parse_targets(content: str | bytes) -> Targets:
    """Read targets.yml; TargetsError lists every problem with its line, its path and what was expected."""
    refuse_size(len(content.encode(errors="replace") if isinstance(content, str) else content))
    text = content if isinstance(content, str) else _decode(content)
    reader = _Reader()
    try:
        data = reader.read(text)
    except _EnoughError:
        raise TargetsError(reader.problems) from None
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise TargetsError([_syntax_problem(error)]) from None
    if reader.problems:
        raise TargetsError(reader.problems)
    try:
        return Targets.model_validate(data)
    except ValidationError as error:
        raise TargetsError(describe_problems(error, data, reader.lines)) from None


def refuse_size(size: int) -> None:
    """Raise TargetsError for a file of *size* bytes that is too large to be read."""
    if size > MAXIMUM_SIZE:
        raise TargetsError([TargetsProblem(None, "the file", f"{size} bytes: expected at most {MAXIMUM_SIZE}")])


def _decode(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"found the byte 0x{content[error.start]:02x}"
        raise TargetsError([TargetsProblem(line, "the file", f"expected UTF-8, {found}")]) from None


class _EnoughError(Exception):
    """So many problems were found that nobody reads more."""


def _syntax_problem(error: Exception) -> TargetsProblem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    return TargetsProblem(mark.line + 1 if mark else None, "the file", f"not YAML: {reason}")


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


@dataclass
class _Reader:
    """Builds plain data from YAML's events, and notes on which line each path stands."""

    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[TargetsProblem] = field(default_factory=list)

    def read(self, text: str) -> object:
        """Return the file's one document."""
        events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=_LOADER))
        next(events)  # the stream's start
        if isinstance(next(events), yaml.StreamEndEvent):
            return None
        data = self._build(next(events), events, ())
        next(events)  # the document's end
        if not isinstance(next(events), yaml.StreamEndEvent):
            self.problems.append(TargetsProblem(None, "the file", "expected one document, found another after ---"))
        return data

    def _build(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> object:
        self.lines.setdefault(path, _line_of(event))
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":  # what "!" marks is a text
            self._complain(path, "tags (!name) are not read: leave it out")
        if len(path) > MAXIMUM_DEPTH:
            self._complain(path, "nested too deeply")
            raise _EnoughError
        if isinstance(event, yaml.SequenceStartEvent):
            return self._build_list(events, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._build_mapping(events, path)
        if isinstance(event, yaml.ScalarEvent):
            return self._build_scalar(event, path)
        self._complain(path, "aliases (*name) are not read: write it out")
        return None

    def _build_list(self, events: Iterator[yaml.Event], path: Path) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            found.append(self._build(event, events, (*path, len(found))))
        return found

    def _build_mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._complain_at(_line_of(event), path, "expected a plain key")
                raise _EnoughError
            if is_suspicious(event.value):
                self._complain_at(_line_of(event), path, SUSPICIOUS)
            below = (*path, event.value)
            repeated = event.value in found
            self.lines.setdefault(below, _line_of(event))
            value = self._build(next(events), events, below)
            if repeated:
                self._complain_at(_line_of(event), below, "this key is given twice")
            found[event.value] = value
        return found

    def _build_scalar(self, event: yaml.ScalarEvent, path: Path) -> object:
        if is_suspicious(event.value):
            self._complain(path, SUSPICIOUS)
            return None
        tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == _TEXT:
            return event.value
        if len(event.value) > MAXIMUM_PLAIN:
            self._complain(path, "expected a text (in quotes), or a shorter number")
            return None
        node = yaml.ScalarNode(tag, event.value)
        try:
            return cast(object, yaml.constructor.SafeConstructor().construct_object(node))
        except (yaml.YAMLError, ValueError, OverflowError):
            self._complain(path, "expected a text, a number, true or false")
            return None

    def _complain(self, path: Path, message: str) -> None:
        self._note(problem_at(path, message, self.lines))

    def _complain_at(self, line: int, path: Path, message: str) -> None:
        self._note(TargetsProblem(line, spell(path), message))

    def _note(self, problem: TargetsProblem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MAXIMUM_PROBLEMS:
            raise _EnoughError
