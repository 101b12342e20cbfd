"""What lies between the functions' clients and fakecloud: pauses, faults, and a watch over every call."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast
from urllib.parse import unquote

import httpx

from fakecloud.app import App
from fakecloud.calls import Call
from fakecloud.faults import Fault
from fakecloud.http import Request, Response
from tests.simulation.faults import Faults, Kind
from tests.simulation.scheduler import Killed, Scheduler, Task

SERVICES = {b"2020-06-16": "alb", b"2014-05-15": "clb", b"2020-04-07": "cas"}
REFUSALS = {
    "error": Fault(status=503, code="ServiceUnavailable"),
    "strange": Fault(status=400, code="Simulated.Strange", message="Nobody has seen this code before."),
}
THROTTLED = {"rpc": Fault(status=400, code="Throttling.User"), "rest": Fault(status=503, code="QpsLimitExceeded")}
PATIENCE = 14.0  # seconds; the client waits 15 for an answer


@dataclass
class Sent:
    """One call of a task, as far as watchers need it."""

    task: Task
    action: str  # service and action
    request: httpx.Request = field(repr=False)
    answer: Response | None = field(default=None, repr=False)
    logged: Call | None = None  # fakecloud's note of it

    @property
    def done(self) -> bool:
        """Whether the cloud did it."""
        return self.logged is not None and not self.logged.code


class Received:
    """An answer, with as much of httpx.Response as the product uses: that one costs as much as the whole fake."""

    def __init__(self, answer: Response) -> None:
        self.status_code = answer.status
        self.headers = {name.lower(): value for name, value in answer.headers.items()}
        self.headers.setdefault("content-length", str(len(answer.body)))
        self._body = answer.body

    def iter_bytes(self) -> Iterator[bytes]:
        """Yield the body in one piece."""
        yield self._body

    def close(self) -> None:
        """Do nothing: nothing is open."""


class Wire(httpx.Client):
    """The functions' HTTP client: no sockets, no cookies, no redirects; it hands requests to the app at its time."""

    def __init__(self, app: App, scheduler: Scheduler, faults: Faults) -> None:
        super().__init__(transport=httpx.MockTransport(lambda request: httpx.Response(500, request=request)))
        self._app = app
        self._scheduler = scheduler
        self._faults = faults
        self.down: dict[str, float] = {}  # service -> until when, in seconds of the simulation
        self.watchers: list[Callable[[Sent], None]] = []
        self.trace = hashlib.sha256()
        self.lines: list[str] = []
        self.latency: Callable[[], float] = lambda: 0.0
        self.slowness: Callable[[], tuple[float, float]] = lambda: (1.0, 1.0)
        self.elapsed: Callable[[], float] = lambda: 0.0

    def send(self, request: httpx.Request, **_: object) -> httpx.Response:  # no auth, no streams
        """Send a request of the task that is at work."""
        task = self._scheduler.current
        assert task is not None
        sent = Sent(task, action_of(request), request)
        task.calls += 1
        self._let_others_go_on()
        service = sent.action.partition(" ")[0]
        is_down = self.down.get(service, 0.0) > self.elapsed()
        kind: Kind | None = "error" if is_down else self._faults.draw(sent.action)
        answer = self._suffer(sent, kind)
        self._note(sent, kind)
        if answer is None:
            raise httpx.ReadError("the answer is lost", request=request)
        self._let_others_go_on()
        return cast(httpx.Response, Received(answer))

    def _let_others_go_on(self) -> None:
        seconds = self.latency()
        if seconds:
            self._scheduler.sleep(seconds)
        else:
            self._scheduler.pause()

    def _suffer(self, sent: Sent, kind: Kind | None) -> Response | None:
        if kind in ("killed before", "killed after"):
            if kind == "killed after":
                self._exchange(sent)
            self._note(sent, kind)
            sent.task.doomed = True
            raise Killed
        if kind == "unsent":
            self._note(sent, kind)
            raise httpx.ConnectError("no connection", request=sent.request)
        if kind == "slow":
            return self._exchange_slowly(sent)
        if kind == "expired":
            self._expire(sent.task)
        fault = None
        if kind == "throttled":
            fault = THROTTLED["rpc" if sent.action[:3] in ("alb", "clb", "cas") else "rest"]
        elif kind in ("error", "strange"):
            fault = REFUSALS[kind]
        answer = self._exchange(sent, fault)
        return None if kind == "lost" else answer

    def _exchange(self, sent: Sent, fault: Fault | None = None) -> Response:
        world = self._app.world
        if fault:
            world.faults.add(replace(fault))
        before = len(world.calls.entries)
        sent.answer = self._app.handle(as_request(sent.request))
        world.faults.orders.clear()  # a call whose signature is refused counts no fault off
        entries = world.calls.entries
        sent.logged = entries[-1] if len(entries) > before else None
        for watch in self.watchers:
            watch(sent)
        return sent.answer

    def _exchange_slowly(self, sent: Sent) -> Response:
        """Let the call arrive late and its answer come late; a task that dies meanwhile has sent it all the same."""
        before, after = self.slowness()
        world, answers = self._app.world, []
        arrival = world.after(before, "a slow call arrives", lambda: answers.append(self._exchange(sent)))
        self._scheduler.wait_until(arrival.due)
        while not answers:
            self._scheduler.pause()
        self._scheduler.sleep(after)
        return answers[0]

    def _expire(self, task: Task) -> None:
        world = self._app.world
        identity = world.identities.get(task.access_key)
        if identity is not None:
            world.identities[task.access_key] = replace(identity, expires=world.clock.now() - timedelta(seconds=1))

    def _note(self, sent: Sent, kind: Kind | None) -> None:
        status = sent.answer.status if sent.answer else "-"
        path = sent.request.url.raw_path.decode() if sent.action[:3] == "oss" else ""
        method = sent.request.method
        line = f"{self.elapsed():9.3f} {sent.task.name} {sent.action} {method} {path} {kind or ''} {status}"
        self.lines.append(line)
        self.trace.update(line.encode())


def action_of(request: httpx.Request) -> str:
    """Name the service and the action of a request."""
    headers = {name.lower(): value for name, value in request.headers.raw}
    version = headers.get(b"x-acs-version")
    if version:
        return f"{SERVICES[version]} {headers[b'x-acs-action'].decode()}"
    if b"x-mns-version" in headers:
        return "mns SendMessage"
    if request.method != "GET":
        return f"oss {request.method.title()}Object"
    query = request.url.query
    return (
        "oss ListObjects"
        if b"list-type" in query
        else "oss GetBucketInfo"
        if b"bucketInfo" in query
        else "oss GetObject"
    )


def as_request(request: httpx.Request) -> Request:
    """Return what fakecloud sees of a client's request."""
    path, _, query = request.url.raw_path.decode().partition("?")
    headers = {name.decode("ascii").lower(): value.decode("ascii") for name, value in request.headers.raw}
    return Request(request.method, unquote(path), query, headers, request.content)
