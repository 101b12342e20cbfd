"""What comes from outside: pinned by hash wherever it is installed, and nothing ships that is not imported."""

import ast
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from deploy.bill import normalize
from deploy.package import UNNEEDED, functions, requirements_of
from tests.unit.deploy.pins import PIN, pins

ROOT = Path(__file__).parents[3]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
TARGET = {"python_version": "3.12", "python_full_version": "3.12.0", "platform_python_implementation": "CPython"}
OURS = {"certdrop", "handler"}
# Which rooms may import what only one function ships.
OWN = {"cryptography": "on-cert-uploaded", "yaml": "job-status-poller"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_by_version_and_hash(lock: Path) -> None:
    text = lock.read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]

    assert len(lines) == len(PIN.findall(text)) > 0
    assert not re.search(r"(?m)^(-|.*(://| @ ))", "\n".join(lines))


def test_every_installation_asks_for_the_hashes() -> None:
    lines = [
        line
        for path in ("Makefile", ".ci/other-python", ".ci/install")
        for line in (ROOT / path).read_text().splitlines()
    ]
    installs = [line for line in lines if " -r requirements/" in line]

    assert len(installs) == 3
    assert [line for line in installs if "--require-hashes --no-deps" not in line] == []
    assert '"--require-hashes", "--no-deps"' in (ROOT / "deploy" / "package.py").read_text()


@pytest.mark.parametrize("function", functions())
def test_what_ships_is_what_is_imported_with_what_that_needs(function: str) -> None:
    by_module = distributions()
    imported = {name for name in imports() if OWN.get(name, function) == function}
    needed = {normalize(by_module[name][0]) for name in imported}
    left = list(needed)
    while left:
        more = {one for one in needed_by(left.pop()) if one not in needed}
        needed |= more
        left += more

    assert needed - set(UNNEEDED) == set(pins(requirements_of(function))) - set(UNNEEDED)


@cache
def distributions() -> Mapping[str, Sequence[str]]:
    """Return which distributions each module is of: reading them all takes a second."""
    return packages_distributions()


@cache
def imports() -> set[str]:
    """Return the top-level modules from outside that the shipped code imports."""
    found: set[str] = set()
    for folder in ("shared", "functions"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names) - OURS


def needed_by(distribution: str) -> set[str]:
    """Return what a distribution needs under the functions' Python, without extras."""
    wanted = map(Requirement, requires(distribution) or ())
    return {normalize(one.name) for one in wanted if one.marker is None or one.marker.evaluate({**TARGET, "extra": ""})}


def test_the_rules_of_bandit_are_on_for_what_ships_and_excused_one_by_one() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    excused = {
        (path.relative_to(ROOT).as_posix(), code)
        for folder in ("shared", "functions", "cli")
        for path in (ROOT / folder).rglob("*.py")
        for code in re.findall(r"noqa:[^#\n]*?\b(S\d{3})", path.read_text())
    }

    assert 'select = ["ALL"]' in text
    assert not re.search(r"(?m)^    \"S\d*\"", text.partition("[tool.ruff.lint.per-file-ignores]")[0])
    assert excused == {("shared/certdrop/runtime/machine.py", "S311"), ("shared/certdrop/cloud/wire.py", "S105")}
