"""The one decision: what a listener needs next, and which of its open work has ended or stalls. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from certdrop.deployment.client_ca import TAKEN as CLIENT_CA_TAKEN
from certdrop.deployment.client_ca import Gate, find_gate, find_required, find_served, is_authority, settle_client_ca
from certdrop.deployment.extensions import settle_extensions
from certdrop.deployment.ledger import FAILURES_TO_STALL, Ledger, count_no_effect, read_ledger
from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Decision, LastOperation, StallOf, Step, StepKind
from certdrop.deployment.restoring import find_restore
from certdrop.deployment.slots import (
    Settled,
    find_predecessors,
    settle_additional,
    settle_default,
)
from certdrop.deployment.work import End, SeenWork, end_of, find_taking_part
from certdrop.errors import Fate

ASSOCIATE_AT_ONCE = 15  # ALB AssociateAdditionalCertificatesWithListener, certificates a call
DISSOCIATE_AT_ONCE = 10
DOUBT_AFTER = timedelta(minutes=10)
IMPORT_TAKES = timedelta(minutes=3)
UNPROVEN = "unproven"
DISPROVED = ("another-certificate-served", "clients-not-asked")


def decide(works: Sequence[SeenWork], last: LastOperation | None, seen: Observation, now: datetime) -> Decision:
    """Return the one next step of a listener, with the ends and stalls that show already.

    *works* is all open work of the listener, *last* its newest operation (with an end), *seen* what was observed
    after reading both. Stalled work that is not yet due takes no part.
    """
    authorities = [work for work in works if is_authority(work)]
    deciding = _Deciding(read_ledger(last, seen.job), seen, now, authorities)
    concerned = find_taking_part(works, now)
    healed = [work for work in find_served(authorities, seen) if concerned and work not in concerned]
    taking = deciding.settle_failures([*concerned, *healed])
    step = deciding.choose(taking) if taking else Step(StepKind.STALL if works else StepKind.DONE)
    step = deciding.weigh(step)
    return Decision(
        step=step,
        ends=tuple(deciding.ends),
        stalls=tuple(deciding.stalls),
        doubts=tuple(deciding.doubts),
        failures=deciding.ledger.failures,
        waiting_since=deciding.ledger.waiting_since,
        unstarted=deciding.ledger.unstarted,
        unproved=deciding.unproved,
    )


class _Deciding:
    """One decision in the making."""

    def __init__(self, ledger: Ledger, seen: Observation, now: datetime, authorities: Sequence[SeenWork]) -> None:
        self.ledger = ledger
        self.seen = seen
        self.now = now
        self.authorities = authorities
        self.ends: list[End] = []
        self.stalls: list[StallOf] = []
        self.doubts: list[SeenWork] = []
        self.unproved: tuple[SeenWork, ...] = ()

    def settle_failures(self, works: Sequence[SeenWork]) -> list[SeenWork]:
        """End what the cloud refused and stall what failed for the third time; return the rest."""
        rest = []
        failed = self.ledger.failed
        for work in works:
            count = self.ledger.failures.get(work.deployment, 0)
            concerned = self.ledger.concerns(work)
            if failed and concerned and failed.fate is Fate.REFUSE and len(self.ledger.concerned) == 1:
                self.ends.append(end_of(work, "refused", failed.code, failed.message, failed.remedy))
            elif failed and concerned and count >= FAILURES_TO_STALL and not self.ledger.stalled_since(work):
                self.stalls.append(StallOf(work, failed.code, failed.message, failed.remedy, failed.request_id))
            else:
                rest.append(work)
        return rest

    def choose(self, works: Sequence[SeenWork]) -> Step:
        """Choose the step: what mends first, then the default slot, additional certificates, imports, proof."""
        listener = self.seen.listener
        if self.ledger.processing:
            return self._wait(works, "the last operation's job is running")
        if listener and listener.status == "busy":
            return self._wait(works, "the listener is being configured")
        if listener and not listener.https:
            return self._stall(works, "listener-not-https", "the port's listener does not speak HTTPS or QUIC")
        marked = [work for work in works if work.disproved]
        restore = find_restore(marked, self.seen)
        if restore:
            return restore
        self.ends += [
            end_of(work, "disproved", DISPROVED[is_authority(work)], f"the handshake showed {work.disproved.shown}")
            for work in marked
            if work.disproved
        ]
        return self._choose_for_slots([work for work in works if not work.disproved])

    def _choose_for_slots(self, works: Sequence[SeenWork]) -> Step:
        default = settle_default([work for work in works if work.work.place.slot == "default"], self.seen)
        additional = self._settle_additional([work for work in works if work.work.place.slot == "additional"])
        authority = settle_client_ca([work for work in works if is_authority(work)], self.seen)
        for settled in (authority, default, additional):
            self.ends += settled.ends
            self.stalls += settled.stalls
        if self.seen.listener is None and default.needing and not any(one.work.creates for one in default.needing):
            self._stall(default.needing, "listener-missing", "no listener at this port, and the target says not how")
            default.needing.clear()
        needing = [*authority.needing, *default.needing, *additional.needing]
        gate = find_gate(find_required(works), self.authorities, self.seen)
        held = [] if gate.is_open else [*default.hand_over(), *additional.hand_over()]
        satisfied = [*default.satisfied, *additional.satisfied]
        steps = (
            self._client_ca_step(authority, held, gate),
            self._start_step(default.satisfied or default.needing),
            self._default_step(default, gate),
            self._additional_step(additional),
            self._dissociate_step(satisfied, works),
        )
        chosen = next((step for step in steps if step), None)
        if chosen:
            return chosen
        proof = self._verify_step([*satisfied, *authority.satisfied])
        self.unproved = proof.works if proof else ()
        chosen = self._import_step(needing) or proof
        if chosen:
            return chosen
        waiting = [*additional.needing, *authority.needing, *self._hold(held, gate)]
        reason = gate.reason if held else "the listener is not there yet"
        return self._wait(waiting, reason) if waiting else Step(self._idle(works))

    def _hold(self, held: Sequence[SeenWork], gate: Gate) -> list[SeenWork]:
        """Stall what will not get its client CA by waiting; return the rest."""
        is_taken = gate.code == CLIENT_CA_TAKEN
        tired = [work for work in held if is_taken or self.ledger.has_waited_long(work, self.now)]
        self._stall(tired, gate.code, gate.reason, gate.remedy)
        return [work for work in held if work not in tired]

    def _idle(self, works: Sequence[SeenWork]) -> StepKind:
        stalled = {stall.work for stall in self.stalls}
        return StepKind.STALL if any(work in stalled for work in works) else StepKind.DONE

    def _settle_additional(self, works: Sequence[SeenWork]) -> Settled:
        listener = self.seen.listener
        if listener is None:
            return Settled(needing=list(works))
        service = works[0].work.place.service if works else "alb"
        return (settle_additional if service == "alb" else settle_extensions)(works, self.seen, listener)

    def _imported(self, works: Iterable[SeenWork]) -> list[SeenWork]:
        return [work for work in works if work.facts.fingerprint in self.seen.certificates]

    def _certificates(self, works: Iterable[SeenWork]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.seen.certificates[work.facts.fingerprint] for work in works))

    def _client_ca_step(self, settled: Settled, held: Sequence[SeenWork], gate: Gate) -> Step | None:
        if self.seen.listener is None:
            return None
        ready = self._imported(settled.needing)
        if ready:
            return Step(StepKind.SET_CLIENT_CA, tuple(ready), self._certificates(ready))
        return Step(StepKind.SET_CLIENT_CA, tuple(held), (gate.authority,)) if held and gate.authority else None

    def _default_step(self, settled: Settled, gate: Gate) -> Step | None:
        works = self._imported(settled.needing)
        if not works:
            return None
        if self.seen.listener is None:
            certificates = self._certificates(works)
            return Step(StepKind.CREATE_LISTENER, tuple(works), certificates, client_ca=gate.authority)
        return Step(StepKind.REPLACE_DEFAULT, tuple(works), self._certificates(works))

    def _start_step(self, works: Sequence[SeenWork]) -> Step | None:
        listener = self.seen.listener
        if works and listener and listener.status == "stopped" and listener.ours and self.ledger.unstarted:
            return Step(StepKind.START_LISTENER, tuple(works))
        return None

    def _additional_step(self, settled: Settled) -> Step | None:
        listener = self.seen.listener
        ready = self._imported(settled.needing)
        if listener is None or not ready:
            return None
        if settled.extensions:
            return self._extension_step(settled, ready)
        under_way = {one.certificate_id for one in listener.additional if one.status != "associated"}
        missing = [work for work in ready if self.seen.certificates[work.facts.fingerprint] not in under_way]
        if not missing:
            return self._wait(ready, "certificates are being associated")
        fresh = [work for work in missing if not self.ledger.failures.get(work.deployment)]
        alone = [work for work in missing if work.deployment == missing[0].deployment]
        batch = [work for work in fresh if work.deployment in _first_deployments(fresh)] or alone
        return Step(StepKind.ASSOCIATE, tuple(batch), self._certificates(batch))

    def _extension_step(self, settled: Settled, ready: Sequence[SeenWork]) -> Step:
        work, domain, extension = next(one for one in settled.extensions if one[0] in ready)
        found = extension.extension_id if extension else ""
        return Step(StepKind.SET_EXTENSION, (work,), self._certificates([work]), "", domain, found)

    def _dissociate_step(self, satisfied: Sequence[SeenWork], works: Sequence[SeenWork]) -> Step | None:
        listener = self.seen.listener
        if listener is None:
            return None
        wanted = frozenset(self._certificates(self._imported(works)))
        successors: dict[str, SeenWork] = {}
        for work, shown in find_predecessors(satisfied, listener, wanted):
            successors.setdefault(shown.certificate_id, work)
        certificates = tuple(successors)[:DISSOCIATE_AT_ONCE]
        works = [successors[certificate] for certificate in certificates]
        return Step(StepKind.DISSOCIATE, tuple(dict.fromkeys(works)), certificates) if works else None

    def _import_step(self, needing: Sequence[SeenWork]) -> Step | None:
        lacking = [work for work in needing if work.facts.fingerprint not in self.seen.certificates]
        ready = [work for work in lacking if is_authority(work) or work.facts.fingerprint in self.seen.in_cas]
        if ready:
            same = [work for work in ready if work.deployment == ready[0].deployment]
            return Step(StepKind.IMPORT_TO_CLB, tuple(same))
        tired = [work for work in lacking if self.ledger.has_waited_long(work, self.now) and not self._is_asked(work)]
        remedy = "see the drop's report; when the key was removed from the bucket, drop the certificate again"
        self._stall(tired, "not-imported", "the certificate did not get into CAS for 15 minutes", remedy)
        waiting = [work for work in lacking if work not in tired]
        return Step(StepKind.IMPORT, tuple(waiting), reason="not in CAS yet") if waiting else None

    def _is_asked(self, work: SeenWork) -> bool:
        """Tell whether stalled work became due just now: its import is asked for again, and takes a moment."""
        return work.stalled is not None and self.now - work.stalled.due <= IMPORT_TAKES

    def _verify_step(self, satisfied: Sequence[SeenWork]) -> Step | None:
        unproved = []
        ended = self.ledger.last.ended if self.ledger.last else None
        for work in satisfied:
            handshake = self.seen.handshakes.get(work.deployment)
            if handshake and handshake.answer == "ours":
                self.ends.append(end_of(work, "served"))
            elif handshake and handshake.answer == "not reached":
                self.ends.append(end_of(work, "served", UNPROVEN, handshake.detail))
            elif handshake and self.now - max(work.opened, ended or work.opened) > DOUBT_AFTER:
                self.doubts.append(work)
            else:
                unproved.append(work)
        return Step(StepKind.VERIFY, tuple(unproved)) if unproved else None

    def _wait(self, works: Sequence[SeenWork], reason: str) -> Step:
        tired = [work for work in works if self.ledger.has_waited_long(work, self.now)]
        self._stall(tired, "waited-too-long", f"waited for 15 minutes: {reason}")
        waiting = tuple(work for work in works if work not in tired)
        return Step(StepKind.WAIT, waiting, reason=reason) if waiting else Step(StepKind.STALL)

    def _stall(self, works: Iterable[SeenWork], code: str, message: str, remedy: str = "") -> Step:
        self.stalls += [StallOf(work, code, message, remedy) for work in works]
        return Step(StepKind.STALL)

    def weigh(self, step: Step) -> Step:
        """Stall instead of repeating without end: a step without effect, or one that has waited for 15 minutes."""
        if self.ledger.repeats(step):
            self.ledger = count_no_effect(self.ledger, step)
            failing = [w for w in step.works if self.ledger.failures.get(w.deployment, 0) >= FAILURES_TO_STALL]
        elif self.ledger.waiting_since and set(step.deployments) & self.ledger.concerned:
            failing = [work for work in step.works if self.ledger.has_waited_long(work, self.now)]
        else:
            return step
        failing = [work for work in failing if not self.ledger.stalled_since(work)]
        if not failing:
            return step
        end = self.ledger.failed or (self.ledger.last.end if self.ledger.last else None)
        code, message = (end.code, end.message) if end else ("waited-too-long", "")
        self._stall(failing, code, message, end.remedy if end else "")
        return Step(StepKind.STALL)


def _first_deployments(works: Sequence[SeenWork]) -> frozenset[str]:
    return frozenset(list(dict.fromkeys(work.deployment for work in works))[:ASSOCIATE_AT_ONCE])
