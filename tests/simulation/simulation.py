"""The four functions and the real clients over fakecloud in one process: who runs, when, and how it ends."""

import json
import random
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from io import StringIO
from types import SimpleNamespace

from certdrop.bundle.facts import KeyKind
from certdrop.reconcile.house import Handshake
from certdrop.runtime.run import run
from certdrop.runtime.wiring import Wiring
from fakecloud.app import App
from fakecloud.clock import machine_now
from fakecloud.dataplane.choosing import choose
from fakecloud.dataplane.shown import Chain
from fakecloud.fc.function import Function, Invocation, Result, Template
from fakecloud.fc.template import load_template
from fakecloud.world import ACCOUNT_ID, Ids, World
from tests.flows.pipeline import ENDPOINT, POLLER, ROOT, Instance, look_of, policies
from tests.simulation.faults import Faults
from tests.simulation.fingerprints import fingerprint_of, leaf_facts_of
from tests.simulation.scheduler import Killed, Scheduler
from tests.simulation.wire import Wire

ANOTHER = "0" * 64  # the fingerprint of a certificate that nobody knows
KILLED = Result(b'{"errorMessage":"killed"}', "UnhandledInvocationError")


@dataclass(frozen=True)
class Deliveries:
    """How deliveries go while faults are on: probabilities, and seconds of delay at most."""

    duplicated: float = 0.0
    lost: float = 0.0
    delayed: float = 0.0
    longest: float = 120.0


class Simulation:
    """A World with the functions deployed; runs them as tasks of a scheduler. All chance comes from the seed."""

    def __init__(self, seed: int, faults: Faults, *, concurrent: bool = True) -> None:
        self.seed = seed
        self.random = random.Random(f"deliveries {seed}")
        self.world = World(ids=Ids(seed))
        self.faults = faults
        self.deliveries = Deliveries()
        self.scheduler = Scheduler(self.world, random.Random(f"turns {seed}"))
        self.wire = Wire(App(self.world), self.scheduler, faults)
        self.started = self.world.clock.now()
        self.logs = StringIO()
        self.instances: dict[str, list[Instance]] = {}
        self.environment: dict[str, str] = {}  # what the functions are deployed with, beside the template's
        self.misled_until = 0.0  # seconds: until then handshakes show somebody else's certificate
        self.was_misled = False
        self.lost_events = 0
        self.runs = 0
        self.failed_runs = 0
        self._ids = random.Random(f"ids {seed}")
        self._jitter = random.Random(f"jitter {seed}")
        pace = random.Random(f"pace {seed}")
        self.wire.latency = lambda: pace.choice((0.0, 0.0, 0.02, 0.3))
        self.wire.slowness = lambda: (pace.choice((1.0, 8.0, 40.0)), pace.choice((1.0, 8.0, 40.0)))
        self.wire.elapsed = self.elapsed
        template = the_template()
        if concurrent:
            template = replace(
                template, functions=tuple(replace(one, reserved_concurrency=None) for one in template.functions)
            )
        self.world.policies.update(policies())
        self.world.fc.create_resources(template)
        self.world.fc.deploy(template, self, self)

    def elapsed(self) -> float:
        """Return the seconds of World time since the beginning."""
        return (self.world.clock.now() - self.started).total_seconds()

    def advance(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let World time pass, or less when *until* says so."""
        with redirect_stdout(self.logs):
            return self.scheduler.run(seconds, until)

    def leap(self, seconds: float) -> None:
        """Let World time pass at once, in which nobody does anything; what was due comes late."""
        self.world.clock.advance(seconds)

    def close(self) -> None:
        """End everything."""
        with redirect_stdout(self.logs):
            self.world.fc.stop()
            self.scheduler.close()

    # Workers of Function Compute: a delivery is a task, so that nobody waits for it under the World's lock.

    def run(self, work: Callable[[], None]) -> None:
        """Let a delivery begin."""
        self.scheduler.spawn("delivery", work)

    def stop(self) -> None:
        """Do nothing: close() ends the tasks."""

    # Runner of Function Compute.

    def invoke(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        """Run a function in the task of its delivery; a delivery may come late, twice, or not at all."""
        if self.faults.active:
            deliveries, chance = self.deliveries, self.random.random
            if chance() < deliveries.duplicated:
                self.scheduler.spawn("duplicate", lambda: self._run_late(function, event, invocation))
            if function.name != POLLER and chance() < deliveries.lost:
                self.lost_events += 1
                return Result(b"{}")
            if chance() < deliveries.delayed:
                self.scheduler.sleep(self.random.uniform(0, deliveries.longest))
        return self._run(function, event, invocation)

    def _run_late(self, function: Function, event: bytes, invocation: Invocation) -> None:
        self.scheduler.sleep(self.random.choice((0.0, 0.0, 1.0, 10.0, 300.0)))
        identity = self.world.assume_role(function.role)
        self._run(function, event, replace(invocation, identity=identity))

    def _run(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        task = self.scheduler.current
        assert task is not None
        self.runs += 1
        task.name = f"{function.name}#{self.runs}"
        task.access_key = invocation.identity.access_key_id
        task.deadline = self.world.clock.now() + timedelta(seconds=function.timeout)
        idle = self.instances.setdefault(function.name, [])
        instance = idle.pop() if idle else Instance()
        wiring = self._wire_up(function, invocation, instance)
        try:
            answer = run(event, context_of(function, invocation), look_of(function.name), wiring)
        except Killed:
            self.failed_runs += 1
            return KILLED
        except Exception as error:  # noqa: BLE001 as Function Compute does
            self.failed_runs += 1
            idle.append(instance)
            self.logs.write(traceback.format_exc())
            body = {"errorMessage": str(error), "errorType": type(error).__name__}
            return Result(json.dumps(body).encode(), "UnhandledInvocationError")
        finally:
            task.deadline, task.doomed = None, False
        idle.append(instance)
        return Result(json.dumps(answer).encode())

    def _wire_up(self, function: Function, invocation: Invocation, instance: Instance) -> Wiring:
        identity = invocation.identity
        environ = {
            **function.environment,
            **self.environment,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": identity.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": identity.secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": identity.token or "",
        }
        return Wiring(
            environ,
            carry=self.wire,
            clock=self,
            ids=self,
            sleep=self.scheduler.sleep,
            random=self._jitter,
            dial=self.dial,
            kept=instance.kept,
            memory=instance.memory,
        )

    # The product's ports: clock and ids; signature dates are the machine's and are in no trace.

    def now(self) -> datetime:
        """Return the machine's time."""
        return machine_now()

    def monotonic(self) -> float:
        """Return the World's seconds: an instance's time is the World's."""
        return self.elapsed()

    def new(self) -> str:
        """Return an id and remember whose it is."""
        made = f"{self._ids.getrandbits(128):032x}"
        task = self.scheduler.current
        if task is not None:
            task.ids.add(made)
        return made

    def dial(self, host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        """Shake hands with the data plane, without sockets."""
        if self.elapsed() < self.misled_until:
            self.was_misled = True
            return Handshake(ANOTHER)
        for service in (self.world.alb, self.world.clb):
            for listener in service.tls_listeners():
                if (listener.address, listener.port) == (host, port):
                    shown = service.shown(listener.load_balancer, port)
                    if shown is not None:
                        chains = choose(shown, server_name, self.world.selection)
                        return _shake(chains, key_kind, asks_client=shown.client_ca_pem is not None)
        raise ConnectionRefusedError(111, "Connection refused")


def _shake(chains: tuple[Chain, ...], key_kind: KeyKind | None, *, asks_client: bool) -> Handshake:
    by_kind: dict[str, Chain] = {chain.kind: chain for chain in chains}
    kind: str = key_kind or ("ec" if "ec" in by_kind else next(iter(by_kind)))
    if kind not in by_kind:
        raise ConnectionResetError(104, "handshake failure")
    pem = by_kind[kind].pem
    is_asked = asks_client and key_kind is not None  # TLS 1.3 asks where nobody sees it
    return Handshake(fingerprint_of(pem), is_asked, leaf_facts_of(pem))


@cache
def the_template() -> Template:
    """Read template.yml, once for all Worlds."""
    return load_template(ROOT / "template.yml", {"CERTDROP_ENDPOINT": ENDPOINT}, ACCOUNT_ID)


def context_of(function: Function, invocation: Invocation) -> SimpleNamespace:
    """Return the context that Function Compute hands a run."""
    return SimpleNamespace(
        request_id=invocation.request_id,
        function=SimpleNamespace(name=function.name, timeout=function.timeout, memory=512, handler="handler.handler"),
        region=invocation.region,
        account_id=invocation.account_id,
    )
