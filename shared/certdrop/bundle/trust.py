"""A second opinion on a chain that looks sound: the path validation of RFC 5280, as clients do it."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from certdrop.bundle.certificates import Certificate

# Private authorities often leave out key identifiers and usages, so only what the validation itself needs is required.
_ISSUERS = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
_LEAVES = ExtensionPolicy.permit_all().require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
MAX_COMPARISONS = 100_000
_NOISE = ("validation failed: ", "candidates exhausted: ")


def find_trust_problem(leaf: Certificate, issuers: Sequence[Certificate], now: datetime) -> str | None:
    """Say why a client that trusts the last of *issuers* would refuse *leaf*: name constraints, critical extensions."""
    if _count_comparisons(leaf, issuers) > MAX_COMPARISONS:
        return "it has more names under more name constraints than clients compare"
    name = leaf.names[0].lower().replace("*", "any")
    moment = max(now, leaf.not_before, *(issuer.not_before for issuer in issuers))  # clocks differ by minutes
    verifier = (
        PolicyBuilder()
        .store(Store([issuers[-1].native]))
        .time(moment)
        .max_chain_depth(len(issuers))
        .extension_policies(ca_policy=_ISSUERS, ee_policy=_LEAVES)
        .build_server_verifier(x509.DNSName(name))
    )
    try:
        verifier.verify(leaf.native, [issuer.native for issuer in issuers[:-1]])
    except VerificationError as error:
        return _shorten(str(error))
    return None


def _count_comparisons(leaf: Certificate, issuers: Sequence[Certificate]) -> int:
    """Count how often a name is held against a constraint: the validation itself gives up late, after a second."""
    names = leaf.native.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    constraints = [one.value for issuer in issuers for one in issuer.native.extensions]
    found = [one for one in constraints if isinstance(one, x509.NameConstraints)]
    return len(list(names)) * sum(len(one.permitted_subtrees or ()) + len(one.excluded_subtrees or ()) for one in found)


def _shorten(text: str) -> str:
    for noise in _NOISE:
        text = text.removeprefix(noise)
    return text.partition(" (encountered")[0]
