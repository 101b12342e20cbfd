"""Finds the Python that a runtime stands for."""

import shutil
import subprocess
from functools import lru_cache


class InterpreterError(Exception):
    """The machine lacks the Python that packaged functions need."""


@lru_cache
def find_interpreter(runtime: str) -> str:
    """Return the path of the Python that *runtime* (`python3.12`) names; raises InterpreterError.

    What a version manager puts on the PATH may be a shim, so the interpreter itself is asked.
    """
    found = shutil.which(runtime)
    if found is None:
        raise InterpreterError(f"packaged functions need {runtime}, which is not on the PATH")
    question = "import sys; print('python%d.%d' % sys.version_info[:2]); print(sys.executable)"
    answer = subprocess.run([found, "-c", question], capture_output=True, text=True, check=False)  # noqa: S603 our own question
    name, _, executable = answer.stdout.strip().partition("\n")
    if answer.returncode or name != runtime:
        raise InterpreterError(f"packaged functions need {runtime}, and {found} is none")
    return executable
