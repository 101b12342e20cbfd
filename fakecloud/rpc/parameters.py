"""From flat pairs (`Tag.1.Key=env`) to typed, nested parameters, checked against their declarations."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, Union

from fakecloud.rpc.operation import Flaw, Parameter, Problem, RpcError

Tree: TypeAlias = dict[str, Union[str, "Tree"]]
Value: TypeAlias = str | Tree
Explain: TypeAlias = Callable[[Problem], RpcError]
BOOLEANS = {"true": True, "false": False}


def nest(pairs: Iterable[tuple[str, str]], explain: Explain) -> Tree:
    """Return *pairs* as a tree, split at the dots; the same name twice, or as a leaf and as a branch, is refused."""
    tree: Tree = {}
    for path, value in pairs:
        *branches, leaf = path.split(".")
        node = tree
        for name in branches:
            child = node.setdefault(name, {})
            if isinstance(child, str):
                raise explain(Problem("malformed", path))
            node = child
        if leaf in node:
            raise explain(Problem("malformed", path))
        node[leaf] = value
    return tree


def read_parameters(
    pairs: Iterable[tuple[str, str]], declared: Iterable[Parameter], explain: Explain
) -> dict[str, Any]:
    """Return the typed parameters, or raise what *explain* makes of the first problem.

    Booleans are read in any case, as the vendor's SDKs differ; lists are 1-based and without gaps.
    """
    return _Reader(explain).members(nest(pairs, explain), tuple(declared), "")


class _Reader:
    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    def members(self, tree: Tree, declared: tuple[Parameter, ...], prefix: str) -> dict[str, Any]:
        known = {parameter.name for parameter in declared}
        for name in tree:
            if name not in known:
                raise self._explain(Problem("unknown", prefix + name))
        values = {}
        for parameter in declared:
            path = prefix + parameter.name
            value = tree.get(parameter.name)
            if value is None or (value == "" and parameter.required):
                self._require(not parameter.required, "missing", path, parameter)
            else:
                values[parameter.name] = self._value(value, parameter, path)
        return values

    def _require(self, holds: bool, flaw: Flaw, path: str, parameter: Parameter) -> None:  # noqa: FBT001 an assertion
        if not holds:
            raise self._explain(Problem(flaw, path, parameter))

    def _value(self, value: Value, parameter: Parameter, path: str) -> object:
        is_branch = isinstance(value, dict)
        self._require(is_branch == (parameter.kind in ("list", "object")), "malformed", path, parameter)
        if isinstance(value, dict):
            if parameter.kind == "list":
                return self._list(value, parameter, path)
            return self.members(value, parameter.members, path + ".")
        if parameter.kind == "integer":
            return self._integer(value, parameter, path)
        if parameter.kind == "boolean":
            self._require(value.lower() in BOOLEANS, "malformed", path, parameter)
            return BOOLEANS[value.lower()]
        return self._string(value, parameter, path)

    def _string(self, text: str, parameter: Parameter, path: str) -> str:
        self._require(not parameter.choices or text in parameter.choices, "choice", path, parameter)
        self._require_length(len(text), parameter, path)
        matches = parameter.pattern is None or re.fullmatch(parameter.pattern, text) is not None
        self._require(matches, "pattern", path, parameter)
        return text

    def _require_length(self, length: int, parameter: Parameter, path: str) -> None:
        fits = (parameter.shortest or 0) <= length and (parameter.longest is None or length <= parameter.longest)
        self._require(fits, "length", path, parameter)

    def _integer(self, text: str, parameter: Parameter, path: str) -> int:
        self._require(re.fullmatch(r"-?[0-9]{1,19}", text) is not None, "malformed", path, parameter)
        number = int(text)
        above = parameter.minimum is None or number >= parameter.minimum
        below = parameter.maximum is None or number <= parameter.maximum
        self._require(above and below, "range", path, parameter)
        return number

    def _list(self, branch: Tree, parameter: Parameter, path: str) -> list[object]:
        names = [str(number) for number in range(1, len(branch) + 1)]
        self._require(set(names) == set(branch), "malformed", path, parameter)
        self._require_length(len(names), parameter, path)
        kind = "object" if parameter.members else parameter.item
        item = Parameter(parameter.name, kind, members=parameter.members)
        return [self._value(branch[name], item, f"{path}.{name}") for name in names]
