"""Instances: a function's code in processes of their own, kept between invocations, one invocation at a time each."""

import threading
from collections import defaultdict
from pathlib import Path

from fakecloud.fc.function import Function, Invocation, Result
from fakecloud.fc.interpreters import InterpreterError, find_interpreter
from fakecloud.fc.process import Layout, Process, exited

MAXIMUM_IDLE = 4  # instances of a function that are kept for later


class SubprocessRunner:
    """Runs functions from their source below *root*, or, *packaged*, as `make package` built them.

    From source an instance sees `functions/<name>/` and `shared/` and runs under this interpreter; packaged it sees
    `build/<name>/` and nothing else, under the interpreter that the template names. Threads may share a runner.
    """

    background = True  # instances call back into the cloud: nobody may wait for one under the World's lock

    def __init__(self, root: Path, *, packaged: bool = False) -> None:
        self._root = root.resolve()
        self._packaged = packaged
        self._lock = threading.Lock()
        self._idle: dict[str, list[Process]] = defaultdict(list)
        self._all: set[Process] = set()
        self._stopped = False

    def invoke(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        """Run *function* once, in an idle instance or a new one."""
        try:
            process = self._take(function)
        except (OSError, InterpreterError) as error:
            return exited(0.0, str(error))
        if process is None:
            return exited(0.0, "")
        result = process.invoke(event, invocation)
        self._put_back(process)
        return result

    def kill(self, function: str | None = None) -> int:
        """Kill the instances of *function* (of all without a name), busy or not; return how many there were."""
        with self._lock:
            doomed = [one for one in self._all if function in (None, one.function.name)]
            for process in doomed:
                self._forget(process)
        for process in doomed:
            process.kill()
        return len(doomed)

    def stop(self) -> None:
        """Kill every instance; later invocations fail."""
        self._stopped = True
        self.kill()

    def _take(self, function: Function) -> Process | None:
        """Return an instance that nobody else uses; None when the runner was stopped."""
        while True:
            with self._lock:
                if self._stopped:
                    return None
                process = self._idle[function.name].pop() if self._idle[function.name] else None
                if process is None:
                    process = Process(function, self._lay_out(function))
                    self._all.add(process)
                    return process
                if process.function == function and process.is_alive():
                    return process
                self._forget(process)
            process.close()

    def _put_back(self, process: Process) -> None:
        with self._lock:
            idle = self._idle[process.function.name]
            if process in self._all and process.is_alive() and len(idle) < MAXIMUM_IDLE:
                idle.append(process)
                return
            self._forget(process)
        process.close()

    def _forget(self, process: Process) -> None:
        self._all.discard(process)
        if process in self._idle[process.function.name]:
            self._idle[process.function.name].remove(process)
            process.close()

    def _lay_out(self, function: Function) -> Layout:
        if self._packaged:
            interpreter = find_interpreter(function.runtime)
            return Layout(code=function.code, path=(function.code,), without=(), command=(interpreter, "-I", "-S"))
        code = self._root / "functions" / function.folder
        # An editable install puts these on every path; a deployed function does not see them.
        without = (self._root, self._root / "cli", self._root / "shared")
        return Layout(code=code, path=(code, self._root / "shared"), without=without)
