"""How a World must end once its faults have ended, and how long that may take."""

import json
import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from certdrop.state import keys
from fakecloud.oss.objects import StoredObject
from tests.flows.pipeline import BUCKET
from tests.simulation import pool
from tests.simulation.breaking import BrokenInvariantError, expect
from tests.simulation.estates import change_by_hand, is_at_rest, look_at_listener, stop_by_hand, where_of
from tests.simulation.faults import Needs
from tests.simulation.fingerprints import fingerprint_of, kept_at_clb
from tests.simulation.invariants import KEY_MATERIAL, QUEUES
from tests.simulation.user import Entry, Target
from tests.simulation.worlds import Scenario

MINUTE = 60.0
LEAP = 48 * MINUTE  # of the hour until the next survey, in which nobody does anything
WAITS = 10 * MINUTE
SWEEP = 10 * MINUTE
BACKOFF = 9 * MINUTE  # EventBridge waits for up to 512 seconds before it tries again what failed
STALLS = 75 * MINUTE
HEALED = 85 * MINUTE  # an hour until the next survey, and what it takes to put right what it finds
UNCLASSIFIED = re.compile(r'"(unclassified|unrecorded|internal)"')  # events of the log, and the code of a trouble
TRIES = 3  # of an event, before it is a dead letter
GROWTH = 12  # objects in state/ for each deployment and each snapshot
GROWTH_OF_A_FAULT = 6
DEAD_LETTERS = "certdrop-dead-letters"
DONE = ("served", "superseded")
GIVEN_UP = ("disproved", "refused")  # where handshakes misled, and in the stages after that
STOPPED = 0.3  # how often somebody stops a listener rather than change it


class Settling:
    """Looks at a World whose faults have ended."""

    def __init__(self, scenario: Scenario) -> None:
        self.simulation = scenario.simulation
        self.user = scenario.user
        self.targets = scenario.targets
        self.watch = scenario.watch
        self.is_ours = scenario.is_ours

    @property
    def objects(self) -> dict[str, StoredObject]:
        """The bucket."""
        return self.simulation.world.oss.buckets[BUCKET].objects

    def settle(self, more: float = 0.0, is_known: Callable[[], bool] = lambda: False) -> float:
        """Wait until everything is as it must be, and return how long that took; raises when it takes too long.

        It also ends when it *is known* how things go on.
        """
        simulation = self.simulation
        started = simulation.elapsed()
        longest = self.patience() + more
        if not simulation.advance(longest, lambda: is_known() or self.is_settled()):
            raise BrokenInvariantError(f"not settled after {longest / MINUTE:.0f} minutes: {self.problems()}")
        return simulation.elapsed() - started

    def patience(self) -> float:
        """Return how long it may take: what met only Waits is soon there, what stalled is looked at now and then."""
        stalled = self.watch.stalls or any(self._has_stalled(key) for key in self.objects)
        more = (SWEEP if self.simulation.lost_events else 0.0) + (BACKOFF if self.simulation.failed_runs else 0.0)
        return (STALLS if stalled else WAITS) + more

    def _has_stalled(self, key: str) -> bool:
        if not key.startswith("state/drops/") or ".attempt-" not in key or not key.endswith(".end.json"):
            return False
        return json.loads(self.objects[key].body)["next_look"] is not None

    def is_settled(self) -> bool:
        """Say whether everything is as it must be; what is cheap is asked first."""
        queues = self.simulation.world.mns.queues
        if self.simulation.scheduler.running or any(queues[name].messages for name in QUEUES):
            return False
        return not self.problems()

    def problems(self) -> list[str]:
        """Return what is not yet as it must be."""
        found = []
        if self.simulation.scheduler.running:
            found.append(f"{self.simulation.scheduler.running} runs")
        requests = [name for name in QUEUES if self.simulation.world.mns.queues[name].messages]
        found += [f"requests in {name}" for name in requests]
        found += [
            f"open work {key}" for key in self.objects if key.startswith("state/open/") and not self._is_lost(key)
        ]
        for drop, made in self.user.final.items():
            found += self._problems_of_drop(drop, is_valid=made is not None)
        return found

    def _is_lost(self, key: str) -> bool:
        """Say whether open work is for a bundle that was overwritten before it was imported: it stays stalled."""
        deployment = key.split("/")[3].partition(".")[0]
        works = [
            json.loads(one.body)
            for other, one in self.objects.items()
            if other.startswith(key.rsplit("/", 1)[0] + f"/{deployment}.") and ".stalled-" not in other
        ]
        if any(work.get("bundle", {}).get("kind") == "ca" for work in works):
            return False  # a CA needs no import into CAS
        held = {one.chain.leaf.sha256 for one in self.simulation.world.cas.certificates.values()}
        return all(work["bundle"]["fingerprint"] not in held | self._wanted() for work in works if "bundle" in work)

    def _wanted(self) -> set[str]:
        return {made.fingerprint for made in self.user.final.values() if made}

    def _problems_of_drop(self, drop: str, *, is_valid: bool) -> list[str]:
        report = self._report(drop)
        if report is None:
            return [f"no report of {drop}"]
        entries = [Entry(key, one.etag) for key, one in self.objects.items() if key.startswith(f"certs/{drop}/")]
        if not self._has_verdict(drop, keys.snapshot_id(entries)):
            return [f"{drop} is not judged under the targets in force"]
        if report["snapshot"] != keys.snapshot_id(entries):
            return []  # the verdicts of the two were written in the other order; what is served is asked below
        if not is_valid:
            is_right = report["verdict"] in ("refused", "waiting") or (drop, report["snapshot"]) in self.user.keyless
            return [] if is_right else [f"{drop} is {report['verdict']}"]
        if [one["code"] for one in report["findings"]] == ["poison"]:  # its deaths were counted when it was judged
            return []
        problems = [] if report["verdict"] == "accepted" else [f"{drop} is {report['verdict']}"]
        expected = [target["name"] for target in self._targets_of(drop)]
        stands = {one["target"]: one["status"] for one in report["deployments"]}
        done = (*DONE, *GIVEN_UP) if self.simulation.was_misled else DONE
        problems += [f"{drop} at {name} is {stands.get(name)}" for name in expected if stands.get(name) not in done]
        restored = {name for name in expected if stands.get(name) in GIVEN_UP}
        return problems or self._find_unserved(drop, restored)

    def _has_verdict(self, drop: str, snapshot: str) -> bool:
        numbers = [keys.count_up(key.split("/")[2][:10]) for key in self.objects if key.startswith("state/config/")]
        return keys.verdict(drop, snapshot, max(numbers, default=0)) in self.objects

    def _report(self, drop: str) -> dict[str, Any] | None:
        stored = self.objects.get(f"reports/{drop}.json")
        return json.loads(stored.body) if stored else None

    def _find_unserved(self, drop: str, restored: set[str]) -> list[str]:
        """Return the targets that show neither the drop's bundle nor one dropped before that succeeds it.

        Those where it was disproved show what was there before.
        """
        made = self.user.final[drop]
        assert made is not None
        good = {one.fingerprint for one in self.user.dropped[drop] if one is made or one.succeeds(made)}
        return [
            f"{target['name']} does not serve {drop}"
            for target in self._targets_of(drop)
            if target["name"] not in restored and not good & self._shown_at(drop, target)
        ]

    def _targets_of(self, drop: str) -> list[Target]:
        """Return the targets where a drop is served; those of one listener ask clients together."""
        trusting = {where_of(one): one for one in reversed(self.targets) if one.get("client_ca") == {"drop": drop}}
        return [one for one in self.targets if drop in one["drops"]] or [*trusting.values()]

    def _shown_at(self, drop: str, target: Target) -> set[str]:
        world = self.simulation.world
        name, load_balancer, port = where_of(target)
        shown = (world.alb if name == "alb" else world.clb).shown(load_balancer, port)
        if shown is None:
            return set()
        if drop == pool.AUTHORITY:
            return {fingerprint_of(shown.client_ca_pem)} if shown.client_ca_pem else set()
        chains = (shown.default,) if target["role"] == "default" else (shown.default, *shown.additional)
        return {fingerprint_of(chain.pem) for chain in chains}

    def check_end(self) -> None:
        """Check what must hold in the end."""
        world = self.simulation.world
        held = [*kept_at_clb(world).values()]
        expect(len(held) == len(set(held)), "a certificate is in CLB twice")
        told = self._told()
        self._check_secrets(told)
        for where, text in told.items():
            expect(not UNCLASSIFIED.search(text), f"an exception without a class is told in {where}")
        self._check_dead_letters()
        self._check_growth()

    def _told(self) -> dict[str, str]:
        """Return all that is told: objects but the drops' files, the functions' logs, messages."""
        told = {key: stored.body.decode("latin-1") for key, stored in self.objects.items() if key[:6] != "certs/"}
        for name, queue in self.simulation.world.mns.queues.items():
            told[name] = "\n".join(message.body for message in queue.messages.values())
        return {**told, "the logs": self.simulation.logs.getvalue()}

    def _check_secrets(self, told: Mapping[str, str]) -> None:
        """No key, and nobody's credentials, is told anywhere, though services may echo what they were sent."""
        identities = self.simulation.world.identities.values()
        credentials = [secret for one in identities for secret in (one.secret, one.token) if secret]
        for where, text in told.items():
            expect(not KEY_MATERIAL.search(text), f"a key is in {where}")
            expect(not any(secret in text for secret in credentials), f"somebody's credentials are in {where}")

    def _check_dead_letters(self) -> None:
        """Only what killed or failed its function again and again is a dead letter: every event here can be read."""
        letters = len(self.simulation.world.mns.queues[DEAD_LETTERS].messages)
        failed = self.simulation.failed_runs
        expect(letters * TRIES <= failed, f"{letters} dead letters after {failed} failed runs")

    def _check_growth(self) -> None:
        """A deployment leaves a bounded number of objects, beside those that faults made it write again."""
        kept = self._count_state()
        deployments = len({key.split("/")[2] for key in self.objects if key.startswith("state/deployments/")})
        snapshots = len(self.user.meanings)
        suffered = sum(self.simulation.faults.hit.values()) + self.simulation.failed_runs
        most = GROWTH * (deployments + snapshots) + GROWTH_OF_A_FAULT * suffered
        expect(kept <= most, f"{kept} objects in state/ for {deployments} deployments of {snapshots} snapshots")

    def heal(self, chance: random.Random, needs: Needs) -> None:
        """Let somebody change a listener by hand: the survey puts it right within an hour and some minutes."""
        places = [where_of(target) for target in self.targets]
        where = chance.choice([one for one in places if needs.service in ("", one[0])])
        self.watch.in_hands.add(where)
        self.simulation.advance(HEALED, lambda: is_at_rest(self.simulation.world, *where[:2]))
        before = look_at_listener(self.simulation.world, *where[:2])
        if needs.stopped or (self.is_ours and chance.random() < STOPPED):
            stop_by_hand(self.simulation.world, *where[:2])
        else:
            change_by_hand(self.simulation.world, *where[:2], chance)
        self.simulation.advance(MINUTE)

        def is_put_right() -> bool:
            return look_at_listener(self.simulation.world, *where[:2]) == before and self.is_settled()

        if not is_put_right():
            self.simulation.leap(LEAP)
        if not self.simulation.advance(HEALED - LEAP, is_put_right):
            raise BrokenInvariantError(f"not put right after {HEALED / MINUTE:.0f} minutes: {self.problems()}")
        self.watch.in_hands.discard(where)

    def look_again(self) -> None:
        """Ask for everything once more: nothing may change, and nobody may go on asking."""
        simulation, world = self.simulation, self.simulation.world
        before, objects = len(world.calls.entries), self._count_state()
        listeners = ["{}.{}.{}".format(*where_of(one)) for one in self.targets]
        for reconcile in [*(f"drop/{drop}" for drop in self.user.final), *(f"listener/{one}" for one in listeners)]:
            body = json.dumps({"version": 1, "reconcile": reconcile, "hops": 0, "correlation_id": "again"})
            for name in QUEUES:
                world.mns.queues[name].send(body)
        simulation.advance(2 * MINUTE)
        simulation.advance(2 * MINUTE, self.is_settled)
        calls = world.calls.mutating("alb", "clb", "cas", since=before)
        changes = [call.action for call in calls if not call.action.startswith("Delete")]
        expect(not changes, f"looked at again, a finished deployment made {changes}")
        lost = 2 * sum(key.startswith("state/open/") for key in self.objects)
        expect(self._count_state() <= objects + lost, "looked at again, state/ grew")
        expect(not self.problems(), f"looked at again, {self.problems()}")

    def _count_state(self) -> int:
        """Count what deployments left; the survey and the cleaning go on by themselves."""
        kept = ("state/drops/", "state/open/", "state/deployments/", "state/listeners/")
        return sum(key.startswith(kept) for key in self.objects)
