"""Calls suffer a fault: the first of each shape, or the one that is chosen with all its repetitions."""

import base64
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote_plus

import httpx

from fakecloud.faults import Fault
from tests.flows.pipeline import Killed, Pipeline
from tests.flows.wire import Sent

Kind = Literal["error", "throttled", "unsent", "lost", "echo", "killed"]
PASSING: tuple[Kind, ...] = ("error", "throttled", "unsent", "lost")  # the next try succeeds
REFUSALS: dict[Kind, Fault] = {
    "error": Fault(),
    "throttled": Fault(status=400, code="Throttling.User", message="Request was denied due to user flow control."),
}
IDS = re.compile(r"[0-9a-f]{12,}(-\d)?|\d{8,10}|(attempt|stalled)-\d+|(alb|clb)\.[\w-]+|(shop|blog)")

COMMAND = "certdrop"

Shape = tuple[str, str]


def shape_of(sent: Sent) -> Shape:
    """Return who makes which call, without the ids in it."""
    return (sent.function, IDS.sub("*", sent.label))


def shapes_of(pipeline: Pipeline) -> set[Shape]:
    """Return the shapes of all calls of functions so far."""
    return {shape_of(sent) for sent in pipeline.wire.sent if sent.function != COMMAND}


@dataclass
class Suffering:
    """Hands out one kind of fault; *hit* are the shapes that had it.

    *chosen* is the one call that suffers, counted among those of *function*; its invocation repeats it in vain.
    """

    pipeline: Pipeline
    kind: Kind
    function: str = ""
    chosen: int = 0
    hit: set[Shape] = field(default_factory=set)
    calls: int = 0
    _suffers: int = 0  # the number of the last call that does
    _invocation: int = 0

    def __call__(self, number: int, when: str) -> None:
        """Let a call suffer, when it is its turn."""
        sent = self.pipeline.wire.sent[number - 1]
        if when == "after":
            if number == self._suffers:
                self._after(sent)
        elif sent.function != COMMAND and (self._is_chosen(sent) if self.chosen else shape_of(sent) not in self.hit):
            self.hit.add(shape_of(sent))
            self._suffers = number
            self._before(sent)

    def _is_chosen(self, sent: Sent) -> bool:
        self.calls += sent.function == self.function
        if sent.function == self.function and self.calls == self.chosen:
            self._invocation = sent.invocation
            return True
        return sent.invocation == self._invocation and shape_of(sent) in self.hit

    def _before(self, sent: Sent) -> None:
        request = httpx.Request(sent.method, sent.url, content=sent.body)
        faults = self.pipeline.world.faults
        if self.kind == "unsent":
            raise httpx.ConnectError(f"no connection for {request.url} {sent.body!r}", request=request)
        if self.kind == "echo":
            faults.add(Fault(status=400, code="InvalidParameter", message=_echo(sent, len(self.hit))))
        elif self.kind in REFUSALS:
            model = REFUSALS[self.kind]
            faults.add(Fault(status=model.status, code=model.code, message=model.message))

    def _after(self, sent: Sent) -> None:
        request = httpx.Request(sent.method, sent.url, content=sent.body)
        if self.kind == "killed":
            raise Killed
        if self.kind == "lost":
            raise httpx.ReadError(f"no answer to {request.url} {sent.body!r}", request=request)


def _echo(sent: Sent, number: int) -> str:
    """Say all that was sent back, in one form or another."""
    text = f"{sent.url} {sent.headers} {sent.body.decode()}".replace("\r", "")
    forms = (
        text,
        unquote_plus(text),
        base64.b64encode(text.encode()).decode(),
        f"server string to sign is:{text}",
        text.encode().hex(),
    )
    return "bad: " + forms[number % len(forms)]
