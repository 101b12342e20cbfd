"""Whatever fakecloud can answer, the catalogue knows: read from its sources, so that no new code slips by."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import fakecloud
from certdrop.cloud.catalogue import find_entry

CALLED_SERVICES = ("alb", "cas", "clb", "mns", "oss", "rpc")  # nothing of certdrop calls Function Compute
CODE = re.compile(r"-?[A-Za-z0-9]+(\.[A-Za-z]+)*")
FEWEST = 80
UNKNOWN = find_entry("\0").meaning


def codes_in(tree: ast.AST) -> Iterator[str]:
    """The codes in calls like `RpcError(400, "Code", ...)` and `refusal("Code", ...)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        values = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args[:2]]
        named = isinstance(node.func, ast.Name) and node.func.id == "refusal"
        status = (
            isinstance(values[0], int) and not isinstance(values[0], bool) and values[0] >= 300 if values else False
        )
        code = values[0] if named and values else values[1] if status and len(values) > 1 else None
        if isinstance(code, str) and CODE.fullmatch(code):
            yield code


@cache
def answerable_codes() -> frozenset[str]:
    root = Path(next(iter(fakecloud.__path__)))
    files = [path for service in CALLED_SERVICES for path in (root / service).rglob("*.py")]
    return frozenset(code for path in files for code in codes_in(ast.parse(path.read_text())))


def test_the_codes_are_found() -> None:
    assert len(answerable_codes()) > FEWEST
    assert {"ResourceNotFound.Listener", "NameRepeat", "FileAlreadyExists", "QueueNotExist"} <= answerable_codes()


@pytest.mark.parametrize("code", sorted(answerable_codes()))
def test_the_catalogue_knows_the_code(code: str) -> None:
    assert find_entry(code).meaning != UNKNOWN
