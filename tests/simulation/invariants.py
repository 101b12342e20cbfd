"""What must never be, looked at after every call and after every change of a listener."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from certdrop.state import keys
from fakecloud.world import World
from tests.flows.pipeline import BUCKET
from tests.simulation import pool
from tests.simulation.breaking import expect
from tests.simulation.fingerprints import fingerprint_of, kept_at_clb
from tests.simulation.operation_log import OperationWatch
from tests.simulation.pool import Kind, Made
from tests.simulation.removals import RemovalWatch
from tests.simulation.roles import check_roles
from tests.simulation.wire import Sent

QUEUES = ("certdrop-drops", "certdrop-listeners", "certdrop-associations")
OPERATION = re.compile(rf"/{BUCKET}/state/listeners/([^/]+)/(\d{{10}})(\.end)?\.json")
VERDICT = re.compile(rf"/{BUCKET}/state/drops/([^/]+)/([0-9a-f]{{64}})\.\d{{10}}\.json")
CREATED_ONCE = re.compile(rf"/{BUCKET}/state/(listeners|deployments|drops|config|bundles)/.*")
Where = tuple[str, str, int]  # a listener: service, load balancer, port
LARGEST = 9_999_999_999
MOST_REQUESTS = 60
DEATHS_OF_POISON = 3
LATE = timedelta(minutes=1)  # so long ago an end was written that whoever called it a death may not have seen
KEY_MATERIAL = re.compile("|".join(re.escape(secret.decode("latin-1")) for secret in pool.secrets()))


@dataclass
class Watch:
    """The safety invariants of one World."""

    world: World
    bundles: dict[str, Made]  # by fingerprint: all that the user may ever drop
    meanings: Mapping[tuple[str, str], Made | None]  # (drop, snapshot) -> its bundle, None for what is none
    keyless: Mapping[tuple[str, str], Made]  # (drop, snapshot) -> the bundle of which only the key is missing
    foreign: Callable[[], object]
    asking: Collection[Where] = ()  # listeners whose clients must show a certificate
    former: Mapping[tuple[Where, str], Where] = field(default_factory=dict)  # later stage and drop -> stage before
    written: dict[str, str] = field(default_factory=dict)  # key that is created once -> its ETag
    shown: dict[tuple[object, ...], list[str]] = field(default_factory=dict)  # slot -> fingerprints, in order
    covered: dict[Where, set[tuple[Kind, str]]] = field(default_factory=dict)
    served: dict[Where, set[str]] = field(default_factory=dict)  # listener -> fingerprints that it ever served
    most_requests: int = 0
    stalls: int = 0
    in_hands: set[Where] = field(default_factory=set)  # listeners that somebody changes by hand
    log: OperationWatch = field(init=False)
    removals: RemovalWatch = field(init=False)
    _foreign_before: object = None
    _held_before: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Watch the operation logs of the World, and what is deleted in it."""
        self.log, self.removals = OperationWatch(self.world), RemovalWatch(self.world)

    @property
    def dropped(self) -> set[str]:
        """The fingerprints of all valid bundles that were dropped so far."""
        return {made.fingerprint for made in self.meanings.values() if made}

    def begin(self) -> None:
        """Remember what is not certdrop's, and watch the listeners."""
        check_roles(self.world.policies)
        self._foreign_before = self.foreign()
        self._held_before = {one.chain.leaf.sha256 for one in self.world.cas.certificates.values()}
        self.world.alb.on_change.append(self.look_at_alb)
        self.world.clb.on_change.append(self.look_at_clb)
        self.look_at_alb()
        self.look_at_clb()
        self.removals.look("the beginning")

    def after_call(self, sent: Sent) -> None:
        """Check what a call may have broken."""
        self._keep_keys_secret(sent)
        service = sent.action[:3]
        if sent.logged and sent.logged.mutating and service in ("alb", "clb") and " Delete" not in sent.action:
            self.log.require_operation(sent)
        if sent.logged is None or sent.logged.code:
            return
        if service == "oss" and sent.request.method != "GET":
            self._look_at_write(sent)
        elif sent.logged.mutating and service in ("alb", "clb", "cas"):
            self._look_at_mutation(sent, service)
        elif service == "mns":
            self._count_requests()

    def _look_at_write(self, sent: Sent) -> None:
        path = sent.seen.path
        if sent.request.method == "PUT" and ".stalled-" in path:
            self.stalls += 1
        if not CREATED_ONCE.fullmatch(path) or sent.request.method == "HEAD":
            return
        stored = self.world.oss.buckets[BUCKET].objects.get(path.split("/", 2)[2])
        etag = stored.etag if stored else ""
        expect(self.written.setdefault(path, etag) == etag, f"{path} was overwritten or deleted")
        judged = VERDICT.fullmatch(path)
        if judged:
            self._look_at_verdict(json.loads(sent.request.body), judged[1], judged[2])
        found = OPERATION.fullmatch(path)
        if found:
            self.log.look_at(sent, found[1], LARGEST - int(found[2]), is_end=bool(found[3]))

    def _look_at_verdict(self, verdict: Mapping[str, Any], drop: str, snapshot: str) -> None:
        """A verdict is about exactly the files of its snapshot; one that lacks the key of what is served stands."""
        meant = self.meanings[drop, snapshot]
        codes = [finding["code"] for finding in verdict["findings"]]
        if verdict["verdict"] == "accepted":
            known = meant or self.keyless.get((drop, snapshot))
            right = known is not None and known.fingerprint == verdict["fingerprint"]
        else:
            right = meant is None if codes != ["poison"] else self._count_deaths(drop, snapshot) >= DEATHS_OF_POISON
        expect(right, f"{verdict['drop']} {verdict['snapshot'][:12]} was judged as {verdict['verdict']} {codes}")

    def _count_deaths(self, drop: str, snapshot: str) -> int:
        """Return how many attempts at a snapshot began and did not end."""
        objects, prefix = self.world.oss.buckets[BUCKET].objects, keys.attempts(drop, snapshot)
        recently = self.world.clock.now() - LATE
        ended = {key for key, one in objects.items() if key.endswith(".end.json") and one.last_modified < recently}
        begun = [key for key in objects if key.startswith(prefix) and not key.endswith(".end.json")]
        return sum(key.replace(".json", ".end.json") not in ended for key in begun)

    def _look_at_mutation(self, sent: Sent, service: str) -> None:
        self.removals.look(sent.action)
        if service == "cas":
            held = [one.chain.leaf.sha256 for one in self.world.cas.certificates.values()]
            expect(len(held) == len(set(held)), "a certificate is in CAS twice")
            unknown = set(held) - self.dropped - self._held_before
            expect(not unknown, f"CAS holds what was never a valid drop: {sorted(unknown)}")
        expect(self.foreign() == self._foreign_before, f"{sent.action} touched what is not certdrop's")

    def _count_requests(self) -> None:
        alive = sum(len(self.world.mns.queues[name].messages) for name in QUEUES)
        self.most_requests = max(self.most_requests, alive)
        expect(alive <= MOST_REQUESTS, f"{alive} requests are alive")

    def _keep_keys_secret(self, sent: Sent) -> None:
        request = sent.request
        shown = [request.target, *request.headers.values()]
        if sent.action != "cas UploadUserCertificate":
            shown.append(request.body.decode("latin-1"))
        expect(not KEY_MATERIAL.search("\n".join(shown)), f"{sent.action} carries a key")

    # what listeners show

    def look_at_alb(self) -> None:
        """Check the listeners of ALB."""
        ports: list[tuple[str, int]] = []
        for listener in self.world.alb.listeners.values():
            where = ("alb", listener.load_balancer.id, listener.port)
            ports.append(where[1:])
            default = listener.settings.default
            associated = [one for one in listener.additional.values() if one.status != "Associating"]
            shown = [default.chain.pem] if default else []
            shown += [one.certificate.chain.pem for one in associated]
            fingerprints = [fingerprint_of(pem) for pem in shown]
            expect(len(fingerprints) == len(set(fingerprints)), f"{where} shows a certificate twice")
            self._follow(where, "default", fingerprints[:1])
            self._follow(where, "additional", fingerprints[1:])
            authority = listener.settings.client_ca
            self._look_at_clients(where, fingerprints, fingerprint_of(authority.pem) if authority else "")
            if listener.serves:
                self._cover(where, fingerprints)
        expect(len(ports) == len(set(ports)), f"two listeners at one port: {ports}")

    def look_at_clb(self) -> None:
        """Check the listeners of CLB."""
        kept = kept_at_clb(self.world)
        for listener in self.world.clb.listeners.by_address.values():
            where = ("clb", listener.load_balancer_id, listener.port)
            default = [kept[listener.settings["ServerCertificateId"]]]
            self._follow(where, "default", default)
            by_domain: dict[str, Any] = {}
            for one in listener.extensions.values():
                expect(one.domain not in by_domain, f"{where} has two extensions of {one.domain}")
                by_domain[one.domain] = kept[one.server_certificate_id]
                self._follow(where, one.domain, [by_domain[one.domain]])
            fingerprints = [*default, *by_domain.values()]
            self._look_at_clients(where, fingerprints, kept.get(listener.settings.get("CACertificateId", ""), ""))
            if listener.is_up:
                self._cover(where, fingerprints)

    def _look_at_clients(self, where: Where, fingerprints: list[str], authority: str) -> None:
        """Where clients must be asked, no dropped bundle is there without; no CA comes after what succeeds it."""
        if authority:
            self._follow(where, "client_ca", [authority])
        is_free = where not in self.asking or where in self.in_hands
        expect(bool(authority) or is_free or self.dropped.isdisjoint(fingerprints), f"{where} asks no clients")

    def _follow(self, where: Where, slot: str, fingerprints: list[str]) -> None:
        """Nothing comes after what succeeds it, but by a restore."""
        if where in self.in_hands:
            self.shown.pop((*where, slot), None)
            return
        history = self.shown.setdefault((*where, slot), [])
        for fingerprint in fingerprints:
            if fingerprint in history[-1:] or (slot == "additional" and fingerprint in history):
                continue
            made = self.bundles.get(fingerprint)
            newer = [one for one in history if made and one in self.bundles and self.bundles[one].succeeds(made)]
            expect(not newer or self._is_restored(where), f"{where} {slot}: an older bundle after a newer")
            history[:] = [one for one in history if one not in newer]  # what was disproved counts no more
            history.append(fingerprint)

    def _is_restored(self, where: Where) -> bool:
        """Say whether the newest operation of a listener undoes what a handshake disproved."""
        operation = self.log.operations.get("{}.{}.{}".format(*where))
        return operation is not None and operation["step"] in ("Restore", "Withdraw")

    def _cover(self, where: Where, fingerprints: list[str]) -> None:
        """A listener never serves fewer names, with either kind of key, than it did, but by a restore.

        Nor does one of a later stage serve a bundle that the stage before never served.
        """
        served = self.served.setdefault(where, set())
        served.update(fingerprints)
        for one in served & self.dropped if self.former else ():
            former = self.former.get((where, self.bundles[one].line))
            expect(former is None or one in self.served.get(former, ()), f"{where} serves {one} before {former}")
        now = {(made.kind, name) for one in fingerprints if (made := self.bundles.get(one)) for name in made.names}
        before = self.covered.get(where, set())
        is_free = where in self.in_hands or self._is_restored(where)
        expect(before <= now or is_free, f"{where} no longer serves {sorted(before - now)}")
        self.covered[where] = now
