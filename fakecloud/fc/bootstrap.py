"""The Python runtime inside an instance: finds the handler, hands it events, answers as the vendor's runtime does.

Runs by itself in a process of its own, with nothing but the standard library: `bootstrap.py <answer descriptor>`.
Each line on standard input is a JSON document: first the set-up, then one invocation at a time. Answers go to the
descriptor, one JSON line each; what the function prints and logs goes to standard output and error.
When standard input ends, so does the instance.
"""

import base64
import datetime as dt
import decimal
import faulthandler
import importlib
import io
import json
import logging
import os
import queue
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

FAILED = "UnhandledInvocationError"
STANDARD_ERROR = 2
TERMINATED = 143  # exit status after SIGTERM, as the vendor's runtime has it
LONGEST_RECORD = 128 * 1024  # a log record is cut there

Handler = Callable[[bytes, Any], Any]


class RuntimeFailureError(Exception):
    """The handler cannot be found or loaded; *kind* is the errorType that the caller sees."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class RequestIds(logging.Filter):
    """Puts the id of the present invocation on every record."""

    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        record.request_id = self.request_id
        return True


class Cutting(logging.Formatter):
    """Cuts records that are too long."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        return super().format(record)[:LONGEST_RECORD]


REQUEST_IDS = RequestIds()


def main(answers: int) -> None:
    """Serve invocations until standard input ends."""
    requests: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    signal.signal(signal.SIGTERM, _dump_and_exit)
    setup = requests.get()
    sys.path[:] = [*setup["path"], *(entry for entry in sys.path if entry not in setup["without"])]
    set_up_logging()
    handlers: dict[str, Handler] = {}
    while True:
        answer = serve(setup, requests.get(), handlers)
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(answers, json.dumps(answer).encode() + b"\n")


def serve(setup: dict[str, Any], request: dict[str, Any], handlers: dict[str, Handler]) -> dict[str, Any]:
    """Run one invocation and return its answer: body (base64), error (X-Fc-Error-Type or null), memory in MB."""
    REQUEST_IDS.request_id = request["context"]["request_id"]
    os.environ.update(request["environment"])  # noqa: TID251 an instance is where the environment comes from
    error = None
    try:
        if setup["handler"] not in handlers:
            handlers[setup["handler"]] = find_handler(setup["handler"], setup["code"])
        result = handlers[setup["handler"]](base64.b64decode(request["event"]), make_context(request["context"]))
        body = to_bytes(result)
    except BaseException as failure:
        error, body = FAILED, describe(failure)
        logging.getLogger().exception("Unhandled function error")
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"body": base64.b64encode(body).decode(), "error": error, "memory": used}


def find_handler(name: str, code: str) -> Handler:
    """Return the function that `folder/package.module.function` names, loaded from the folder *code*."""
    path, _, attribute = name.rpartition(".")
    folder, _, module_name = path.rpartition("/")
    if folder:
        sys.path.insert(0, f"{code}/{folder}")
    try:
        module = importlib.import_module(module_name)
    except SyntaxError as error:
        raise RuntimeFailureError("UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}") from error
    except ImportError as error:
        raise RuntimeFailureError("ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    handler: Handler | None = getattr(module, attribute, None)
    if handler is None:
        raise RuntimeFailureError("HandlerNotFound", f"Handler '{attribute}' is missing on module '{module_name}'")
    return handler


def make_context(values: dict[str, Any]) -> SimpleNamespace:
    """Return the context object: mappings become objects, and the loggers are added."""
    context = SimpleNamespace(
        **{name: SimpleNamespace(**value) if isinstance(value, dict) else value for name, value in values.items()}
    )
    context.logger = None
    context.getLogger = logging.getLogger
    return context


def to_bytes(result: object) -> bytes:
    """Return a handler's result as it is answered: text and bytes unchanged, all else as JSON."""
    if isinstance(result, bytes):
        return result
    if isinstance(result, str):
        return result.encode()
    return json.dumps(result, indent=4, sort_keys=True, default=_to_json).encode()


def describe(failure: BaseException) -> bytes:
    """Return the JSON that a caller sees of a failure."""
    kind = failure.kind if isinstance(failure, RuntimeFailureError) else type(failure).__name__
    frames = traceback.extract_tb(failure.__traceback__)
    stack = [[frame.filename, frame.lineno, frame.name, frame.line] for frame in frames if frame.filename != __file__]
    return json.dumps({"errorMessage": str(failure), "errorType": kind, "stackTrace": stack}).encode()


def set_up_logging() -> None:
    """Give the root logger its one handler, as the vendor's runtime does."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(REQUEST_IDS)
    form = "%(asctime)s.%(msecs)03dZ %(request_id)s [%(levelname)s] %(message)s"
    formatter = Cutting(form, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def _to_json(value: object) -> object:
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "to_json"):
        return value.to_json()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _read(requests: "queue.Queue[dict[str, Any]]") -> None:
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    os._exit(0)


def _dump_and_exit(_signal: int, _frame: object) -> None:
    faulthandler.dump_traceback(STANDARD_ERROR, all_threads=True)
    os._exit(TERMINATED)


if __name__ == "__main__":
    main(int(sys.argv[1]))
