"""What Function Compute knows of a function, and what passes between it and whatever runs the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from fakecloud.world import Identity

RetryStrategy = Literal["BACKOFF_RETRY", "EXPONENTIAL_DECAY_RETRY"]


@dataclass(frozen=True)
class OssTrigger:
    """Invokes asynchronously for changes in a bucket; *events* as in `oss:ObjectCreated:PutObject`."""

    name: str
    bucket: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class TimerTrigger:
    """Invokes asynchronously by `@every 1m` or six cron fields, UTC unless `CRON_TZ=` comes first."""

    name: str
    cron_expression: str
    payload: str = ""
    enabled: bool = True


@dataclass(frozen=True)
class QueueTrigger:
    """EventBridge reads a queue and invokes synchronously, a batch of CloudEvents or one at a time."""

    name: str
    queue: str
    decode_base64: bool = True
    streaming: bool = True  # event-streaming: an array; event-driven: one object
    raw_data: bool = False  # eventSchema RawData: no envelope
    batch_count: int = 1
    batch_seconds: float = 0.0
    retry_strategy: RetryStrategy = "BACKOFF_RETRY"
    tolerant: bool = False  # errorsTolerance ALL: what cannot be delivered is given up; NONE: it blocks the stream
    dead_letter_queue: str | None = None
    enabled: bool = True


Trigger = OssTrigger | TimerTrigger | QueueTrigger


@dataclass(frozen=True)
class AsyncInvokeConfig:
    """How asynchronous invocations are retried, and the queues that hear of their ends."""

    maximum_retries: int = 3
    maximum_age: float = 86400.0  # seconds
    on_success: str | None = None
    on_failure: str | None = None


@dataclass(frozen=True)
class Function:
    """One deployed function; *code* is the folder that the template names, *role* a bare role name."""

    name: str
    runtime: str
    handler: str
    code: Path
    role: str
    timeout: int = 3  # seconds
    memory: int = 512  # MB
    reserved_concurrency: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    asynchronous: AsyncInvokeConfig = field(default_factory=AsyncInvokeConfig)
    triggers: tuple[Trigger, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict, repr=False)  # as rendered, for GetFunction and tests

    @property
    def folder(self) -> str:
        """The folder below functions/ that holds its source."""
        return self.name.replace("-", "_")


@dataclass(frozen=True)
class Template:
    """The functions of a template.yml that was read, in its order."""

    path: Path
    region: str
    functions: tuple[Function, ...]

    @property
    def queues(self) -> tuple[str, ...]:
        """Every queue that triggers and destinations name, sources first."""
        triggers = [trigger for function in self.functions for trigger in function.triggers]
        sources = [trigger.queue for trigger in triggers if isinstance(trigger, QueueTrigger)]
        ends = [trigger.dead_letter_queue for trigger in triggers if isinstance(trigger, QueueTrigger)]
        for function in self.functions:
            ends += [function.asynchronous.on_success, function.asynchronous.on_failure]
        return tuple(dict.fromkeys([*sources, *filter(None, ends)]))

    @property
    def buckets(self) -> tuple[str, ...]:
        """Every bucket that a trigger watches."""
        triggers = [trigger for function in self.functions for trigger in function.triggers]
        return tuple(dict.fromkeys(trigger.bucket for trigger in triggers if isinstance(trigger, OssTrigger)))


@dataclass(frozen=True)
class Invocation:
    """Who runs, for whom, where, and how often this was tried before."""

    request_id: str
    identity: Identity
    retry_count: int
    account_id: str
    region: str


@dataclass(frozen=True)
class Result:
    """What came of an invocation.

    *body* is the function's answer or its error as JSON, *error_type* the X-Fc-Error-Type header or None, *log* what
    it wrote.
    """

    body: bytes = field(repr=False)
    error_type: str | None = None
    log: str = field(default="", repr=False)
    instance_id: str = ""
    memory: float = 0.0  # MB at most


class Runner(Protocol):
    """Runs a function's code once."""

    def invoke(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        """Return what came of it; a failing function is a Result with an error type, never an exception."""
        ...
