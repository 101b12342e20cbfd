"""Look at the cloud once: the listener, its certificates, the wanted bundles, the last operation's job."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from certdrop.deployment.observations import Job, Observation
from certdrop.deployment.operations import LastOperation
from certdrop.deployment.places import Listener
from certdrop.deployment.work import SeenWork
from certdrop.reconcile.finding import find_in_cas
from certdrop.reconcile.house import House
from certdrop.reconcile.observing_alb import ReadListener, describe_alb, find_client_ca, read_alb
from certdrop.reconcile.observing_clb import observe_clb


def observe(
    house: House,
    listener: Listener,
    works: Sequence[SeenWork],
    last: LastOperation | None,
    retired: Collection[str] = (),
) -> Observation:
    """Observe *listener* as far as *works* need it; *works* is not empty. *retired* certificates are not found.

    The last operation's job comes first, so that what it did shows; while it runs, everything waits, whatever there is
    to see.
    """
    region = works[0].work.region
    job = _find_job(house, region, last)
    if job and job.status == "processing":
        return Observation(listener=None, job=job, limits=house.settings.limits)
    seen = observe_in(house, region, listener, works, retired)
    return replace(seen, job=job, retired=frozenset(retired))


def observe_in(
    house: House, region: str, listener: Listener, works: Sequence[SeenWork], retired: Collection[str] = ()
) -> Observation:
    """Observe *listener* in *region*, whether anything is wanted there or not; its last job is not asked for."""
    if listener.service == "clb":
        return observe_clb(house, house.cloud.clb(region), listener, works, retired)
    alb = house.cloud.alb(region)
    read = read_alb(alb, listener)  # before CAS: of what a listener shows, CAS then says what it is
    bundles = {work.facts.fingerprint: work.facts for work in works}
    found = find_in_cas(house, bundles.values(), retired, _find_shown(read, works) if read else {})
    certificates = {fingerprint: entry.cert_identifier for fingerprint, entry in found.items()}
    wanted = {identifier: bundles[fingerprint] for fingerprint, identifier in certificates.items()}
    shown = describe_alb(house, read, wanted) if read else None
    if shown and any(work.work.client_ca for work in works):
        shown = replace(shown, client_ca=find_client_ca(alb, shown.listener_id))
    return Observation(
        listener=shown,
        certificates=certificates,
        in_cas=frozenset(found),
        limits=house.settings.limits,
    )


def _find_shown(read: ReadListener, works: Sequence[SeenWork]) -> Mapping[str, Collection[str]]:
    """Return, by the fingerprint of a wanted bundle, the ids that the listener shows in every slot that it is for."""
    shown: dict[str, set[str]] = {}
    for work in works:
        ids = read.settled_in(work.work.place.slot)
        shown[work.facts.fingerprint] = ids & shown.get(work.facts.fingerprint, ids)
    return shown


def _find_job(house: House, region: str, last: LastOperation | None) -> Job | None:
    """Return the last operation's job; one that is over stays as it is, and is asked for once in an instance's life."""
    if last is None or last.end is None or last.end.code or not last.end.job_id:
        return None
    known = house.memory.jobs
    if last.end.job_id not in known:
        job = _ask_for_job(house, region, last.end.job_id)
        if job is None or job.status == "processing":
            return job
        known[last.end.job_id] = job
    return known[last.end.job_id]


def _ask_for_job(house: House, region: str, job_id: str) -> Job | None:
    for job in house.cloud.alb(region).list_asyn_jobs([job_id]):
        if job.id == job_id:
            status = job.status.lower()
            if status == "failed":
                return Job("failed", job.error_code, job.error_message)
            return Job("processing" if status == "processing" else "succeeded")
    return None
