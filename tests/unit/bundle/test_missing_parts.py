"""Drops that lack a part, contradict themselves, or are caught in the middle of a renewal."""

import itertools
from datetime import timedelta

import pytest

from tests.unit.bundle.drops import NOW, certbot, codes, intermediate, judge_drop, judge_one, key, leaf, root


def test_an_empty_drop_lacks_everything_and_waits() -> None:
    judgement = judge_drop({})

    assert codes(judgement) == ["no-certificate", "no-key"]
    assert judgement.missing_part
    assert judgement.curable
    assert judgement.bundle is None
    assert judgement.kind is None


def test_a_certificate_without_key_waits_for_it() -> None:
    judgement = judge_drop({"fullchain.pem": leaf().pem + intermediate().pem})

    assert codes(judgement) == ["no-key"]
    assert judgement.missing_part
    assert judgement.kind == "server"
    assert judgement.facts is not None
    assert judgement.facts.fingerprint == leaf().fingerprint


def test_a_key_without_certificate_waits_for_it() -> None:
    judgement = judge_drop({"privkey.pem": leaf().key_pem, "chain.pem": intermediate().pem})

    assert codes(judgement) == ["no-certificate"]
    assert judgement.missing_part


def test_a_leaf_without_its_chain_waits_for_it() -> None:
    """(root -> intermediate ->) leaf: clients that do not know the intermediate would refuse it."""
    judgement = judge_drop({"cert.pem": leaf().pem, "privkey.pem": leaf().key_pem})

    assert codes(judgement) == ["chain-incomplete"]
    assert "Issuing" in judgement.findings[0].message
    assert judgement.missing_part


def test_an_unknown_intermediate_is_a_stray_and_the_chain_incomplete() -> None:
    other = leaf(issuer=root(), names=[], common_name="x")
    judgement = judge_one(leaf().pem + leaf().key_pem + root().pem)

    assert codes(judgement) == ["chain-incomplete", "stray-certificate"]
    assert judgement.missing_part
    assert other.fingerprint not in str(judgement)


def test_a_key_that_belongs_to_another_certificate_contradicts() -> None:
    judgement = judge_drop({**certbot(), "privkey.pem": leaf(key=key("p-256", 9)).key_pem})

    assert codes(judgement) == ["key-mismatch"]
    assert judgement.curable
    assert not judgement.missing_part


def test_two_leaves_contradict() -> None:
    judgement = judge_drop({**certbot(), "other.pem": leaf(names=["other.example"]).pem})

    assert codes(judgement) == ["several-leaves"]
    assert "cert.pem, fullchain.pem (shop.example), other.pem (other.example)" in judgement.findings[0].message
    assert judgement.curable


def test_two_keys_contradict() -> None:
    judgement = judge_drop({**certbot(), "old.key": leaf(key=key("p-256", 9)).key_pem})

    assert codes(judgement) == ["several-keys"]
    assert judgement.findings[0].subject == "old.key:1, privkey.pem:1"


def test_equal_keys_in_two_forms_are_one() -> None:
    assert codes(judge_drop({**certbot(), "again.key": leaf().traditional_key_pem})) == []


def test_what_is_wrong_with_the_file_itself_is_not_curable() -> None:
    judgement = judge_drop({"cert.pem": b"nonsense", "privkey.pem": leaf().key_pem})

    assert codes(judgement) == ["not-pem", "no-certificate"]
    assert not judgement.curable
    assert not judgement.missing_part


def test_an_expired_certificate_without_key_is_refused_not_awaited() -> None:
    judgement = judge_drop({"fullchain.pem": leaf().pem + intermediate().pem}, at=NOW + timedelta(days=400))

    assert "expired" in codes(judgement)
    assert not judgement.curable


LATER = leaf(key=key("p-256", 4), not_after=NOW + timedelta(days=500))
RENEWED = certbot(LATER)
EXPIRED = leaf(not_before=NOW - timedelta(days=90), not_after=NOW - timedelta(days=1))
COMBINED = {**certbot(EXPIRED), "haproxy.pem": EXPIRED.pem + intermediate().pem + EXPIRED.key_pem}
RENEWED_COMBINED = {**RENEWED, "haproxy.pem": LATER.pem + intermediate().pem + LATER.key_pem}


@pytest.mark.parametrize("order", list(itertools.permutations(RENEWED)))
def test_a_renewal_file_by_file_is_never_refused_in_between(order: tuple[str, ...]) -> None:
    """Four files overwritten one by one, in every order: each state is accepted or could be cured by the rest."""
    files = dict(certbot())
    for name in order:
        files[name] = RENEWED[name]
        judgement = judge_drop(files)
        assert judgement.accepted or judgement.curable, codes(judgement)
    assert judgement.accepted
    assert judgement.facts is not None
    assert judgement.facts.fingerprint == LATER.fingerprint


@pytest.mark.parametrize("order", list(itertools.permutations(RENEWED_COMBINED))[::5])
def test_a_late_renewal_of_an_expired_certificate_is_not_refused_in_between_either(order: tuple[str, ...]) -> None:
    """As above from an expired certificate, with the key in a second, combined file."""
    files = dict(COMBINED)
    for name in order:
        files[name] = RENEWED_COMBINED[name]
        judgement = judge_drop(files)
        assert judgement.accepted or judgement.curable or files == COMBINED, codes(judgement)
    assert judgement.accepted


@pytest.mark.parametrize("order", list(itertools.permutations(RENEWED)))
def test_files_that_arrive_one_by_one_are_never_refused_in_between(order: tuple[str, ...]) -> None:
    """Four new files in every order; the chain alone passes for a client CA until the rest comes."""
    files: dict[str, bytes] = {}
    for name in order:
        files[name] = RENEWED[name]
        judgement = judge_drop(files)
        assert judgement.accepted or judgement.missing_part, codes(judgement)
    assert judgement.kind == "server"
