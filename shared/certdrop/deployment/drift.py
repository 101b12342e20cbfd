"""What somebody changed by hand: how a listener differs from what certdrop left there. Pure.

The slots are settled by the same rules as open work that heals, so what is told here is what such work would put right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from certdrop.deployment.client_ca import find_gate, find_required, is_authority, settle_client_ca
from certdrop.deployment.extensions import settle_extensions
from certdrop.deployment.guards import displaces
from certdrop.deployment.observations import Observation, SeenListener
from certdrop.deployment.slots import Settled, settle_additional, settle_default, shows
from certdrop.deployment.work import SeenWork

LISTENER_MISSING = "drift-listener-missing"
LISTENER_STOPPED = "drift-listener-stopped"
LISTENER_SETTINGS = "drift-listener-settings"
LISTENER_STUCK = "drift-listener-stuck"
CERTIFICATE_MISSING = "drift-certificate-missing"
CERTIFICATE_REPLACED = "drift-certificate-replaced"
CLIENT_CA = "drift-client-ca"


@dataclass(frozen=True)
class Difference:
    """One thing that differs; *work* is the deployment that it harms, None when it is the listener's own."""

    event: str
    message: str
    work: SeenWork | None = None


def find_outgrown(works: Sequence[SeenWork]) -> list[SeenWork]:
    """Return the additional certificates that another of *works* succeeded since: they need not be served any more."""
    additional = [work for work in works if work.work.place.slot == "additional"]
    return [
        work
        for work in additional
        if any(displaces(other.facts, work.facts, other.work.allow, is_shared=True) for other in additional)
    ]


def find_differences(works: Sequence[SeenWork], seen: Observation, now: datetime) -> list[Difference]:
    """Compare a listener with the works that were proved to be served there, each as if it was to heal.

    A listener that is being configured is not compared: it says nothing yet.
    """
    listener = seen.listener
    if not works or (listener and listener.status == "busy"):
        return []
    if listener is None:
        return [Difference(LISTENER_MISSING, "the listener is not there any more")]
    if not listener.https:
        return [Difference(LISTENER_MISSING, "another listener, which does not speak HTTPS or QUIC, has its port")]
    stopped = [Difference(LISTENER_STOPPED, "the listener is stopped")] if listener.status == "stopped" else []
    found = [*_differ_in_slots(works, seen, listener), *_differ_in_client_ca(works, seen, listener)]
    return [*stopped, *(one for one in found if one.work is None or not _is_over(one.work, now))]


def _is_over(work: SeenWork, now: datetime) -> bool:
    return work.facts.kind == "server" and work.facts.not_after <= now


def _differ_in_slots(works: Sequence[SeenWork], seen: Observation, listener: SeenListener) -> Iterator[Difference]:
    default = [work for work in works if work.work.place.slot == "default"]
    for work in _lacking(default, settle_default(default, seen), seen):
        shown = listener.default
        yield _replaced(work, shown.label or shown.certificate_id) if shown else _missing(work)
    additional = [work for work in works if work.work.place.slot == "additional"]
    if additional and additional[0].work.place.service == "clb":
        yield from _differ_in_extensions(settle_extensions(additional, seen, listener))
    else:
        yield from map(_missing, _lacking(additional, settle_additional(additional, seen, listener), seen))


def _lacking(works: Sequence[SeenWork], settled: Settled, seen: Observation) -> list[SeenWork]:
    """Return the works that are neither shown nor superseded by what is."""
    superseded = {end.deployment for end in settled.ends if end.end == "superseded"}
    superseded |= {work.deployment for work in settled.deferred}
    listener = seen.listener
    served = [*([listener.default] if listener.default else []), *listener.additional] if listener else []
    return [
        work
        for work in works
        if work.deployment not in superseded and not any(shows(one, work, seen) for one in served)
    ]


def _differ_in_extensions(settled: Settled) -> Iterator[Difference]:
    for work, domain, extension in settled.extensions:
        label = extension.certificate.label or extension.certificate.certificate_id if extension else ""
        yield _replaced(work, label, domain) if extension else _missing(work, domain)
    yield from (_missing(stall.work) for stall in settled.stalls)


def _differ_in_client_ca(works: Sequence[SeenWork], seen: Observation, listener: SeenListener) -> Iterator[Difference]:
    for work in settle_client_ca([work for work in works if is_authority(work)], seen).needing:
        yield _of_client_ca(work, listener)
    required = find_required(works)
    if required and required.certificate_id and not find_gate(required, [], seen).is_open:
        yield _of_client_ca(next(work for work in works if work.work.client_ca == required), listener)


def _of_client_ca(work: SeenWork, listener: SeenListener) -> Difference:
    label = listener.authority.label if listener.authority else listener.client_ca
    text = f"clients are checked against {label}" if label else "clients are not asked for a certificate any more"
    return Difference(CLIENT_CA, text, work)


def _missing(work: SeenWork, domain: str = "") -> Difference:
    where = f"of the extension domain {domain} " if domain else ""
    return Difference(CERTIFICATE_MISSING, f"the certificate {where}is not there any more", work)


def _replaced(work: SeenWork, by: str, domain: str = "") -> Difference:
    where = f" of the extension domain {domain}" if domain else ""
    return Difference(CERTIFICATE_REPLACED, f"the certificate{where} was replaced by {by}", work)
