"""Asynchronous jobs: what a change of a listener is until it is done or has failed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fakecloud.world import World

JobStatus = Literal["Processing", "Succeeded", "Failed"]
OPERATE_TYPES = {"CreateListener": "Create", "DeleteListener": "Delete"}


@dataclass
class Job:
    """One job; times are the World's."""

    id: str
    api_name: str
    resource_id: str
    create_time: datetime
    modify_time: datetime
    resource_type: str = "listener"
    status: JobStatus = "Processing"
    error_code: str = ""
    error_message: str = ""

    @property
    def operate_type(self) -> str:
        """The vendor's kind of the change: Create, Update or Delete."""
        return OPERATE_TYPES.get(self.api_name, "Update")


@dataclass
class Jobs:
    """The jobs of one World, the newest last."""

    world: "World"
    entries: dict[str, Job] = field(default_factory=dict)
    _failures: list[tuple[str, str, str]] = field(default_factory=list)

    def fail_next(self, api_name: str, code: str, message: str) -> None:
        """Let the next job of *api_name* end as Failed with *code* and *message*."""
        self._failures.append((api_name, code, message))

    def start(
        self,
        api_name: str,
        resource_id: str,
        seconds: float,
        *,
        succeed: Callable[[], None],
        fail: Callable[[], None],
    ) -> Job:
        """Start a job that ends after *seconds*, by *succeed* or, when so ordered, by *fail*."""
        now = self.world.clock.now()
        job = Job(self.world.ids.uuid(), api_name, resource_id, now, now)
        self.entries[job.id] = job
        failure = next((order for order in self._failures if order[0] == api_name), None)
        if failure is not None:
            self._failures.remove(failure)

        def end() -> None:
            job.modify_time = self.world.clock.now()
            if failure is None:
                job.status = "Succeeded"
                succeed()
            else:
                job.status = "Failed"
                _, job.error_code, job.error_message = failure
                fail()

        self.world.after(seconds, f"alb {api_name} {resource_id}", end)
        return job
