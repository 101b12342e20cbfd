"""The invariants of the operation logs: one number after the other, no call without its operation, failures counted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fakecloud.world import World
from tests.simulation.breaking import expect
from tests.simulation.scheduler import Task
from tests.simulation.wire import Sent


@dataclass
class OperationWatch:
    """Follows every log of a World, by what is written to it and what is called."""

    world: World
    newest: dict[str, int] = field(default_factory=dict)  # log -> number of the newest operation
    operations: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # log -> its newest operation
    done: dict[Task, tuple[str, int, str, bytes]] = field(default_factory=dict)  # the last change that a task made
    ends: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)  # log -> number and newest end

    def look_at(self, sent: Sent, log: str, number: int, *, is_end: bool) -> None:
        """Check what was written to a log."""
        document = json.loads(sent.request.body)
        if is_end:
            self.ends[log] = (number, document)
            if sent.task.operation == (log, number):
                sent.task.operation = None
            return
        expect(number == self.newest.get(log, 0) + 1, f"operation {number} of {log} follows {self.newest.get(log)}")
        expect(document["nonce"] in sent.task.ids, f"operation {number} of {log} has a foreign nonce")
        self._expect_failures_counted(log, number, document)
        self.newest[log] = number
        self.operations[log] = document
        sent.task.operation = (log, number)

    def _expect_failures_counted(self, log: str, number: int, document: Mapping[str, Any]) -> None:
        """What is done again after its job failed says so: the third time it stalls."""
        ended, end = self.ends.get(log, (0, {}))
        before = self.operations.get(log)
        job = self.world.alb.jobs.entries.get(end.get("job_id", ""))
        if before is None or ended != number - 1 or job is None or job.status != "Failed":
            return
        if before["step"] == document["step"]:
            again = set(before["deployments"]) & set(document["deployments"])
            uncounted = [one for one in again if not document["failures"].get(one)]
            expect(not uncounted, f"operation {number} of {log} does not count the failed job before it")

    def require_operation(self, sent: Sent) -> None:
        """Every call for a change is of the newest operation of a log, by the task that wrote it; one is done.

        Whose answer was lost is sent again as it was.
        """
        operation = sent.task.operation
        expect(operation is not None, f"{sent.action} without an operation")
        if operation:
            log, number = operation
            expect(self.newest[log] == number, f"{sent.action} of operation {number} of {log}, not its newest")
            call = (log, number, sent.action, sent.request.body)
            former = self.done.get(sent.task, call)
            again = former[:2] == call[:2] and former != call
            expect(not again, f"{sent.action} is a second call of operation {number} of {log}")
            if sent.done:
                self.done[sent.task] = call
