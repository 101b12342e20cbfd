"""Look at the cloud once: the listener, its certificates, the wanted bundles, the last operation's job."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from certdrop.deployment.observations import Job, Observation
from certdrop.deployment.operations import LastOperation
from certdrop.deployment.places import Listener
from certdrop.deployment.work import SeenWork
from certdrop.reconcile.finding import find_in_cas
from certdrop.reconcile.house import House
from certdrop.reconcile.observing_alb import describe_alb, find_client_ca, read_alb
from certdrop.reconcile.observing_clb import observe_clb


def observe(
    house: House,
    listener: Listener,
    works: Sequence[SeenWork],
    last: LastOperation | None,
    retired: Collection[str] = (),
) -> Observation:
    """Observe *listener* as far as *works* need it; *works* is not empty. *retired* certificates are not found."""
    region = works[0].work.region
    return replace(observe_in(house, region, listener, works, retired), job=_find_job(house, region, last))


def observe_in(
    house: House, region: str, listener: Listener, works: Sequence[SeenWork], retired: Collection[str] = ()
) -> Observation:
    """Observe *listener* in *region*, whether anything is wanted there or not; its last job is not asked for."""
    if listener.service == "clb":
        return observe_clb(house, house.cloud.clb(region), listener, works, retired)
    alb = house.cloud.alb(region)
    read = read_alb(alb, listener)  # before CAS: of what a listener shows, CAS then says what it is
    bundles = {work.facts.fingerprint: work.facts for work in works}
    found = find_in_cas(house, bundles.values(), retired)
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


def _find_job(house: House, region: str, last: LastOperation | None) -> Job | None:
    if last is None or last.end is None or last.end.code or not last.end.job_id:
        return None
    for job in house.cloud.alb(region).list_asyn_jobs([last.end.job_id]):
        if job.id == last.end.job_id:
            status = job.status.lower()
            if status == "failed":
                return Job("failed", job.error_code, job.error_message)
            return Job("processing" if status == "processing" else "succeeded")
    return None
