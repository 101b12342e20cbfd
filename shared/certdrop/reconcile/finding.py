"""Find wanted bundles in CAS and CLB, by name and fingerprint."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from certdrop.bundle.facts import BundleFacts
from certdrop.cloud.cas_models import CasCertificate
from certdrop.cloud.clb_answers import CaCertificate, ServerCertificate
from certdrop.reconcile.house import House


def find_in_cas(
    house: House, wanted: Iterable[BundleFacts], retired: Collection[str] = ()
) -> dict[str, CasCertificate]:
    """Look the wanted bundles up in CAS by their names; a namesake with another fingerprint is not ours."""
    found = {}
    for facts in wanted:
        entry = house.cloud.cas.find_certificate(facts.cas_name)
        if entry and is_same(entry, facts) and entry.cert_identifier not in retired:
            found[facts.fingerprint] = entry
    return found


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
