"""What is known of certificates that a listener serves and that no open work wants: from state/, else from CAS."""

from collections.abc import Iterable

from certdrop.bundle.facts import SHORT_FINGERPRINT, BundleFacts
from certdrop.cloud.cas_models import CasCertificate
from certdrop.deployment.observations import ServedFacts, ShownCertificate
from certdrop.reconcile.house import House
from certdrop.state.drops import recall_bundle

OURS = "certdrop-"


def describe_served(house: House, identifiers: Iterable[str]) -> dict[str, ShownCertificate]:
    """Look certificates up by ALB's id (CAS's CertIdentifier); those that CAS does not hold are left out."""
    wanted = set(identifiers)
    entries = [entry for entry in house.cloud.cas.list_certificates() if entry.cert_identifier in wanted]
    house.memory.certificates |= {entry.cert_identifier: entry for entry in entries}
    return {entry.cert_identifier: describe_entry(house, entry) for entry in entries}


def describe_shown(house: House, identifiers: Iterable[str]) -> dict[str, ShownCertificate]:
    """Look up, as above, certificates that a listener shows.

    CAS is asked only for what it did not tell this instance before: what an id stands for never changes.
    """
    wanted, known = set(identifiers), house.memory.certificates
    asked = describe_served(house, wanted) if wanted - known.keys() else {}
    return asked | {one: describe_entry(house, known[one]) for one in sorted((wanted & known.keys()) - asked.keys())}


def describe_wanted(certificate_id: str, facts: BundleFacts) -> ShownCertificate:
    """Describe a certificate of a listener that is a wanted bundle, of which everything is known."""
    return ShownCertificate(certificate_id, facts=served_facts(facts), ours=True, label=facts.cas_name)


def describe_entry(house: House, entry: CasCertificate) -> ShownCertificate:
    """Describe a CAS entry as a certificate of a listener."""
    facts = facts_of_name(house, entry.certificate_name, entry.finger_print)
    return ShownCertificate(
        certificate_id=entry.cert_identifier,
        facts=served_facts(facts) if facts else _facts_of_entry(entry),
        ours=entry.certificate_name.startswith(OURS),
        label=entry.certificate_name,
    )


def facts_of_name(house: House, name: str, sha1: str) -> BundleFacts | None:
    """Read the facts of a bundle that certdrop imported under *name*; *sha1* must agree."""
    if not name.startswith(OURS) or len(name) <= len(OURS) + SHORT_FINGERPRINT:
        return None
    facts = recall_bundle(house.store, name[-SHORT_FINGERPRINT:])
    return facts if facts and sha1 in (facts.sha1, facts.fingerprint) else None


def served_facts(facts: BundleFacts) -> ServedFacts:
    """Return a bundle's facts as those of a served certificate."""
    validity = facts.not_before, facts.not_after
    return ServedFacts(facts.fingerprint, facts.names, facts.key_kind, *validity, facts.self_signed)


def _facts_of_entry(entry: CasCertificate) -> ServedFacts | None:
    """Return what CAS tells; None when it does not tell the names or the end of validity."""
    if not entry.names or entry.not_after is None or entry.key_kind is None:
        return None
    validity = entry.not_before, entry.not_after
    has_all_names = bool(entry.subject_alternative_names)
    return ServedFacts(
        entry.finger_print, tuple(entry.names), entry.key_kind, *validity, entry.is_self_issued, has_all_names
    )
