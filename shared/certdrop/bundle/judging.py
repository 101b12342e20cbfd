"""Judge a drop: its files and a time in, a bundle or the findings that refuse it out. Pure and deterministic."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import SecretStr

from certdrop.bundle.certificates import Certificate
from certdrop.bundle.chain import Chain, build_chain
from certdrop.bundle.codes import CODES, make_finding
from certdrop.bundle.emission import emit_certificates, emit_key, make_facts
from certdrop.bundle.findings import Finding
from certdrop.bundle.inventory import list_keys, list_parts, list_server_parts
from certdrop.bundle.judgement import Bundle, Judgement, order_findings
from certdrop.bundle.parsing import DropFile, Parts, read_parts
from certdrop.bundle.rules import find_authority_problems, find_leaf_problems
from certdrop.bundle.trust import find_trust_problem

__all__ = ["Bundle", "DropFile", "Judgement", "judge"]


def judge(files: Sequence[DropFile], *, validation_time: datetime, warning_days: int = 14) -> Judgement:
    """Judge *files* as they would be served at *validation_time*, aware; never raises for what the files hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what cryptography only warns of (serial numbers, name lengths) is judged here
        return _judge(files, validation_time, warning_days)


def _judge(files: Sequence[DropFile], validation_time: datetime, warning_days: int) -> Judgement:
    parts = read_parts(files)
    if parts.is_refused_unread:
        return Judgement(order_findings(parts.findings), None)
    leaves, authorities = _sort_certificates(parts)
    certificates_only = not parts.keys and not parts.lost_key and not parts.lost_certificate
    if authorities and not leaves and certificates_only:
        return _judge_authorities(parts, authorities, validation_time, warning_days)
    return _judge_server(parts, leaves, authorities, validation_time, warning_days)


def _sort_certificates(parts: Parts) -> tuple[list[Certificate], list[Certificate]]:
    """Part the server certificates from those of authorities.

    A certificate without CA:TRUE that issued another one here is an issuer too: roots of version 1 are so. With a key
    and nothing else to go with it, a CA certificate that has this key is meant as the server's.
    """
    everything = list(parts.certificates.values())
    leaves = [each for each in everything if not each.is_ca and not _issued_any(each, everything, parts)]
    if not leaves:
        leaves = [each for each in everything if each.key.spki in parts.keys]
    return leaves, [each for each in everything if each not in leaves]


def _issued_any(certificate: Certificate, everything: list[Certificate], parts: Parts) -> bool:
    if certificate.key.spki in parts.keys:
        return False
    others = (other for other in everything if other.key.spki != certificate.key.spki)
    return any(other.is_signed_by(certificate) for other in others)


def _judge_authorities(parts: Parts, authorities: list[Certificate], now: datetime, warning_days: int) -> Judgement:
    shown = list_parts(parts, "client CA", authorities)
    if len(authorities) > 1:
        which = ", ".join(sorted({each.title for each in authorities}))
        parts.findings.append(make_finding("several-ca-certificates", "drop", count=len(authorities), which=which))
        return Judgement(order_findings(parts.findings), None, None, shown)
    [authority] = authorities
    problems = find_authority_problems(authority, parts.name_of(authority), now, warning_days)
    findings = order_findings([*parts.findings, *problems])
    facts = make_facts(authority, "ca")
    bundle = None
    if facts and _is_clean(findings):
        pem = emit_certificates([authority])
        facts = facts.model_copy(update={"ca_pem": pem})
        bundle = Bundle(facts, pem, None)
    return Judgement(findings, bundle, facts, shown)


def _judge_server(
    parts: Parts, leaves: list[Certificate], authorities: list[Certificate], now: datetime, warning_days: int
) -> Judgement:
    findings = [*parts.findings, *_find_missing(parts, leaves)]
    if len(leaves) != 1:
        shown = (*list_parts(parts, "leaf", leaves), *list_parts(parts, "certificate", authorities), *list_keys(parts))
        return Judgement(order_findings(findings), None, None, shown)
    [leaf] = leaves
    chain = build_chain(leaf, authorities, now, parts.name_of)
    findings.extend(find_leaf_problems(leaf, parts.name_of(leaf), now, warning_days))
    findings.extend(chain.findings)
    findings.extend(_ask_again(leaf, chain, findings, parts, now))
    pair = next(iter(parts.keys.values())) if len(parts.keys) == 1 else None
    if pair and pair.public.spki != leaf.key.spki:
        findings.append(make_finding("key-mismatch", parts.place_of(pair.public.spki), certificate=parts.name_of(leaf)))
    ordered = order_findings(findings)
    facts = make_facts(leaf, "server")
    bundle = None
    if facts and pair and _is_clean(ordered):
        bundle = Bundle(facts, emit_certificates([leaf, *chain.intermediates]), SecretStr(emit_key(pair)))
    return Judgement(ordered, bundle, facts, list_server_parts(parts, leaf, chain))


def _ask_again(
    leaf: Certificate, chain: Chain, findings: list[Finding], parts: Parts, now: datetime
) -> Iterator[Finding]:
    """Yield what path validation has against a leaf and a chain that nothing else is wrong with."""
    issuers = chain.intermediates or ((chain.root,) if chain.root and chain.root.is_ca else ())
    is_sound = all(CODES[finding.code].cure != "replacement" for finding in findings)
    problem = find_trust_problem(leaf, issuers, now) if issuers and is_sound else None
    if problem:
        yield make_finding("chain-wrong", parts.name_of(leaf), reason=problem)


def _find_missing(parts: Parts, leaves: list[Certificate]) -> list[Finding]:
    findings = []
    if not leaves and not parts.lost_certificate:
        findings.append(make_finding("no-certificate", "drop"))
    if len(leaves) > 1:
        which = ", ".join(sorted({parts.name_of(each) for each in leaves}))
        findings.append(make_finding("several-leaves", "drop", count=len(leaves), which=which))
    if not parts.keys and not parts.lost_key:
        findings.append(make_finding("no-key", "drop"))
    if len(parts.keys) > 1:
        where = ", ".join(sorted(parts.place_of(spki) for spki in parts.keys))
        findings.append(make_finding("several-keys", where, count=len(parts.keys)))
    return findings


def _is_clean(findings: Iterable[Finding]) -> bool:
    return all(finding.severity == "warning" for finding in findings)
