"""One World and the houses of the four functions over it: no triggers and no deliveries; looks are made by hand."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from types import SimpleNamespace
from typing import Any

from certdrop.bundle.facts import BundleFacts, KeyKind
from certdrop.bundle.judging import DropFile, judge
from certdrop.cloud.account import Account
from certdrop.cloud.carrying import Answer, Patience, Request, Trouble
from certdrop.deployment.places import Place, deployment_id
from certdrop.deployment.targets import Targets
from certdrop.deployment.work import OpenWork
from certdrop.ports import Credentials, Settings
from certdrop.reconcile.drops import look_at_drop
from certdrop.reconcile.house import Handshake, House, Memory, Outcome
from certdrop.reconcile.listeners import look_at_listener
from certdrop.reconcile.owners import CREATE_HTTPS_LISTENER, JOB_STATUS_POLLER, ON_CERT_UPLOADED
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.reconcile.ticks import tick
from certdrop.runtime.machine import MachineClock
from certdrop.state.config import write_config
from certdrop.state.kept import Kept
from certdrop.state.listeners import open_work
from certdrop.state.store import Store
from fakecloud.app import App
from fakecloud.faults import Fault
from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, World
from tests.flows.bundles import Made, bundle
from tests.handing import as_answer, as_seen, carry
from tests.unit.cloud.doubles import CountingIds

BUCKET = "certdrop-state"
QUEUES = ("certdrop-drops", "certdrop-listeners", "certdrop-associations")
NOON = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)


class Killed(BaseException):
    """The instance is gone; no `except Exception` may see it."""


@cache
def facts_of(made: Made) -> BundleFacts:
    """Return the facts that the judge finds in a bundle."""
    files = [DropFile("fullchain.pem", made.fullchain.encode()), DropFile("privkey.pem", made.key.encode())]
    judged = judge(files, validation_time=NOON).bundle
    assert judged is not None
    return judged.facts


@dataclass
class Wire:
    """Notes every request, and lets a test break in before or after one."""

    app: App
    sent: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    trouble: Callable[[str, str], None] = field(default=lambda label, when: None)

    def __call__(self, request: Request, patience: Patience) -> Answer | Trouble:
        return carry(self.exchange, request, patience)

    def exchange(self, request: Request) -> Answer:
        seen = as_seen(request)
        prefix = dict(seen.query).get("prefix")
        path = seen.path.removeprefix(f"/{BUCKET}/")
        label = request.headers.get("x-acs-action") or (f"LIST {prefix}" if prefix else f"{request.method} {path}")
        self.sent.append(label)
        self.bodies.append(request.body)
        self.trouble(label, "before")
        answer = as_answer(self.app.handle(seen))
        self.trouble(label, "after")
        return answer


def kill() -> None:
    """End the instance."""
    raise Killed


@dataclass
class Notebook:
    """A log that is read by tests."""

    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def info(self, event: str, **fields: object) -> None:
        self.lines.append((event, fields))

    warning = info

    def events(self) -> list[str]:
        return [event for event, _ in self.lines]


class Town:
    """A bucket, queues, load balancers, and whoever looks at them."""

    def __init__(self) -> None:
        self.world = World()
        self.bucket = self.world.oss.create_bucket(BUCKET)
        for queue in QUEUES:
            self.world.mns.create_queue(queue)
        self.wire = Wire(App(self.world))
        self.log = Notebook()
        self.ids = CountingIds()
        self.start_instance()
        self.memory = Memory()
        self.time_left = 60.0
        self.alb = self.world.alb.create_load_balancer().id
        self.clb = self.world.clb.create_load_balancer().load_balancer_id
        self.group = self.world.alb.create_server_group().id
        self.dial: Callable[[str, int, str | None, KeyKind | None], Handshake] = _refuse

    # whoever looks

    def start_instance(self) -> None:
        """Let a new instance look from now on: it has read nothing yet, but found the bucket fit."""
        self.kept = Kept()
        self.kept.checked.add(BUCKET)

    def house(self, function: str = CREATE_HTTPS_LISTENER, **settings: Any) -> House:
        """Return the House of a new invocation."""
        chosen = Settings(
            bucket=BUCKET,
            region=self.world.region,
            account_id=self.world.account_id,
            endpoints=dict.fromkeys(("oss", "mns", "alb", "clb", "cas"), "http://127.0.0.1"),
            **settings,
        )
        clock = MachineClock()
        cloud = Account(
            chosen,
            Credentials(ACCESS_KEY_ID, ACCESS_KEY_SECRET),
            self.wire,
            clock=clock,
            ids=SimpleNamespace(new=lambda: f"{len(self.wire.sent):032x}"),
            sleep=lambda seconds: None,
            random=SimpleNamespace(uniform=lambda low, high: low),
            time_left=lambda: self.time_left,
        )
        return House(
            function=function,
            settings=chosen,
            cloud=cloud,
            store=Store(cloud.oss, BUCKET, self.kept),
            clock=clock,
            ids=self.ids,
            dial=lambda host, port, name, kind=None: self.dial(host, port, name, kind),
            log=self.log,
            time_left=lambda: self.time_left,
            memory=self.memory,
        )

    def store(self) -> Store:
        """Return the Store of a new invocation."""
        return self.house().store

    def look(self, listener: object, function: str = CREATE_HTTPS_LISTENER, hops: int = 0) -> Outcome:
        """Look at a listener once; what a trigger would deliver afterwards is left in the queues."""
        request = ReconcileRequest(reconcile=f"listener/{listener}", hops=hops)
        return look_at_listener(request, self.house(function))

    def look_at_drop(self, drop: str = "shop", hops: int = 0) -> Outcome:
        """Look at a drop once."""
        return look_at_drop(ReconcileRequest.for_drop(drop, hops=hops), self.house(ON_CERT_UPLOADED))

    def tick(self) -> Outcome:
        """Let the poller's minute come."""
        return tick(self.house(JOB_STATUS_POLLER))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.world.advance(seconds)

    def fault(self, action: str, code: str = "ServiceUnavailable", *, status: int = 503, times: int = 100) -> None:
        """Let the next calls of an action fail."""
        self.world.faults.orders.clear()
        if times:
            self.world.faults.add(Fault(action=action, code=code, status=status, times=times))

    def on_sight(self, wanted: str, moment: str, act: Callable[[], object]) -> None:
        """Let *act* happen once, before or after the first request whose label starts so."""

        def trouble(label: str, when: str) -> None:
            if label.startswith(wanted) and when == moment:
                self.calm()
                act()

        self.wire.trouble = trouble

    def calm(self) -> None:
        """Let nothing break in any more, and no call fail."""
        self.wire.trouble = lambda label, when: None
        self.world.faults.orders.clear()

    # the bucket

    def put(self, key: str, body: bytes | str) -> None:
        """Put an object into the bucket, beside the functions."""
        self.world.oss.put_object(BUCKET, key, body.encode() if isinstance(body, str) else body)

    def drop(self, name: str = "shop", made: Made | None = None, **files: str) -> None:
        """Put a bundle's files, or others, under certs/<name>/."""
        for file, body in (files or (made or bundle()).files).items():
            self.put(f"certs/{name}/{file.replace('_', '.')}", body)

    def keys(self, prefix: str = "state/") -> list[str]:
        """List the bucket's keys below *prefix*."""
        return sorted(key for key in self.bucket.objects if key.startswith(prefix))

    def read(self, key: str) -> Any:
        """Return a JSON document of the bucket."""
        return json.loads(self.bucket.objects[key].body)

    def read_all(self, prefix: str) -> list[Any]:
        """Return all JSON documents below *prefix*, in the order of their keys."""
        return [self.read(key) for key in self.keys(prefix)]

    def report(self, drop: str = "shop") -> Any:
        """Return a drop's report."""
        return self.read(f"reports/{drop}.json")

    # what is wanted

    def target(self, service: str = "alb", name: str = "shop", **more: Any) -> dict[str, Any]:
        """Return a target for the drop `shop` at port 443; of role default it says how to create the listener."""
        base = {"name": name, "drops": ["shop"], "region": self.world.region, service: getattr(self, service), **more}
        if base.get("role") != "additional" and "listener" not in base:
            base["listener"] = {"server_group": self.group} if service == "alb" else {"backend_port": 8080}
        return {key: value for key, value in base.items() if value is not None}

    def targets(self, *entries: dict[str, Any], number: int = 1, **top: Any) -> None:
        """Put targets in force; *top* are keys beside the targets."""
        assert write_config(self.store(), number, f"etag-{number}", Targets(version=1, targets=entries, **top))

    def work(
        self, made: Made | None = None, service: str = "alb", slot: str = "default", drop: str = "shop", **fields: Any
    ) -> OpenWork:
        """Make open work of a bundle."""
        place = Place(service=service, load_balancer=getattr(self, service), port=443, slot=slot)
        facts = facts_of(made or bundle())
        base = {"cause": "0123456789ab-1", "snapshot": "0" * 64, "config": 1, "target": "shop", "creates": True}
        return OpenWork(
            deployment=deployment_id(place, facts),
            drop=drop,
            place=place,
            region=self.world.region,
            bundle=facts,
            correlation_id="0123456789ab",
            **{**base, **fields},
        )

    def open(self, made: Made | None = None, service: str = "alb", slot: str = "default", **fields: Any) -> OpenWork:
        """Open work of a bundle."""
        work = self.work(made, service, slot, **fields)
        assert open_work(self.store(), work)
        return work

    def import_to_cas(self, made: Made | None = None, name: str | None = None) -> str:
        """Put a bundle into CAS as certdrop would; returns ALB's id of it."""
        chosen = made or bundle()
        name = name or facts_of(chosen).cas_name
        return self.world.cas.upload_user_certificate(name, chosen.fullchain, chosen.key).cert_identifier

    # what came of it

    def messages(self, queue: str | None = None) -> list[tuple[str, str, int, float]]:
        """Return (queue, reconcile, hops, delay in seconds) of the messages that lie in the queues, in order."""
        found = []
        for name in QUEUES if queue is None else (f"certdrop-{queue}",):
            for message in self.world.mns.queues[name].messages.values():
                request = json.loads(base64.b64decode(message.body))
                delay = (message.visible_at - message.enqueued_at).total_seconds()
                found.append((name.removeprefix("certdrop-"), request["reconcile"], request["hops"], delay))
        return found

    def clear_messages(self) -> None:
        """Let nobody hear what was asked so far."""
        for name in QUEUES:
            self.world.mns.queues[name].messages.clear()

    def mutations(self) -> list[str]:
        """Return the calls that changed CAS, ALB or CLB."""
        return [call.action for call in self.world.calls.mutating("cas", "alb", "clb")]

    def tried(self, action: str) -> int:
        """Count the calls of an action, refused ones too."""
        return sum(1 for call in self.world.calls.entries if call.action == action)


def _refuse(host: str, port: int, name: str | None, kind: KeyKind | None) -> Handshake:
    raise ConnectionRefusedError(111, "Connection refused")
