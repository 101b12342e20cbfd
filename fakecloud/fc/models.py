"""Function Compute: what is deployed, what is invoked, what sets it off; no HTTP here."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from fakecloud.fc.asynchronous import AsyncQueue
from fakecloud.fc.errors import (
    ASYNCHRONOUS_LIMIT,
    SYNCHRONOUS_LIMIT,
    DeploymentError,
    EntityTooLargeError,
    FunctionNotFoundError,
)
from fakecloud.fc.executions import Executions, Request, Run
from fakecloud.fc.function import Function, Result, Runner, Template
from fakecloud.fc.triggers import Source, is_enabled, make_source
from fakecloud.fc.workers import Inline, Threads, Workers

if TYPE_CHECKING:
    from fakecloud.world import World


class FunctionCompute:
    """The functions of a World."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._executions = Executions(world)
        self._asynchronous = AsyncQueue(world, self._executions)
        self._sources: list[Source] = []
        self.functions: dict[str, Function] = {}

    def create_resources(self, template: Template) -> None:
        """Create the buckets and queues that *template* needs and that are missing: what its user does beforehand."""
        with self._world.lock:
            for bucket in template.buckets:
                self._world.oss.create_bucket(bucket)
            for queue in template.queues:
                if queue not in self._world.mns.queues:
                    self._world.mns.create_queue(queue)

    def deploy(self, template: Template, runner: Runner, workers: Workers | None = None) -> None:
        """Put the functions of *template* in the place of those that are deployed.

        *workers* run deliveries: the agenda itself (Inline) unless *runner* says that it starts processes, which call
        back and must not be waited for under the World's lock. Raises DeploymentError when a bucket or queue that a
        trigger reads is missing.
        """
        with self._world.lock:
            self._verify(template)
            for source in self._sources:
                source.close()
            self.functions = {function.name: function for function in template.functions}
            background = getattr(runner, "background", False)
            self._executions.use(runner, workers or (Threads() if background else Inline()))
            self._sources = [
                make_source(self._world, self._executions, function, trigger, self._asynchronous.put)
                for function in template.functions
                for trigger in function.triggers
                if is_enabled(trigger)
            ]
            for source in self._sources:
                source.open()

    def stop(self) -> None:
        """End every run, thread and process; nothing is invoked any more. May be called with or without the lock."""
        self._executions.stop()

    @property
    def running(self) -> int:
        """How many runs are under way."""
        return self._executions.running

    @property
    def live_environment(self) -> Callable[[], Mapping[str, str]]:
        """Gives variables that change while functions are deployed; it is asked, under the lock, before each run.

        Only variables that the template declares are set. An instance whose environment changed is replaced.
        """
        return self._executions.live_environment

    @live_environment.setter
    def live_environment(self, source: Callable[[], Mapping[str, str]]) -> None:
        self._executions.live_environment = source

    def invoke(self, name: str, event: bytes, *, request_id: str | None = None) -> Result:
        """Invoke synchronously and return what came of it; raises FcError. Call it without the World's lock."""
        function = self.find_function(name)
        if len(event) > SYNCHRONOUS_LIMIT:
            raise EntityTooLargeError(SYNCHRONOUS_LIMIT)
        return self._executions.run(Request(function, event, request_id or self._world.ids.uuid()))

    def invoke_async(self, name: str, event: bytes, *, request_id: str | None = None) -> str:
        """Put *event* on the function's own queue and return the request id; raises FcError."""
        function = self.find_function(name)
        if len(event) > ASYNCHRONOUS_LIMIT:
            raise EntityTooLargeError(ASYNCHRONOUS_LIMIT)
        with self._world.lock:
            return self._asynchronous.put(function, event, request_id)

    def find_function(self, name: str) -> Function:
        """Return a deployed function."""
        try:
            return self.functions[name]
        except KeyError:
            raise FunctionNotFoundError(name) from None

    def logs(self, function: str | None = None) -> list[Run]:
        """Return the latest runs in the order of their ends, of one *function* or of all."""
        with self._world.lock:
            return [run for run in self._executions.runs if function in (None, run.function)]

    def _verify(self, template: Template) -> None:
        missing = [f"bucket {name}" for name in template.buckets if name not in self._world.oss.buckets]
        missing += [f"queue {name}" for name in template.queues if name not in self._world.mns.queues]
        if missing:
            raise DeploymentError(f"create first: {', '.join(missing)}")
