"""Runs of functions: how many at once, with whose credentials, on which thread, and what came of them."""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakecloud.faults import Fault
from fakecloud.fc.errors import FcError, ResourceExhaustedError, UnavailableError
from fakecloud.fc.function import Function, Invocation, Result, Runner
from fakecloud.fc.workers import Inline, Workers

if TYPE_CHECKING:
    from fakecloud.world import World

KEPT_RUNS = 1000
LOCK_POLL = 0.05  # seconds; how soon a waiting worker notices that everything was stopped
UNHANDLED = "UnhandledInvocationError"

Outcome = Result | FcError


@dataclass(frozen=True)
class Request:
    """One run that is asked for."""

    function: Function
    event: bytes = field(repr=False)
    request_id: str
    retry_count: int = 0


@dataclass(frozen=True)
class Run:
    """One run that has ended: what `logs()` keeps."""

    number: int  # of all runs that have ended, from 1
    function: str
    request_id: str
    retry_count: int
    started: datetime
    duration: float  # seconds of the World's time
    error_type: str | None
    log: str = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return the run as a JSON document."""
        return {**asdict(self), "started": self.started.isoformat()}


@dataclass(frozen=True)
class _Started:
    request: Request
    function: Function  # with the environment of this moment
    invocation: Invocation
    at: datetime
    answer_lost: bool
    running: Counter[str] = field(repr=False)  # where it is counted


class Executions:
    """Runs functions through a Runner; the World's lock is never held while one runs on a thread of its own."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._runner: Runner | None = None
        self._workers: Workers = Inline()
        self._running: Counter[str] = Counter()
        self.runs: deque[Run] = deque(maxlen=KEPT_RUNS)
        self.live_environment: Callable[[], Mapping[str, str]] = dict

    @property
    def running(self) -> int:
        """How many runs are under way."""
        return self._running.total()

    @property
    def stopped(self) -> bool:
        """Whether nothing runs any more."""
        return self._runner is None

    def use(self, runner: Runner, workers: Workers) -> None:
        """Run everything through *runner*, deliveries on *workers*; what another runner was running is ended."""
        if runner is not self._runner:
            self.stop()
        self._runner, self._workers = runner, workers

    def stop(self) -> None:
        """End every run; no later one begins. Deadlocks nowhere: workers that wait for the lock give up."""
        runner, self._runner = self._runner, None
        if runner is not None and hasattr(runner, "stop"):
            runner.stop()
        self._workers.stop()
        self._running = Counter()

    def run(self, request: Request) -> Result:
        """Run now, in this thread, and return what came of it; raises FcError. Call it without the World's lock."""
        with self._locked():
            started = self._begin(request)
        result = self._execute(started)
        if started.answer_lost:
            raise _lost("the answer was lost, as ordered")
        return result

    def start(self, request: Request, then: Callable[[Outcome], None]) -> None:
        """Let workers run it and hand the outcome to *then*, under the lock. Call it with the World's lock held."""
        try:
            started = self._begin(request)
        except FcError as error:
            if not self.stopped:
                then(error)
            return
        self._workers.run(lambda: self._deliver(started, then))

    def _deliver(self, started: _Started, then: Callable[[Outcome], None]) -> None:
        outcome: Outcome = _lost("the runner broke")
        try:
            outcome = self._execute(started)
        finally:
            if not self.stopped:
                with self._locked():
                    then(_lost("the answer was lost, as ordered") if started.answer_lost else outcome)

    def _begin(self, request: Request) -> _Started:
        world, function = self._world, request.function
        if self._runner is None:
            raise UnavailableError
        try:
            fault = self._admit(function)
        except FcError as error:
            self._note(request, error.status, error.code)
            raise
        self._running[function.name] += 1
        live = {name: value for name, value in self.live_environment().items() if name in function.environment}
        invocation = Invocation(
            request_id=request.request_id,
            identity=world.assume_role(function.role),
            retry_count=request.retry_count,
            account_id=world.account_id,
            region=world.region,
        )
        current = replace(function, environment={**function.environment, **live})
        return _Started(request, current, invocation, world.clock.now(), fault is not None, self._running)

    def _admit(self, function: Function) -> Fault | None:
        """Return the fault of a run that may begin; raises FcError for one that may not."""
        limit = function.reserved_concurrency
        if limit is not None and self._running[function.name] >= limit:
            raise ResourceExhaustedError(function.name, limit)
        fault = self._world.faults.take("fc", "RunFunction")
        if fault is not None and fault.kind == "error":
            raise FcError(fault.status, fault.code, fault.message)
        return fault

    def _execute(self, started: _Started) -> Result:
        result = Result(_body("the runner broke"), UNHANDLED)
        try:
            runner = self._runner
            if runner is None:
                raise UnavailableError
            result = runner.invoke(started.function, started.request.event, started.invocation)
        finally:
            self._end(started, result)
        return result

    def _end(self, started: _Started, result: Result) -> None:
        with self._locked():
            request = started.request
            started.running[request.function.name] -= 1
            duration = (self._world.clock.now() - started.at).total_seconds()
            run = Run(
                self.runs[-1].number + 1 if self.runs else 1,
                request.function.name,
                request.request_id,
                request.retry_count,
                started.at,
                duration,
                result.error_type,
                result.log,
            )
            self.runs.append(run)
            self._note(request, 200, result.error_type or "")

    def _note(self, request: Request, status: int, code: str) -> None:
        self._world.calls.add(
            service="fc",
            action="RunFunction",
            resource=request.function.name,
            role=request.function.role,
            status=status,
            code=code,
            request_id=request.request_id,
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the World's lock; UnavailableError when everything was stopped while waiting for it."""
        while not self._world.lock.acquire(timeout=LOCK_POLL):
            if self.stopped:
                raise UnavailableError
        try:
            yield
        finally:
            self._world.lock.release()


def _lost(message: str) -> FcError:
    return FcError(500, "InternalServerError", message)


def _body(message: str) -> bytes:
    return json.dumps({"errorMessage": message}).encode()
