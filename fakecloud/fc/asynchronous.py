"""Asynchronous invocations: queued, retried, given up to a destination (vendor's pages on retries and callbacks)."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from fakecloud.fc.errors import FcError
from fakecloud.fc.executions import Executions, Outcome, Request
from fakecloud.fc.function import Function, Result
from fakecloud.serving import ServiceError

if TYPE_CHECKING:
    from fakecloud.world import World

FIRST_THROTTLED_DELAY = 0.5  # seconds, doubling: documented
LONGEST_THROTTLED_AGE = 5 * 3600.0  # seconds: documented
FIRST_RETRY_DELAY = 1.0  # seconds, doubling; the vendor gives no figure


@dataclass
class _Item:
    function: Function
    event: bytes = field(repr=False)
    request_id: str
    enqueued_at: datetime
    retries: int = 0
    throttled: int = 0


class AsyncQueue:
    """The queue within Function Compute."""

    def __init__(self, world: "World", executions: Executions) -> None:
        self._world = world
        self._executions = executions

    def put(self, function: Function, event: bytes, request_id: str | None = None) -> str:
        """Accept an event, and return its request id, which every attempt bears. Call it with the lock held."""
        item = _Item(function, event, request_id or self._world.ids.uuid(), self._world.clock.now())
        self._attempt_after(0, item)
        return item.request_id

    def _attempt_after(self, seconds: float, item: _Item) -> None:
        label = f"{item.function.name} is invoked asynchronously"
        self._world.after(seconds, label, lambda: self._attempt(item))

    def _attempt(self, item: _Item) -> None:
        request = Request(item.function, item.event, item.request_id, item.retries)
        self._executions.start(request, lambda outcome: self._settle(item, outcome))

    def _settle(self, item: _Item, outcome: Outcome) -> None:
        config = item.function.asynchronous
        if isinstance(outcome, FcError):
            delay = FIRST_THROTTLED_DELAY * 2**item.throttled
            item.throttled += 1
            may_retry = self._age(item) + delay <= min(config.maximum_age, LONGEST_THROTTLED_AGE)
        elif outcome.error_type is None:
            self._tell(config.on_success, item, outcome)
            return
        else:
            delay = FIRST_RETRY_DELAY * 2**item.retries
            may_retry = item.retries < config.maximum_retries and self._age(item) + delay <= config.maximum_age
            item.retries += may_retry
        if may_retry:
            self._attempt_after(delay, item)
        else:
            self._tell(config.on_failure, item, outcome)

    def _age(self, item: _Item) -> float:
        return (self._world.clock.now() - item.enqueued_at).total_seconds()

    def _tell(self, queue: str | None, item: _Item, outcome: Outcome) -> None:
        """Send what became of *item* to a destination; what the queue refuses is noted in the call log."""
        if queue is None:
            return
        code = ""
        try:
            self._world.mns.find_queue(queue).send(json.dumps(self._describe(item, outcome)))
        except ServiceError as error:
            code = error.code
        self._world.calls.add(
            service="fc", action="SendToDestination", resource=queue, code=code, request_id=item.request_id
        )

    def _describe(self, item: _Item, outcome: Outcome) -> dict[str, object]:
        failed = isinstance(outcome, FcError)
        error = outcome.code if isinstance(outcome, FcError) else outcome.error_type or ""
        now = self._world.clock.now()
        arn = f"acs:fc:{self._world.region}:{self._world.account_id}:functions/{item.function.name}"
        return {
            "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
            "requestContext": {
                "requestId": item.request_id,
                "functionArn": arn,
                "condition": error,
                "approximateInvokeCount": item.retries + (0 if failed else 1),
            },
            "requestPayload": item.event.decode(errors="replace"),
            "responseContext": {
                "statusCode": outcome.status if isinstance(outcome, FcError) else 200,
                "functionError": error,
            },
            "responsePayload": outcome.body.decode(errors="replace") if isinstance(outcome, Result) else "",
        }
