"""An invocation without a cloud: contexts of both runtimes, a clock moved by hand, a House, events and a look."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast

from certdrop.deployment.places import Listener
from certdrop.ports import Settings
from certdrop.reconcile.house import House, Outcome, Tick
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.context import FcContext, count_down
from certdrop.runtime.logging import make_log
from certdrop.runtime.wiring import Wiring

START = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
SETTINGS = Settings(bucket="drops", region="cn-hangzhou", account_id="1234567890123456")


@dataclass
class HandClock:
    """Stands still until it is advanced."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


def context_312(**function: Any) -> FcContext:
    """The context of the Python 3.12 runtime: no credentials, no service."""
    return cast(
        FcContext,
        SimpleNamespace(
            request_id="request-1",
            function=SimpleNamespace(**{"name": "create-https-listener", "timeout": 60, **function}),
            account_id="1234567890123456",
            region="cn-hangzhou",
        ),
    )


def context_310(credentials: Any, **function: Any) -> FcContext:
    """The context of the Python 3.10 runtime: credentials on it, and the timeout as a header's text."""
    context = cast(Any, context_312(**{"timeout": "60", **function}))
    context.credentials = credentials
    context.service = SimpleNamespace(name="", qualifier="LATEST")
    return cast(FcContext, context)


@dataclass
class BareWiring:
    """Hands out a House that has nothing but its clock, its log, and queues that keep what is sent."""

    clock: HandClock = field(default_factory=HandClock)
    secrets: tuple[str, ...] = ()
    sent: list[tuple[str, str]] = field(default_factory=list)
    refusal: Exception | None = None

    def send_message(self, queue: str, body: str) -> None:
        if self.refusal:
            raise self.refusal
        self.sent.append((queue, body))

    def house(self, context: FcContext, function_name: str) -> House:
        return House(
            function=function_name,
            settings=SETTINGS,
            cloud=cast(Any, SimpleNamespace(queues=self)),
            store=cast(Any, SimpleNamespace(unreadable={})),
            clock=self.clock,
            ids=cast(Any, None),
            dial=cast(Any, None),
            log=make_log(self.clock, self.secrets),
            time_left=count_down(context, self.clock),
        )

    def as_wiring(self) -> Wiring:
        return cast(Wiring, self)


A, B, C = (
    ReconcileRequest.for_listener(
        Listener(service="alb", load_balancer=f"alb-{name}", port=443), correlation_id=f"snapshot-{name}"
    )
    for name in "abc"
)
TICK = json.dumps({"triggerTime": "2026-11-01T12:00:00Z", "triggerName": "minute", "payload": ""}).encode()


def batch(*requests: ReconcileRequest | str) -> bytes:
    bodies = [request if isinstance(request, str) else request.model_dump_json() for request in requests]
    return json.dumps(
        [
            {"specversion": "1.0", "id": f"event-{n}", "data": {"messageId": f"message-{n}", "messageBody": body}}
            for n, body in enumerate(bodies)
        ]
    ).encode()


class Looker:
    """Looks that take time and raise as told; remembers what it was asked."""

    def __init__(
        self, wiring: BareWiring, *, seconds: float = 0.25, failing: dict[str, BaseException] | None = None
    ) -> None:
        self.wiring = wiring
        self.seconds = seconds
        self.failing = failing or {}
        self.asked: list[ReconcileRequest | Tick] = []

    def __call__(self, work: ReconcileRequest | Tick, house: House) -> Outcome:
        self.asked.append(work)
        self.wiring.clock.advance(self.seconds)
        error = self.failing.get(getattr(work, "correlation_id", "tick"))
        if error:
            raise error
        return Outcome("done", {"step": "Wait"})
