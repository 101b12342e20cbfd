"""Functions, templates and a runner in process for the tests of Function Compute."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakecloud.fc.function import AsyncInvokeConfig, Function, Invocation, QueueTrigger, Result, Template, Trigger

FAILURE = Result(b'{"errorMessage": "no", "errorType": "ValueError", "stackTrace": []}', "UnhandledInvocationError")


def make_function(
    name: str = "work",
    *triggers: Trigger,
    runtime: str = "python3.12",
    timeout: int = 10,
    reserved_concurrency: int | None = None,
    environment: Mapping[str, str] | None = None,
    asynchronous: AsyncInvokeConfig | None = None,
) -> Function:
    return Function(
        name=name,
        runtime=runtime,
        handler="handler.handler",
        code=Path("build") / name,
        role=f"certdrop-{name}",
        timeout=timeout,
        reserved_concurrency=reserved_concurrency,
        environment=environment or {},
        asynchronous=asynchronous or AsyncInvokeConfig(),
        triggers=triggers,
    )


def make_template(*functions: Function) -> Template:
    return Template(Path("template.yml"), "cn-hangzhou", functions)


def queue_trigger(**settings: Any) -> QueueTrigger:
    known = {"batch_count": 16, "batch_seconds": 2.0, "tolerant": True, "dead_letter_queue": "dead"}
    return QueueTrigger("jobs", "jobs", **{**known, **settings})


@dataclass
class Call:
    """One run as the runner saw it, with the World's time in seconds since the runner was made."""

    at: float
    function: Function
    event: Any
    invocation: Invocation


@dataclass
class RecordingRunner:
    """Runs nothing: notes the calls and answers with *results* in order, then with `ok`."""

    now: Callable[[], Any]
    results: list[Result] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    during: Callable[[], None] = lambda: None
    start: Any = None

    def __post_init__(self) -> None:
        self.start = self.now()

    def invoke(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        self.calls.append(Call((self.now() - self.start).total_seconds(), function, json.loads(event), invocation))
        self.during()
        return self.results.pop(0) if self.results else Result(b"ok")

    @property
    def times(self) -> list[float]:
        return [call.at for call in self.calls]

    @property
    def events(self) -> list[Any]:
        return [call.event for call in self.calls]


def encode(text: str) -> str:
    """Return a message's body as the SDKs send it."""
    return base64.b64encode(text.encode()).decode()


def bodies(event: list[dict[str, Any]]) -> list[str]:
    """Return the message bodies of a batch."""
    return [one["data"]["messageBody"] for one in event]
