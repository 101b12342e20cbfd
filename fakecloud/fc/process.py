"""One instance as the cloud sees it: a process that is sent events and answers, is timed, and can be killed."""

import base64
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakecloud.fc.function import Function, Invocation, Result

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
UNHANDLED = "UnhandledInvocationError"
LOG_LIMIT = 256 * 1024  # bytes of log kept of one invocation: the last ones
CHUNK = 65536
GRACE = 0.5  # seconds between SIGTERM and SIGKILL, for the stacks


@dataclass(frozen=True)
class Layout:
    """Where an instance finds its code: working folder, what is put on sys.path and what is taken off it."""

    code: Path
    path: tuple[Path, ...]
    without: tuple[Path, ...]
    command: tuple[str, ...] = (sys.executable, "-I")


class Process:
    """An instance of *function*. One thread at a time may invoke; any thread may kill."""

    def __init__(self, function: Function, layout: Layout) -> None:
        self.function = function
        self.instance_id = f"c-{os.urandom(16).hex()}"
        if not layout.code.is_dir():
            raise FileNotFoundError(f"{layout.code} is no folder: {function.name} has no code")
        answers, answers_end = os.pipe()
        self._answers = os.fdopen(answers, "rb", buffering=0)
        self._closing = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 our own bootstrap
            [*layout.command, str(BOOTSTRAP), str(answers_end)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=layout.code,
            env={**_base_environment(function, layout.code, self.instance_id), **function.environment},
            pass_fds=(answers_end,),
            bufsize=0,
        )
        os.close(answers_end)
        assert self._process.stdin is not None  # noqa: S101 as asked for above
        assert self._process.stdout is not None  # noqa: S101 as asked for above
        self._input, self._output = self._process.stdin, self._process.stdout
        os.set_blocking(self._output.fileno(), False)
        setup = {"handler": function.handler, "code": str(layout.code)}
        paths = {"path": list(map(str, layout.path)), "without": list(map(str, layout.without))}
        self._send({**setup, **paths})

    def invoke(self, event: bytes, invocation: Invocation) -> Result:
        """Hand over one event and wait for the answer, no longer than the function's time limit."""
        start = time.monotonic()
        self._send(_describe(self.function, event, invocation))
        log = bytearray()
        answer = self._await_answer(start + self.function.timeout, log)
        if answer is None and self.is_alive():
            self._terminate(log)
            return _timed_out(self.function.timeout, _text(log))
        if answer is None:
            return exited(time.monotonic() - start, _text(log))
        return Result(
            body=base64.b64decode(answer["body"]),
            error_type=answer["error"],
            log=_text(log),
            instance_id=self.instance_id,
            memory=answer["memory"],
        )

    def is_alive(self) -> bool:
        """Say whether the process runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill the process; an invocation under way ends as a process that exited."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill the process and give back what it held; nobody may be invoking it."""
        with self._closing:
            self.kill()
            for stream in (self._input, self._output, self._answers):
                with suppress(BrokenPipeError):
                    stream.close()

    def _send(self, document: dict[str, Any]) -> None:
        """Write one line; a process that is gone shows when the answer is awaited."""
        line = memoryview(json.dumps(document).encode() + b"\n")
        with suppress(BrokenPipeError):
            while line:
                line = line[self._input.write(line) or 0 :]

    def _await_answer(self, deadline: float, log: bytearray) -> dict[str, Any] | None:
        """Collect log and answer; None when the process exits or the time is over."""
        answer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            selector.register(self._answers, selectors.EVENT_READ)
            while not answer.endswith(b"\n"):
                left = deadline - time.monotonic()
                ready = {key.fileobj for key, _ in selector.select(left)} if left > 0 else set()
                if not ready:
                    return None
                if self._output in ready and not self._drain(log):
                    selector.unregister(self._output)
                if self._answers in ready:
                    chunk = self._answers.read(CHUNK)
                    if not chunk:
                        self._await_exit(left, log)
                        return None
                    answer += chunk
        self._drain(log)
        document: dict[str, Any] = json.loads(answer)
        return document

    def _await_exit(self, seconds: float, log: bytearray) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self._drain(log)

    def _drain(self, log: bytearray) -> bool:
        """Read what the process has written so far; False when it can write no more."""
        while chunk := self._output.read(CHUNK):
            log += chunk
            del log[:-LOG_LIMIT]
        return chunk is None

    def _terminate(self, log: bytearray) -> None:
        """End the process: it shows where it hangs, then it is killed."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        self.kill()
        self._drain(log)


def exited(seconds: float, log: str) -> Result:
    """Return what a caller sees of a process that exited in the midst of it."""
    used = f"(duration: {seconds * 1000:.0f}ms, maxMemoryUsage: 0.00MB)"
    message = f"Process exited unexpectedly before completing request {used}"
    return Result(json.dumps({"errorMessage": message}).encode(), UNHANDLED, log)


def _timed_out(seconds: int, log: str) -> Result:
    message = f"Function timed out after {seconds} seconds (maxMemoryUsage: 0.00MB)"
    return Result(json.dumps({"errorMessage": message}).encode(), UNHANDLED, log)


def _text(log: bytearray) -> str:
    return log.decode(errors="replace")


def _base_environment(function: Function, code: Path, instance_id: str) -> dict[str, str]:
    """Return the variables that every instance has, before those of the template."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "FC_FUNC_CODE_PATH": str(code),
        "FC_FUNCTION_NAME": function.name,
        "FC_FUNCTION_HANDLER": function.handler,
        "FC_FUNCTION_MEMORY_SIZE": str(function.memory),
        "FC_INSTANCE_ID": instance_id,
        "FC_QUALIFIER": "LATEST",
        # The runtimes differ in the name of this one: Debian 10 against Debian 11.
        "FC_VER_ID" if function.runtime == "python3.10" else "FC_FUNCTION_VERSION": "LATEST",
    }


def _describe(function: Function, event: bytes, invocation: Invocation) -> dict[str, Any]:
    """Return an invocation as bootstrap.py reads it."""
    identity = invocation.identity
    return {
        "event": base64.b64encode(event).decode(),
        "context": _describe_context(function, invocation),
        "environment": {
            "FC_ACCOUNT_ID": invocation.account_id,
            "FC_REGION": invocation.region,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": identity.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": identity.secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": identity.token or "",
        },
    }


def _describe_context(function: Function, invocation: Invocation) -> dict[str, Any]:
    """Return the context's values: Python 3.10 has credentials and service, Python 3.12 has neither."""
    about: dict[str, Any] = {"name": function.name, "handler": function.handler, "memory": function.memory}
    logs = {"log_project": f"{invocation.account_id}-{invocation.region}-project", "log_store": "function-logstore"}
    version = {"qualifier": "LATEST", "version_id": "LATEST"}
    common = {
        "request_id": invocation.request_id,
        "region": invocation.region,
        "account_id": invocation.account_id,
    }
    if function.runtime != "python3.10":
        return {**common, **logs, "function": {**about, "timeout": function.timeout, **version}}
    identity = invocation.identity
    return {
        **common,
        "requestId": invocation.request_id,
        "retry_count": invocation.retry_count,
        "credentials": {
            "access_key_id": identity.access_key_id,
            "access_key_secret": identity.secret,
            "security_token": identity.token,
        },
        "function": {**about, "timeout": str(function.timeout)},
        "service": {"name": "", **logs, **version},
        "tracing": {"span_context": None, "jaeger_endpoint": None, "span_baggages": {}},
    }
