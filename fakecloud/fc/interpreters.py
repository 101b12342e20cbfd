"""Finds the Python that a runtime stands for."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

QUESTION = "import sys; print('python%d.%d' % sys.version_info[:2]); print(sys.executable)"


class InterpreterError(Exception):
    """The machine lacks the Python that packaged functions need."""


@lru_cache
def find_interpreter(runtime: str) -> str:
    """Return the path of the Python that *runtime* (`python3.12`) names; raises InterpreterError.

    A version manager may put a shim on the PATH that leads nowhere, so every candidate is asked who it is.
    """
    for candidate in _candidates(runtime):
        answer = subprocess.run([candidate, "-c", QUESTION], capture_output=True, text=True, check=False)  # noqa: S603 our own question
        name, _, executable = answer.stdout.strip().partition("\n")
        if answer.returncode == 0 and name == runtime:
            return executable
    raise InterpreterError(f"packaged functions need {runtime}, which this machine has not")


def _candidates(runtime: str) -> Iterator[str]:
    """Yield whatever may be that Python: this one, the one on the PATH, pyenv's."""
    yield sys.executable
    found = shutil.which(runtime)
    if found is not None:
        yield found
    version = runtime.removeprefix("python")
    yield from sorted(map(str, Path.home().glob(f".pyenv/versions/{version}*/bin/{runtime}")))
