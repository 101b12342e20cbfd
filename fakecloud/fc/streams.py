"""EventBridge between a queue and a function: batches of CloudEvents, retries, dead letters (vendor's trigger page)."""

import base64
import binascii
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakecloud.agenda import Entry
from fakecloud.fc.errors import FcError
from fakecloud.fc.executions import Executions, Outcome, Request
from fakecloud.fc.function import Function, QueueTrigger
from fakecloud.serving import ServiceError

if TYPE_CHECKING:
    from fakecloud.mns.messages import Message
    from fakecloud.mns.models import Queue
    from fakecloud.world import World

BACKOFF_RETRIES = 3  # each 10 to 20 s after the last
DECAY_RETRIES = 176  # 1, 2, 4 ... 512 s after the last, within a day
LONGEST_DECAY = 512.0
HELD = 360.0  # seconds beyond the next push for which a message stays hidden: a queue trigger's function has 5 minutes


@dataclass
class _Batch:
    messages: list["Message"] = field(repr=False)
    events: list[Any] = field(repr=False)
    request_id: str
    retries: int = 0


class QueueStream:
    """One trigger on a queue; pushes one new batch at a time, while failed ones wait for their retries beside it."""

    def __init__(self, world: "World", executions: Executions, function: Function, trigger: QueueTrigger) -> None:
        self._world = world
        self._executions = executions
        self._function = function
        self._trigger = trigger
        self._queue: Queue = world.mns.find_queue(trigger.queue)
        self._window: list[Message] = []
        self._closing: Entry | None = None
        self._closed = False
        self._busy = False  # a new batch is being pushed, or a failed one blocks the stream

    def open(self) -> None:
        """Begin to read the queue."""
        self._queue.on_visible.append(self._collect)
        self._collect()

    def close(self) -> None:
        """Read no more; messages that are held become visible again in time."""
        self._queue.on_visible.remove(self._collect)
        self._closed = True
        if self._closing is not None:
            self._closing.cancelled = True

    def _collect(self) -> None:
        """Take what is visible into the window; it closes when it is full, or when its time is over."""
        if self._busy or self._closed:
            return
        room = self._trigger.batch_count - len(self._window)
        self._window += self._queue.receive(room, self._trigger.batch_seconds + HELD)
        if not self._window:
            return
        if len(self._window) >= self._trigger.batch_count or not self._trigger.batch_seconds:
            self._close_window()
        elif self._closing is None:
            label = f"the batch window of {self._queue.name} closes"
            self._closing = self._world.after(self._trigger.batch_seconds, label, self._close_window)

    def _close_window(self) -> None:
        if self._closing is not None:
            self._closing.cancelled = True
            self._closing = None
        messages, self._window = self._window, []
        self._busy = True
        self._push(_Batch(messages, [self._envelop(message) for message in messages], self._world.ids.uuid()))

    def _push(self, batch: _Batch) -> None:
        if self._closed:
            return
        payload = [event["data"] for event in batch.events] if self._trigger.raw_data else batch.events
        body = json.dumps(payload if self._trigger.streaming else payload[0]).encode()
        request = Request(self._function, body, batch.request_id, batch.retries)
        self._executions.start(request, lambda outcome: self._settle(batch, outcome))

    def _settle(self, batch: _Batch, outcome: Outcome) -> None:
        first = batch.retries == 0
        if not isinstance(outcome, FcError) and outcome.error_type is None:
            self._delete(batch)
            settled = True
        else:
            settled = not self._retry(batch) and self._give_up(batch)
        if first if self._trigger.tolerant else settled:
            self._busy = False
            self._collect()

    def _retry(self, batch: _Batch) -> bool:
        """Put the next push on the agenda, unless there was the last one."""
        decay = self._trigger.retry_strategy == "EXPONENTIAL_DECAY_RETRY"
        if batch.retries >= (DECAY_RETRIES if decay else BACKOFF_RETRIES):
            return False
        delay = min(2.0**batch.retries, LONGEST_DECAY) if decay else self._world.ids.random.uniform(10, 20)
        batch.retries += 1
        for message in batch.messages:
            self._hold(message, delay + HELD)
        self._world.after(delay, f"a batch of {self._queue.name} is pushed again", lambda: self._push(batch))
        return True

    def _give_up(self, batch: _Batch) -> bool:
        """Bury the batch when failures are tolerated (lost without a dead-letter queue), else let it block."""
        if not self._trigger.tolerant:
            return False
        for event in batch.events if self._trigger.dead_letter_queue else []:
            self._bury(event)
        self._delete(batch)
        return True

    def _bury(self, event: dict[str, Any]) -> None:
        queue, code = str(self._trigger.dead_letter_queue), ""
        try:
            self._world.mns.find_queue(queue).send(json.dumps(event))
        except ServiceError as error:
            code = error.code
        self._world.calls.add(service="eventbridge", action="SendToDeadLetterQueue", resource=queue, code=code)

    def _delete(self, batch: _Batch) -> None:
        for message in batch.messages:
            with suppress(ServiceError):  # somebody purged the queue: gone is gone
                self._queue.delete(message.receipt_handle)

    def _hold(self, message: "Message", seconds: float) -> None:
        with suppress(ServiceError):  # as above
            self._queue.change_visibility(message.receipt_handle, seconds)

    def _envelop(self, message: "Message") -> dict[str, Any]:
        """Return the CloudEvent of *message*."""
        world = self._world
        now, sent = world.clock.now(), message.enqueued_at
        bus = f"MNS-{self._function.name}-{self._trigger.name}"
        return {
            "id": world.ids.uuid(),
            "source": bus,
            "specversion": "1.0",
            "type": "mns:Queue:SendMessage",
            "datacontenttype": "application/json; charset=utf-8",
            "subject": f"acs:mns:{world.region}:{world.account_id}:queues/{self._queue.name}",
            "time": f"{sent:%Y-%m-%dT%H:%M:%S}.{sent.microsecond // 1000:03d}Z",
            "aliyunaccountid": world.account_id,
            "aliyunpublishtime": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
            "aliyunoriginalaccountid": world.account_id,
            "aliyuneventbusname": bus,
            "aliyunregionid": world.region,
            "aliyunpublishaddr": "127.0.0.1",
            "data": {
                "requestId": world.ids.hex(24).upper(),
                "messageId": message.message_id,
                "messageBody": _decode(message.body) if self._trigger.decode_base64 else message.body,
            },
        }


def _decode(body: str) -> str:
    """Decode base64; what is none, or no text, stays as it was sent."""
    try:
        return base64.b64decode(body, validate=True).decode()
    except (binascii.Error, ValueError):
        return body
