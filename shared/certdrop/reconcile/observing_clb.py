"""What a CLB listener shows, and which of the wanted bundles CLB and CAS hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.clb import Clb
from certdrop.cloud.clb_answers import ListenerAttribute, ServerCertificate
from certdrop.deployment.observations import (
    Extension,
    ListenerStatus,
    Observation,
    SeenListener,
    ServedFacts,
    ShownCertificate,
)
from certdrop.deployment.places import Listener
from certdrop.deployment.work import SeenWork
from certdrop.reconcile.authorities import describe_authority
from certdrop.reconcile.finding import find_ca_in_clb, find_in_cas, find_in_clb
from certdrop.reconcile.house import House
from certdrop.reconcile.scenes import TAG
from certdrop.reconcile.served import OURS, describe_wanted, facts_of_name, served_facts

_STATUSES: Mapping[str, ListenerStatus] = {"running": "running", "stopped": "stopped"}


def observe_clb(
    house: House, clb: Clb, listener: Listener, works: Sequence[SeenWork], retired: Collection[str] = ()
) -> Observation:
    """Observe a port of a CLB instance as far as *works* need it."""
    servers = {work.facts.fingerprint: work.facts for work in works if work.facts.kind == "server"}
    authorities = {work.facts.fingerprint: work.facts for work in works if work.facts.kind == "ca"}
    read, address = _read(clb, listener)  # before the certificates: what a listener shows is then among them
    certificates = clb.describe_server_certificates()
    found = {fingerprint: find_in_clb(certificates, facts, retired) for fingerprint, facts in servers.items()}
    present = {fingerprint: one.server_certificate_id for fingerprint, one in found.items() if one}
    lacking = [facts for fingerprint, facts in servers.items() if fingerprint not in present]
    wanted = {identifier: servers[fingerprint] for fingerprint, identifier in present.items()}
    shown = replace(_describe_listener(house, read, certificates, wanted), address=address) if read else None
    if authorities or any(work.work.client_ca for work in works):
        kept = clb.describe_ca_certificates()
        known = {fingerprint: find_ca_in_clb(kept, facts, retired) for fingerprint, facts in authorities.items()}
        present |= {fingerprint: one.ca_certificate_id for fingerprint, one in known.items() if one}
        if shown and shown.client_ca:
            authority = describe_authority(house, listener, shown.client_ca, kept, authorities.values())
            shown = replace(shown, authority=authority)
    return Observation(
        listener=shown,
        certificates=present,
        in_cas=frozenset(find_in_cas(house, lacking, retired)),
        limits=house.settings.limits,
    )


def _read(clb: Clb, listener: Listener) -> tuple[ListenerAttribute | SeenListener | None, str]:
    """Read what CLB says of a port, and the address: a listener without HTTPS is described at once."""
    balancer = clb.describe_load_balancer_attribute(listener.load_balancer)
    if listener.port not in balancer.protocols:
        return None, ""
    if "https" not in balancer.protocols[listener.port]:
        return SeenListener("", "running", https=False), ""
    shown = clb.describe_load_balancer_https_listener_attribute(listener.load_balancer, listener.port)
    return shown, balancer.address


def _describe_listener(
    house: House,
    read: ListenerAttribute | SeenListener,
    certificates: Sequence[ServerCertificate],
    wanted: Mapping[str, BundleFacts],
) -> SeenListener:
    if isinstance(read, SeenListener):
        return read
    served = {read.server_certificate_id, *(one.server_certificate_id for one in read.domain_extensions)}
    known = [one for one in certificates if one.server_certificate_id in served]
    return _seen(read, {one.server_certificate_id: _describe(house, one, wanted) for one in known})


def _seen(shown: ListenerAttribute, known: Mapping[str, ShownCertificate]) -> SeenListener:
    def certificate(identifier: str) -> ShownCertificate:
        return known.get(identifier, ShownCertificate(identifier))

    return SeenListener(
        listener_id="",
        status=_STATUSES.get(shown.status.lower(), "busy"),
        ours=any((tag.tag_key, tag.tag_value) == TAG for tag in shown.tags),
        default=certificate(shown.server_certificate_id) if shown.server_certificate_id else None,
        extensions=tuple(
            Extension(one.domain_extension_id, one.domain, certificate(one.server_certificate_id))
            for one in shown.domain_extensions
        ),
        client_ca=shown.ca_certificate_id,
        settings=shown.model_dump(mode="json", by_alias=True),
    )


def _describe(house: House, one: ServerCertificate, wanted: Mapping[str, BundleFacts]) -> ShownCertificate:
    if one.server_certificate_id in wanted:
        return describe_wanted(one.server_certificate_id, wanted[one.server_certificate_id])
    name = one.ali_cloud_certificate_name or one.server_certificate_name
    label = one.server_certificate_name or one.server_certificate_id
    ours = name.startswith(OURS)
    bundle = facts_of_name(house, name, one.fingerprint) if ours else None
    facts = served_facts(bundle) if bundle else _facts_of(one)
    return ShownCertificate(one.server_certificate_id, facts=facts, ours=ours, label=label)


def _facts_of(one: ServerCertificate) -> ServedFacts | None:
    """Return what CLB tells: it never tells the start of validity; without names or an end nothing is known."""
    names = tuple(one.subject_alternative_names) or ((one.common_name,) if one.common_name else ())
    if not names or one.not_after is None:
        return None
    has_all_names = bool(one.subject_alternative_names)
    return ServedFacts(one.fingerprint, names, "rsa", None, one.not_after, has_all_names=has_all_names)
