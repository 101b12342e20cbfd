"""The certificates of ours that CAS and CLB keep: those whose name, fingerprint and (at CLB) tag are certdrop's.

What is read of state/ for them is remembered by the instance; when there is no time to read it all, the next minute
goes on.
"""

from collections.abc import Iterable, Mapping, Sequence

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.cas_models import CasCertificate
from certdrop.cloud.clb_answers import ServerCertificate
from certdrop.deployment.cleanup import CAS, Kept
from certdrop.deployment.work import OpenWork
from certdrop.errors import CertdropError
from certdrop.reconcile.house import House
from certdrop.reconcile.scenes import TAG
from certdrop.reconcile.served import OURS, facts_of_name
from certdrop.state import keys
from certdrop.state.config import Config

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


def list_shelves(house: House, regions: Iterable[str]) -> list[Kept]:
    """List what CAS and the CLB of *regions* keep of ours; CAS first, so that a copy made meanwhile is seen.

    CAS shows no tags: there the facts that certdrop wrote down of a bundle stand for one.
    """
    entries = house.cloud.cas.list_certificates()
    servers = {region: house.cloud.clb(region).describe_server_certificates() for region in regions}
    copied = {one.ali_cloud_certificate_id for kept in servers.values() for one in kept}
    copied |= {one.fingerprint for kept in servers.values() for one in kept}
    return [*_of_clb(house, servers), *_of_cas(house, entries, copied - {""})]


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
            is_tagged = any((tag.tag_key, tag.tag_value) == TAG for tag in one.tags)
            facts = _facts_of(house, one.server_certificate_name, one.fingerprint) if is_tagged else None
            identifier = one.server_certificate_id
            if facts:
                name = one.server_certificate_name
                kept.append(Kept(f"clb.{region}", identifier, identifier, name, facts, one.create_time_stamp))
    return kept


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
