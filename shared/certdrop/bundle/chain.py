"""Build the chain from the leaf upwards, by issuer and signature (RFC 5280 6.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from certdrop.bundle.certificates import WEAK_HASHES, Certificate
from certdrop.bundle.codes import make_finding
from certdrop.bundle.findings import Finding
from certdrop.bundle.public_keys import find_key_problem
from certdrop.bundle.rules import SKEW, find_early_use, find_serial_problems, show_time

MAX_CHAIN = 10

Subject = Callable[[Certificate], str]


@dataclass(frozen=True)
class Chain:
    """*intermediates* from the leaf's issuer upwards; *root* only when it is in the drop; *strays* fit nowhere."""

    intermediates: tuple[Certificate, ...]
    root: Certificate | None
    strays: tuple[Certificate, ...]
    findings: tuple[Finding, ...]


def build_chain(leaf: Certificate, others: Sequence[Certificate], now: datetime, subject: Subject) -> Chain:
    """Return the chain of *leaf* out of *others*; *subject* names a certificate in findings."""
    findings: list[Finding] = []
    path: list[Certificate] = []
    current = leaf
    while not current.is_self_signed:
        issuer = _choose_issuer(current, [other for other in others if other not in path], now)
        if issuer is None or (path and not _is_in_time(issuer, now)):
            break
        if len(path) == MAX_CHAIN:
            findings.append(make_finding("chain-wrong", subject(leaf), reason=f"it has more than {MAX_CHAIN} issuers"))
            break
        path.append(issuer)
        current = issuer
    if not path and not leaf.is_self_signed:
        findings.append(_explain_missing_issuer(leaf, others, subject))
    root = path.pop() if path and path[-1].is_self_signed else None
    links = [*path, root] if root else path
    for position, link in enumerate(links):
        below = sum(not other.is_self_issued for other in links[:position])
        findings.extend(_find_link_problems(link, below, now, subject))
    used = {(link.subject, link.key.spki) for link in links}
    strays = tuple(other for other in others if (other.subject, other.key.spki) not in used)
    findings.extend(make_finding("stray-certificate", subject(stray), leaf=leaf.title) for stray in strays)
    return Chain(tuple(path), root, strays, tuple(findings))


def _choose_issuer(child: Certificate, others: Sequence[Certificate], now: datetime) -> Certificate | None:
    """Return the issuer: one in time, rather an intermediate (a cross-signed one reaches more clients), the newest."""
    issuers = [other for other in others if other != child and child.is_signed_by(other)]
    return max(
        issuers,
        key=lambda issuer: (_is_in_time(issuer, now), not issuer.is_self_signed, issuer.not_after, issuer.fingerprint),
        default=None,
    )


def _is_in_time(certificate: Certificate, now: datetime) -> bool:
    return certificate.not_before <= now + SKEW and now <= certificate.not_after


def _explain_missing_issuer(leaf: Certificate, others: Sequence[Certificate], subject: Subject) -> Finding:
    if any(leaf.may_be_from(other) for other in others):
        reason = f"the signature on it is not that of {leaf.issuer_title}"
        return make_finding("chain-wrong", subject(leaf), reason=reason)
    return make_finding("chain-incomplete", subject(leaf), issuer=leaf.issuer_title)


def _find_link_problems(link: Certificate, below: int, now: datetime, subject: Subject) -> list[Finding]:
    """Say what is wrong with an issuer with *below* intermediates under it."""
    name = subject(link)
    findings: list[Finding] = []
    is_root = link.is_self_signed
    if not link.is_ca and not is_root:
        findings.append(make_finding("chain-wrong", name, reason="it issued a certificate but is no CA"))
    if link.key_usage and not link.key_usage.key_cert_sign:
        findings.append(make_finding("chain-wrong", name, reason="its key usage does not allow to sign certificates"))
    if link.path_length is not None and below > link.path_length:
        reason = f"it allows {link.path_length} intermediates below it, there are {below}"
        findings.append(make_finding("chain-wrong", name, reason=reason))
    if is_root:
        return findings
    findings.extend(find_serial_problems(link, name))
    if now > link.not_after:
        findings.append(make_finding("chain-expired", name, not_after=show_time(link.not_after)))
    findings.extend(find_early_use(link, name, now))
    if link.signature_hash in WEAK_HASHES:
        findings.append(make_finding("weak-signature", name, hash=str(link.signature_hash).upper()))
    problem = find_key_problem(link.key, name, is_ca=True)
    return [*findings, problem] if problem else findings
