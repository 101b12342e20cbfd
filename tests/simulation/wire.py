"""What lies between the functions' clients and fakecloud: pauses, faults, and a watch over every call."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import unquote_plus

from certdrop.cloud.carrying import Answer, Patience, Trouble
from certdrop.cloud.carrying import Request as Outgoing
from fakecloud.app import App
from fakecloud.calls import Call
from fakecloud.faults import Fault
from fakecloud.http import Request, Response
from tests.handing import as_answer, as_seen
from tests.simulation.faults import Faults, Kind
from tests.simulation.scheduler import Killed, Scheduler, Task

SERVICES = {"2020-06-16": "alb", "2014-05-15": "clb", "2020-04-07": "cas"}
REFUSED = Fault(status=503, code="ServiceUnavailable")
STRANGE = Fault(status=400, code="Simulated.Strange")
THROTTLED = {"rpc": Fault(status=400, code="Throttling.User"), "rest": Fault(status=503, code="QpsLimitExceeded")}


@dataclass
class Sent:
    """One call of a task, as far as watchers need it."""

    task: Task
    action: str  # service and action
    request: Outgoing = field(repr=False)
    seen: Request = field(repr=False)  # as fakecloud sees it
    answer: Response | None = field(default=None, repr=False)
    logged: Call | None = None  # fakecloud's note of it

    @property
    def done(self) -> bool:
        """Whether the cloud did it."""
        return self.logged is not None and not self.logged.code


class Wire:
    """What carries the functions' calls: no sockets; it hands requests to the app at its time."""

    def __init__(self, app: App, scheduler: Scheduler, faults: Faults) -> None:
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

    def __call__(self, request: Outgoing, patience: Patience) -> Answer | Trouble:
        """Carry a request of the task that is at work."""
        task = self._scheduler.current
        assert task is not None
        sent = Sent(task, action_of(request), request, as_seen(request))
        task.calls += 1
        self._let_others_go_on()
        service = sent.action.partition(" ")[0]
        is_down = bool(self.down) and self.down.get(service, 0.0) > self.elapsed()
        kind: Kind | None = "error" if is_down else self._faults.draw(sent.action, task.name)
        answer = self._suffer(sent, kind)
        self._note(sent, kind)
        if isinstance(answer, Trouble):
            return answer
        return Trouble("too large") if len(answer.body) > patience.limit else as_answer(answer)

    @property
    def outage(self) -> float:
        """The seconds until every service is back."""
        return max(0.0, max(self.down.values(), default=0.0) - self.elapsed())

    def _let_others_go_on(self) -> None:
        seconds = self.latency()
        if seconds:
            self._scheduler.sleep(seconds)
        else:
            self._scheduler.pause()

    def _suffer(self, sent: Sent, kind: Kind | None) -> Response | Trouble:
        if kind in ("killed before", "killed after"):
            if kind == "killed after":
                self._exchange(sent)
            self._note(sent, kind)
            sent.task.doomed = True
            raise Killed
        if kind == "unsent":
            return Trouble("never sent", "ConnectError")
        if kind == "slow":
            return self._exchange_slowly(sent)
        if kind == "expired":
            self._expire(sent.task)
        answer = self._exchange(sent, _fault_of(sent, kind))
        return Trouble("lost", "ReadError") if kind == "lost" else answer

    def _exchange(self, sent: Sent, fault: Fault | None = None) -> Response:
        world = self._app.world
        if fault:
            world.faults.add(replace(fault))
        before = len(world.calls.entries)
        sent.answer = self._app.handle(sent.seen)
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
        path = sent.request.target if sent.action[:3] == "oss" else ""
        method = sent.request.method
        line = f"{self.elapsed():9.3f} {sent.task.name} {sent.action} {method} {path} {kind or ''} {status}"
        self.lines.append(line)
        self.trace.update(line.encode())


def _fault_of(sent: Sent, kind: Kind | None) -> Fault | None:
    """Return how the cloud refuses a call that suffers this."""
    if kind == "throttled":
        return THROTTLED["rpc" if sent.action[:3] in ("alb", "clb", "cas") else "rest"]
    if kind == "strange":
        return replace(STRANGE, message=f"Nobody has seen this code before: {_echo(sent.request)}")
    return REFUSED if kind == "error" else None


def _echo(request: Outgoing) -> str:
    """Return what a careless service may show of a request in its error: a key first, where one was sent."""
    sent = unquote_plus(request.body.decode("latin-1"))
    return f"{sent[max(0, sent.rfind('-----BEGIN')) :]} {dict(request.headers)}"


def action_of(request: Outgoing) -> str:
    """Name the service and the action of a request."""
    version = request.headers.get("x-acs-version")
    if version:
        return f"{SERVICES[version]} {request.headers['x-acs-action']}"
    if "x-mns-version" in request.headers:
        return "mns SendMessage"
    if request.method != "GET":
        return f"oss {request.method.title()}Object"
    query = request.target.partition("?")[2]
    return (
        "oss ListObjects" if "list-type" in query else "oss GetBucketInfo" if "bucketInfo" in query else "oss GetObject"
    )
