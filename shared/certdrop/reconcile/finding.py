"""Find wanted bundles in CAS and CLB, by name and fingerprint."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.cas_models import CasCertificate
from certdrop.cloud.clb_answers import CaCertificate, ServerCertificate
from certdrop.reconcile.house import House
from certdrop.reconcile.served import OURS

ONE_BY_ONE = 3  # so many bundles are looked up by their names, more in a list of all that are certdrop's
NOTHING_SHOWN: Mapping[str, Collection[str]] = {}


def find_in_cas(
    house: House,
    wanted: Collection[BundleFacts],
    retired: Collection[str] = (),
    shown: Mapping[str, Collection[str]] = NOTHING_SHOWN,
) -> dict[str, CasCertificate]:
    """Look the wanted bundles up in CAS by their names; a namesake with another fingerprint is not ours.

    *shown* are, by fingerprint, the ids that a listener shows where the bundle is wanted: what CAS told this instance
    of such an id is not asked again, for it never changes. What is yet to be put anywhere always is.
    """
    known, cas = house.memory.certificates, house.cloud.cas
    found = {}
    for facts in wanted:
        ids = [one for one in shown.get(facts.fingerprint, ()) if one in known and one not in retired]
        entry = _find([known[one] for one in ids], facts)
        if entry:
            found[facts.fingerprint] = entry
    asked = [facts for facts in wanted if facts.fingerprint not in found]
    listed = cas.list_certificates(OURS) if len(asked) > ONE_BY_ONE else None
    for facts in asked:
        named = cas.find_certificate(facts.cas_name) if listed is None else None
        entry = _find([named] if named else listed or [], facts)
        if entry and entry.cert_identifier not in retired:
            known[entry.cert_identifier] = found[facts.fingerprint] = entry
    return found


def _find(entries: Iterable[CasCertificate], facts: BundleFacts) -> CasCertificate | None:
    return next((one for one in entries if one.certificate_name == facts.cas_name and is_same(one, facts)), None)


def is_same(entry: CasCertificate, facts: BundleFacts) -> bool:
    """Tell whether a CAS entry is the bundle: by whichever fingerprint it shows."""
    return entry.finger_print in (facts.sha1, facts.fingerprint)


def find_in_clb(
    certificates: Sequence[ServerCertificate], facts: BundleFacts, retired: Collection[str] = ()
) -> ServerCertificate | None:
    """Return *the* certificate that holds a bundle: of several, the smallest (CreateTimeStamp, id), for everyone."""
    same = [one for one in certificates if holds(one, facts) and one.server_certificate_id not in retired]
    return min(same, key=lambda one: (one.create_time_stamp, one.server_certificate_id), default=None)


def find_ca_in_clb(
    certificates: Sequence[CaCertificate], facts: BundleFacts, retired: Collection[str] = ()
) -> CaCertificate | None:
    """Return *the* CA certificate that holds a CA bundle, chosen as above."""
    same = [one for one in certificates if holds(one, facts) and one.ca_certificate_id not in retired]
    return min(same, key=lambda one: (one.create_time_stamp, one.ca_certificate_id), default=None)


class Fingerprinted(Protocol):
    """A certificate that CLB keeps."""

    @property
    def fingerprint(self) -> str:
        """Its fingerprint, of whichever kind."""
        ...


def holds(one: Fingerprinted, facts: BundleFacts) -> bool:
    """Tell whether a certificate of CLB is the bundle: by whichever fingerprint it shows."""
    return one.fingerprint in (facts.sha1, facts.fingerprint)
