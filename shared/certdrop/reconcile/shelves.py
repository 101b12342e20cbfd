"""The certificates of ours that CAS and CLB keep: those whose name, fingerprint and (at CLB) tag are certdrop's.

What is read of state/ for them is remembered by the instance; when there is no time to read it all, the next minute
goes on.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.cas_models import CasCertificate
from certdrop.cloud.clb_answers import CaCertificate, ServerCertificate
from certdrop.deployment.cleanup import CAS, Kept
from certdrop.deployment.targets import ClbClientCa
from certdrop.deployment.work import OpenWork
from certdrop.errors import CertdropError
from certdrop.reconcile.house import House
from certdrop.reconcile.scenes import TAG
from certdrop.reconcile.served import OURS, facts_of_name
from certdrop.state import keys
from certdrop.state.config import Config
from certdrop.state.drops import read_verdicts

SEEN_BY_CENSUS = frozenset({"alb", "clb", "slb"})
LEAST_SECONDS = 12.0


class OutOfTimeError(CertdropError):
    """There is no time left in this invocation."""


def find_regions(house: House, config: Config) -> list[str]:
    """Return the regions of the targets in force, and those where certdrop left something that is served."""
    known = house.memory.cleaning.regions
    for entry in house.store.list(keys.SERVED):
        if entry.key not in known:
            _require_time(house)
            work = house.store.get(entry, OpenWork)
            if work:
                known[entry.key] = work.region
    return sorted({target.region for target in config.targets.targets} | set(known.values()))


def _require_time(house: House) -> None:
    if house.time_left() < LEAST_SECONDS:
        raise OutOfTimeError


def find_trusted(config: Config) -> list[str]:
    """Return the drops whose client CAs the targets in force name."""
    trusted = [one.client_ca for one in config.targets.targets if isinstance(one.client_ca, ClbClientCa)]
    return sorted({one.drop for one in trusted})


def list_shelves(house: House, regions: Sequence[str], trusted: Sequence[str] = ()) -> list[Kept]:
    """List what CAS and the CLB of *regions* keep of ours; CAS first, so that a copy made meanwhile is seen.

    *trusted* are the drops that client CAs may be of; which of them is told only of one that is not alone at its CLB.
    CAS shows no tags: there the facts that certdrop wrote down of a bundle stand for one.
    """
    entries = house.cloud.cas.list_certificates()
    servers = {region: house.cloud.clb(region).describe_server_certificates() for region in regions}
    authorities = {region: house.cloud.clb(region).describe_ca_certificates() for region in regions}
    copied = {one.ali_cloud_certificate_id for kept in servers.values() for one in kept}
    copied |= {one.fingerprint for kept in servers.values() for one in kept}
    kept = [*_of_clb(house, servers), *_of_cas(house, entries, copied - {""})]
    return [*kept, *_with_drops(house, trusted, list(_authorities(house, authorities)))]


def _of_cas(house: House, entries: Sequence[CasCertificate], copied: set[str]) -> list[Kept]:
    kept = []
    for one in entries:
        facts = _facts_of(house, one.certificate_name, one.finger_print)
        products = {product.lower() for product in one.using_product_list}
        if facts is None or products - SEEN_BY_CENSUS:
            continue
        signs = {str(one.certificate_id), one.cert_identifier, facts.fingerprint, facts.sha1}
        handle = str(one.certificate_id)
        has_copies = not signs.isdisjoint(copied)
        kept.append(Kept(CAS, one.cert_identifier, handle, one.certificate_name, facts, has_copies=has_copies))
    return kept


def _of_clb(house: House, servers: Mapping[str, Sequence[ServerCertificate]]) -> list[Kept]:
    kept = []
    for region, certificates in servers.items():
        for one in certificates:
            name, identifier = one.server_certificate_name, one.server_certificate_id
            facts = _facts_of(house, name, one.fingerprint) if _is_tagged(one) else None
            if facts:
                kept.append(Kept(f"clb.{region}", identifier, identifier, name, facts, one.create_time_stamp))
    return kept


def _is_tagged(one: ServerCertificate | CaCertificate) -> bool:
    return any((tag.tag_key, tag.tag_value) == TAG for tag in one.tags)


def _authorities(house: House, authorities: Mapping[str, Sequence[CaCertificate]]) -> Iterator[Kept]:
    """Yield the client CAs that CLB keeps of ours."""
    for region, certificates in authorities.items():
        for one in certificates:
            name, identifier = one.ca_certificate_name, one.ca_certificate_id
            facts = _facts_of(house, name, one.fingerprint) if _is_tagged(one) else None
            if facts and facts.kind == "ca":
                yield Kept(f"clb.{region}", identifier, identifier, name, facts, one.create_time_stamp)


def _with_drops(house: House, trusted: Sequence[str], kept: Sequence[Kept]) -> list[Kept]:
    shelves = Counter(one.shelf for one in kept)
    if all(count == 1 for count in shelves.values()):
        return list(kept)
    brought: dict[str, set[str]] = {}
    for drop in trusted:
        _require_time(house)
        for verdict in read_verdicts(house.store, drop):
            if verdict.verdict == "accepted" and verdict.kind == "ca" and verdict.fingerprint:
                brought.setdefault(verdict.fingerprint, set()).add(drop)
    return [replace(one, drops=tuple(sorted(brought.get(one.facts.fingerprint, ())))) for one in kept]


def _facts_of(house: House, name: str, sha1: str) -> BundleFacts | None:
    """Read the facts of a bundle, once in an instance's life: they never change."""
    if not name.startswith(OURS):
        return None
    known = house.memory.cleaning.facts
    found = known.get(name)
    if found is None:
        _require_time(house)
        found = facts_of_name(house, name, sha1)
        if found:
            known[name] = found
    return found if found and sha1 in (found.sha1, found.fingerprint) else None
