"""What carries the functions' calls in a flow, and keeps them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from certdrop.cloud.carrying import Answer, Patience, Request, Trouble
from fakecloud.app import App
from tests.handing import as_seen, carry, hand_over


@dataclass(frozen=True)
class Sent:
    """A request that a function sent."""

    function: str
    request: Request = field(repr=False)
    invocation: int

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def url(self) -> str:
        return self.request.origin + self.request.target

    @property
    def headers(self) -> str:
        """The headers as they are sent, a line for each."""
        return "\n".join(f"{name}: {value}" for name, value in self.request.headers.items())

    @property
    def body(self) -> bytes:
        return self.request.body

    @property
    def label(self) -> str:
        """Name the call: the action of an RPC call, or method and path."""
        return self.request.headers.get("x-acs-action") or f"{self.method} {as_seen(self.request).path}"


class Wire:
    """What carries the functions' calls to the app: notes requests, kills instances, loses answers."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.sent: list[Sent] = []
        self.function = ""
        self.invocation = 0
        self.trouble: Callable[[int, str], None] = lambda number, when: None
        self.take_turn: Callable[[], None] = lambda: None

    def __call__(self, request: Request, patience: Patience) -> Answer | Trouble:
        return carry(self.exchange, request, patience)

    def exchange(self, request: Request) -> Answer:
        self.take_turn()
        self.sent.append(Sent(self.function, request, self.invocation))
        number = len(self.sent)
        self.trouble(number, "before")
        answer = hand_over(self.app, request)
        self.trouble(number, "after")
        return answer
