"""A project folder with one function in it, run in real processes."""

import json
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fakecloud.fc.function import Function, Invocation, Result
from fakecloud.fc.instances import SubprocessRunner
from fakecloud.world import Identity
from tests.fakecloud.fc.helpers import make_function

ROOT = Path(__file__).parents[3]
NAME = "work"
IDENTITY = Identity("STS.key", "secret", token="token", role="certdrop-work")
INVOCATION = Invocation("r-1", IDENTITY, 0, "1234567890123456", "cn-hangzhou")


class Project:
    """A project folder with one function, and the runner over it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "functions" / "work").mkdir(parents=True)
        (root / "shared").mkdir()
        self.runner = SubprocessRunner(root)

    def write(self, text: str, name: str = f"functions/{NAME}/handler.py") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def run(self, event: bytes = b"{}", function: Function | None = None, **changes: Any) -> Result:
        return self.runner.invoke(function or make_function(), event, replace(INVOCATION, **changes))

    def answer(self, event: bytes = b"{}", function: Function | None = None, **changes: Any) -> Any:
        result = self.run(event, function, **changes)
        assert result.error_type is None, result.body
        return json.loads(result.body)


def failure_of(result: Result) -> dict[str, Any]:
    """Return the error that a failed run answered."""
    assert result.error_type == "UnhandledInvocationError"
    document: dict[str, Any] = json.loads(result.body)
    return document


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that other threads or processes do."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
