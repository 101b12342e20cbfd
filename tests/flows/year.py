"""A year of renewals: a clock that leaps from due time to due time, and what is left in the cloud at its end.

python -m tests.flows.year                 60 certificates, renewed every 60 days, over 3 ALB and 3 CLB instances
python -m tests.flows.year --groups 1      a smaller one
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from fakecloud.authority import Issued, intermediate_ca, leaf, make_key, root_ca
from tests.flows.bundles import key_of
from tests.flows.pipeline import BUCKET, POLLER, Pipeline
from tests.flows.probe import Probe, leaf_of

START = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
PERIOD, VALIDITY, GRACE = timedelta(days=60), timedelta(days=90), timedelta(days=7)
AWAKE = timedelta(hours=3)  # so long every due time is played after something was replaced, or its grace was over
SLACK = timedelta(hours=12)  # until what is due was found, retired and deleted
OF_ALB, OF_CLB = 16, 4  # certificates of an instance, its default certificate among them
BATCH = 5  # so many are renewed at a time
ADDITIONAL_QUOTA = 25


@cache
def issuer() -> Issued:
    """Return an intermediate authority with a key that signs fast."""
    root = root_ca(key=make_key("p-256", seed=b"root"), not_after=START + timedelta(days=4000))
    key = make_key("p-256", seed=b"intermediate")
    return intermediate_ca(issuer=root, key=key, not_after=START + timedelta(days=3000))


@dataclass
class Line:
    """A drop that is renewed again and again: its place, and the bundles that were dropped."""

    drop: str
    service: str
    instance: str
    is_default: bool
    phase: timedelta
    dropped: list[Issued] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.drop}.example"

    def make(self, now: datetime) -> dict[str, str]:
        """Make the next bundle; CLB takes no EC keys."""
        key = key_of("rsa-2048", len(self.dropped) % 2) if self.service == "clb" else make_key("p-256")
        since = now - timedelta(hours=1)
        made = leaf(issuer=issuer(), names=(self.name,), key=key, not_before=since, not_after=now + VALIDITY)
        self.dropped.append(made)
        return {"fullchain_pem": (made.pem + issuer().pem).decode(), "privkey_pem": made.key_pem.decode()}

    def target(self, pipeline: Pipeline) -> dict[str, Any]:
        """Return where it is served."""
        base = {"name": self.drop, "drops": [self.drop], "region": pipeline.world.region, self.service: self.instance}
        if not self.is_default:
            return {**base, "role": "additional"}
        return {**base, "listener": {"server_group": pipeline.group} if self.service == "alb" else {"backend_port": 80}}


@dataclass
class Year:
    """A World in which so many *groups* of 20 lines are renewed: 16 at an ALB instance, 4 at a CLB instance."""

    groups: int = 3
    days: float = 365.5
    of_alb: int = OF_ALB
    of_clb: int = OF_CLB
    pipeline: Pipeline = field(default_factory=Pipeline)
    replaced: dict[str, datetime] = field(default_factory=dict)  # fingerprint -> when its successor was served
    most: Counter[str] = field(default_factory=Counter)
    renewals: int = 0

    def __post_init__(self) -> None:
        self.lines = list(self._lines())
        self.probe = Probe(self.world)
        for service in (self.world.alb, self.world.clb):
            service.on_change.append(self.look)

    @property
    def world(self) -> Any:
        return self.pipeline.world

    @property
    def now(self) -> datetime:
        return self.world.clock.now()  # type: ignore[no-any-return]

    def _lines(self) -> Iterator[Line]:
        count = self.groups * (self.of_alb + self.of_clb)
        for group in range(self.groups):
            alb = self.world.alb.create_load_balancer().id
            clb = self.world.clb.create_load_balancer().load_balancer_id
            places = [("alb", alb, number) for number in range(self.of_alb)]
            places += [("clb", clb, number) for number in range(self.of_clb)]
            for service, instance, number in places:
                drop = f"{service}{group}-{number}"
                order = group * (self.of_alb + self.of_clb) + number + (self.of_alb if service == "clb" else 0)
                yield Line(drop, service, instance, number == 0, PERIOD * (order // BATCH * BATCH) / count)

    def play(self) -> None:
        """Drop everything once, then renew each line at its time until the year is over."""
        entries = [line.target(self.pipeline) for line in self.lines]
        self.pipeline.targets(*entries, cleanup="superseded")
        self._drop([line for line in self.lines if line.is_default])
        self._drop([line for line in self.lines if not line.is_default])
        self.pipeline.instances[POLLER].memory.cleaning.due = self.now
        due = {id(line): START + (line.phase or PERIOD) for line in self.lines}
        end = START + timedelta(days=self.days)
        while self.now < end:
            self._leap(min(end, *due.values()))
            ready = [line for line in self.lines if due[id(line)] <= self.now]
            for line in ready:
                due[id(line)] += PERIOD
            if ready:
                self._drop(ready)

    def _drop(self, lines: list[Line]) -> None:
        """Drop the next bundles of *lines*, and wait until nothing is open."""
        before = [line.dropped[-1].fingerprint for line in lines if line.dropped]
        for line in lines:
            self.pipeline.drop(line.drop, **line.make(self.now))
        for _ in range(60):
            self.pipeline.advance(60)
            if not self.pipeline.keys("state/open/"):
                break
        self.renewals += len(before)
        self.replaced.update(dict.fromkeys(before, self.now))
        standings = [one for line in lines for one in self.pipeline.standings(line.drop)]
        assert standings == [(line.drop, "served", "") for line in lines], standings
        self.look()

    def _leap(self, until: datetime) -> None:
        """Leap from due time to due time of the poller's cleaning; far, while nothing is on its way."""
        while self.now < until:
            due = self.pipeline.instances[POLLER].memory.cleaning.due or self.now
            moment = max(due, self.now + timedelta(minutes=1)) if self._is_busy() else self._next_grace()
            self.pipeline.leap((min(until, moment) - self.now).total_seconds())
            self.pipeline.tick()
            self.look()

    def _is_busy(self) -> bool:
        """Say whether something was just replaced, or its grace just went by."""
        moments = (*self.replaced.values(), *(mark + GRACE for mark in self._marks()))
        return any(timedelta(0) <= self.now - moment < AWAKE for moment in moments)

    def _next_grace(self) -> datetime:
        """Return when the next grace is over."""
        return min((mark + GRACE for mark in self._marks() if mark + GRACE > self.now), default=self.now + PERIOD)

    def _marks(self) -> list[datetime]:
        objects = self.world.oss.buckets[BUCKET].objects
        return [one.last_modified for key, one in objects.items() if key.startswith("state/unused/")]

    def look(self) -> None:
        """Shake hands with everybody, see that CAS holds what is shown, and note how full everything is."""
        self.probe.look()
        held = {one.cert_identifier for one in self.world.cas.certificates.values()}
        assert {one for listener in self.world.alb.listeners.values() for one in _ids(listener)} <= held
        for listener in self.world.alb.listeners.values():
            self._note("additional certificates of an ALB instance", len(listener.additional))
        self._note("certificates in CAS", len(held))
        self._note("certificates in CLB", len(self.world.clb.certificates.server))

    def _note(self, what: str, count: int) -> None:
        self.most[what] = max(self.most[what], count)

    # the end

    def kept(self, service: str, after: timedelta) -> set[str]:
        """Return what is served of a service's lines, and what was replaced less than *after* ago."""
        lines = [line for line in self.lines if service in ("cas", line.service)]
        fingerprints = {made.fingerprint for line in lines for made in line.dropped}
        current = {line.dropped[-1].fingerprint for line in lines}
        recent = {one for one, at in self.replaced.items() if self.now - at < after}
        return current | recent & fingerprints

    def check_end(self) -> None:
        """Hold that exactly what is served, and what is within its grace, is left anywhere."""
        in_cas = {one.chain.leaf.sha256 for one in self.world.cas.certificates.values()}
        in_clb = [one.chain.leaf.sha256 for one in self.world.clb.certificates.server.values()]
        assert self.kept("cas", GRACE) <= in_cas <= self.kept("cas", GRACE + SLACK)
        assert self.kept("clb", GRACE) <= set(in_clb) <= self.kept("clb", GRACE + SLACK)
        assert len(in_clb) == len(set(in_clb))
        assert self.kept("alb", timedelta(0)) == {
            leaf_of(chain.pem).sha256
            for line in self.lines
            if line.service == "alb" and (shown := self.world.alb.shown(line.instance, 443))
            for chain in (shown.default, *shown.additional)
        }
        assert self.most["additional certificates of an ALB instance"] <= ADDITIONAL_QUOTA
        assert self.most["certificates in CLB"] <= self.world.clb.certificates.server_quota
        codes = {call.code for call in self.world.calls.entries}
        assert not [code for code in codes if "Quota" in code], codes


def _ids(listener: Any) -> Iterator[str]:
    if listener.settings.default:
        yield listener.settings.default.id
    yield from listener.additional


def main(arguments: list[str] | None = None) -> int:
    """Play a year and print what it came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.flows.year", description="A year of renewals.")
    parser.add_argument("--groups", type=int, default=3, help="how many groups of 20 certificates")
    parser.add_argument("--days", type=float, default=365.5, help="how many days it lasts")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    year = Year(groups=options.groups, days=options.days)
    year.play()
    year.check_end()
    calls = Counter(call.service for call in year.world.calls.entries)
    say(f"{len(year.lines)} certificates, {year.renewals} renewals in {options.days:.0f} days of the World")
    say(f"{sum(calls.values())} calls ({', '.join(f'{count} {name}' for name, count in sorted(calls.items()))})")
    say(f"{year.probe.handshakes} handshakes; at most " + ", ".join(f"{n} {what}" for what, n in year.most.items()))
    held = len(year.world.cas.certificates)
    say(f"at the end {held} in CAS, {len(year.world.clb.certificates.server)} in CLB: served, or within grace")
    state = [len(key) for key in year.pipeline.keys("state/")]
    say(f"{len(state)} objects in state/; {time.perf_counter() - started:.0f} s")
    return 0


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
