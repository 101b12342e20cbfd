"""The four functions over fakecloud in one process, on a virtual clock: real looks and clients, no sockets."""

import importlib.util
import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from certdrop.bundle.facts import KeyKind
from certdrop.cloud.carrying import Carrier
from certdrop.reconcile.house import Handshake, Memory
from certdrop.runtime.run import Look, run
from certdrop.runtime.wiring import Wiring
from certdrop.state.kept import Kept
from fakecloud.app import App
from fakecloud.dataplane.choosing import choose
from fakecloud.fc.function import Function, Invocation, Result, Template
from fakecloud.fc.template import load_template
from fakecloud.fc.workers import Inline, Workers
from fakecloud.ram import Policy, parse_policy
from fakecloud.world import ACCOUNT_ID, Timing, World
from tests.flows.receiver import Receiver
from tests.flows.shaking import shake
from tests.flows.wire import Wire
from tests.handing import Door

ROOT = Path(__file__).parents[2]
BUCKET = f"certdrop-{ACCOUNT_ID}"
ENDPOINT = "http://127.0.0.1"
POLLER = "job-status-poller"


class Killed(BaseException):
    """The instance is gone; no `except Exception` may see it."""


@cache
def look_of(function: str) -> Look:
    """Load functions/<name>/handler.py as Function Compute does, and return its look."""
    path = ROOT / "functions" / function.replace("-", "_") / "handler.py"
    spec = importlib.util.spec_from_file_location(f"handler_of_{path.parent.name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.look  # type: ignore[no-any-return]


@cache
def policies() -> Mapping[str, Policy]:
    """Read the policies that are deployed, by role."""
    names = {"account": ACCOUNT_ID, "bucket": BUCKET, "region": "cn-hangzhou"}
    folders = (ROOT / "functions").glob("*/policy.json")
    return {f"certdrop-{path.parent.name.replace('_', '-')}": parse_policy(path.read_text(), names) for path in folders}


@cache
def rendered(*variables: tuple[str, str]) -> Template:
    """Read template.yml as it would be deployed with *variables* in the environment."""
    return load_template(ROOT / "template.yml", dict(variables), ACCOUNT_ID)


@dataclass
class Instance:
    """What an instance of a function keeps from one run to the next."""

    memory: Memory = field(default_factory=Memory)
    kept: Kept = field(default_factory=Kept)


class Pipeline:
    """A World with the four functions deployed; the runner of its Function Compute."""

    def __init__(
        self,
        *,
        timing: Timing | None = None,
        environment: Mapping[str, str] | None = None,
        workers: Workers | None = None,
    ) -> None:
        self.world = World(timing=timing)
        self.app = App(self.world)
        self.wire = Wire(self.app)
        self.client = httpx.Client(transport=Door(self.wire.exchange))
        self.carry: Carrier = self.wire
        self.logs = StringIO()
        self.instances: dict[str, Instance] = {}
        self.results: list[tuple[str, Result]] = []
        self.webhook: Receiver | None = None  # the functions' environment names a webhook when there is one
        self.copies = 1  # how often each event is delivered
        self.random = SimpleNamespace(uniform=lambda low, high: low)
        self.alb = self.world.alb.create_load_balancer().id
        self.clb = self.world.clb.create_load_balancer().load_balancer_id
        self.group = self.world.alb.create_server_group().id
        variables = {"CERTDROP_ENDPOINT": ENDPOINT, **(environment or {})}
        template = rendered(*sorted(variables.items()))
        self.world.policies.update(policies())
        self.world.fc.create_resources(template)
        self.world.fc.deploy(template, self, workers or Inline())

    # the user

    def put(self, key: str, body: bytes | str) -> None:
        """Put an object into the bucket."""
        self.world.oss.put_object(BUCKET, key, body.encode() if isinstance(body, str) else body)

    def drop(self, name: str, **files: bytes | str) -> None:
        """Put files under certs/<name>/; `fullchain_pem=...` is fullchain.pem."""
        for file, body in files.items():
            self.put(f"certs/{name}/{file.replace('_', '.')}", body)

    def targets(self, *entries: dict[str, Any], **top: Any) -> None:
        """Write config/targets.yml (JSON is YAML) and let the poller take it; *top* are keys beside the targets."""
        self.put("config/targets.yml", json.dumps({"version": 1, "targets": entries, **top}))
        self.tick()

    def alb_target(
        self, name: str = "shop", *, role: str = "default", drops: tuple[str, ...] = ("shop",), **more: Any
    ) -> dict[str, Any]:
        """Return an ALB target on port 443; of role default it may create the listener."""
        place = {"alb": self.alb, "region": self.world.region}
        target = {"name": name, "drops": list(drops), **place, "role": role, **more}
        return {**target, "listener": {"server_group": self.group}} if role == "default" else target

    def clb_target(
        self, name: str = "clb", *, role: str = "default", drops: tuple[str, ...] = ("shop",), **more: Any
    ) -> dict[str, Any]:
        """Return a CLB target on port 443."""
        place = {"clb": self.clb, "region": self.world.region}
        target = {"name": name, "drops": list(drops), **place, "role": role, **more}
        return {**target, "listener": {"backend_port": 8080}} if role == "default" else target

    # time

    def tick(self) -> None:
        """Let the poller's minute come now."""
        minute = b'{"triggerTime":"2026-11-01T12:00:00Z","triggerName":"minute","payload":""}'
        with redirect_stdout(self.logs):
            self.world.fc.invoke_async(POLLER, minute)
            self.world.run_due()

    def advance(self, seconds: float) -> None:
        """Let time pass; triggers, timers and jobs happen on the way."""
        with redirect_stdout(self.logs):
            self.world.advance(seconds)

    def leap(self, seconds: float) -> None:
        """Let time pass in which nothing happens: what was due on the way is due now."""
        self.world.clock.advance(seconds)

    # what came of it

    def read(self, key: str) -> Any:
        """Return a JSON document of the bucket."""
        return json.loads(self.world.oss.get_object(BUCKET, key).body)

    def keys(self, prefix: str) -> list[str]:
        """List the bucket's keys below *prefix*."""
        return sorted(key for key in self.world.oss.buckets[BUCKET].objects if key.startswith(prefix))

    def report(self, drop: str = "shop") -> Any:
        """Return a drop's report."""
        return self.read(f"reports/{drop}.json")

    def standings(self, drop: str = "shop") -> list[tuple[str, str, str]]:
        """Return (target, status, code) of a drop's deployments."""
        return [(one["target"], one["status"], one["code"]) for one in self.report(drop)["deployments"]]

    def mutations(self, since: int = 0) -> list[str]:
        """Return the actions that changed CAS, ALB or CLB."""
        return [call.action for call in self.world.calls.mutating("cas", "alb", "clb", since=since)]

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """Return the functions' log lines."""
        found = [json.loads(line) for line in self.logs.getvalue().splitlines() if line.startswith("{")]
        return [line for line in found if event in (None, line.get("event"))]

    # the runner

    def invoke(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        """Run a function's look as its instance would, once for each copy of the event."""
        result = Result(b"")
        for _ in range(self.copies):
            result = self._invoke(function, event, invocation)
            self.results.append((function.name, result))
        return result

    def _invoke(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        identity = invocation.identity
        environ = {
            **function.environment,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": identity.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": identity.secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": identity.token or "",
        }
        if self.webhook:
            environ["CERTDROP_WEBHOOK"] = "https://hooks.example/certdrop"
        context = SimpleNamespace(
            request_id=invocation.request_id,
            function=SimpleNamespace(
                name=function.name, timeout=function.timeout, memory=512, handler="handler.handler"
            ),
            region=invocation.region,
            account_id=invocation.account_id,
        )
        outer, self.wire.function = self.wire.function, function.name
        self.wire.invocation += 1
        try:
            answer = run(event, context, look_of(function.name), self._wiring(function.name, environ))
        except Killed:
            self.instances.pop(function.name, None)
            return Result(b'{"errorMessage":"killed"}', "UnhandledInvocationError")
        except Exception as error:  # noqa: BLE001 as Function Compute does
            self.logs.write(traceback.format_exc())
            body = {"errorMessage": str(error), "errorType": type(error).__name__}
            return Result(json.dumps(body).encode(), "UnhandledInvocationError")
        finally:
            self.wire.function = outer
        return Result(json.dumps(answer).encode())

    def _wiring(self, function: str, environ: Mapping[str, str]) -> Wiring:
        instance = self.instances.setdefault(function, Instance())
        return Wiring(
            environ,
            carry=self.carry,
            sleep=lambda seconds: None,
            random=self.random,
            dial=self.dial,
            kept=instance.kept,
            memory=instance.memory,
            webhook=self.webhook,
        )

    def dial(self, host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        """Shake hands with the data plane, without sockets."""
        for service in (self.world.alb, self.world.clb):
            for listener in service.tls_listeners():
                if (listener.address, listener.port) == (host, port):
                    shown = service.shown(listener.load_balancer, port)
                    if shown is None:
                        raise ConnectionRefusedError(111, "Connection refused")
                    chains = choose(shown, server_name, self.world.selection)
                    return shake(chains, key_kind, asks_client=shown.client_ca_pem is not None)
        raise ConnectionRefusedError(111, "Connection refused")


@contextmanager
def troubled(pipeline: Pipeline, trouble: Callable[[int, str], None]) -> Iterator[None]:
    """Let *trouble* act on every request until the end of the block."""
    pipeline.wire.trouble = trouble
    try:
        yield
    finally:
        pipeline.wire.trouble = lambda number, when: None
