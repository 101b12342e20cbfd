"""Rooms stay small: lines a file, lines a function, lines a handler."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("shared", "cli", "fakecloud", "functions", "demo", "deploy")
FILE_LINES = 300
FUNCTION_LINES = 40
HANDLER_LINES = 100


def sources() -> list[Path]:
    """Return every source file that is not a test."""
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a file with its lines, without its docstring."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node) is not None and first.end_lineno is not None
            docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring


def test_files_stay_small() -> None:
    found = [*sources(), *sorted((ROOT / "tests").rglob("*.py"))]
    assert len(found) > 500
    long = [path.name for path in found if len(path.read_text().splitlines()) > FILE_LINES]
    assert long == []


def test_functions_stay_small() -> None:
    long = [(path.name, *found) for path in sources() for found in functions(path) if found[1] > FUNCTION_LINES]
    assert long == []


def test_handlers_stay_small() -> None:
    handlers = sorted((ROOT / "functions").glob("*/handler.py"))
    assert len(handlers) == 4
    assert [path for path in handlers if len(path.read_text().splitlines()) > HANDLER_LINES] == []
