"""Chains: every case draws its chain in the docstring."""

from datetime import timedelta

import pytest
from cryptography import x509

from fakecloud import authority
from fakecloud.authority import Issued
from tests.unit.bundle.drops import NOW, codes, intermediate, judge_server, key, leaf, root
from tests.unit.bundle.forge import as_version_1, encode, integer, sequence, sign_again, with_public_key

RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")


def ca(name: str, issuer: Issued | None = None, number: int = 20, **changes: object) -> Issued:
    arguments = {"common_name": name, "issuer": issuer, "key": key("p-256", number), "ca": True, **changes}
    return authority.certificate(**arguments)  # type: ignore[arg-type]


def titles(server: Issued, *chain: Issued) -> list[str]:
    """Return who stands in the bundle, leaf first."""
    judgement = judge_server(server, *chain)
    assert judgement.bundle is not None, codes(judgement)
    certificates = x509.load_pem_x509_certificates(judgement.bundle.certificate_pem.encode())
    return [certificate.subject.rfc4514_string().removeprefix("CN=") for certificate in certificates]


def test_a_long_chain_in_any_order_comes_out_from_the_leaf_upwards() -> None:
    """root -> a -> b -> c -> leaf."""
    a = ca("a", root(), 21)
    b = ca("b", a, 22)
    c = ca("c", b, 23)

    assert titles(leaf(issuer=c), b, root(), a, c) == ["shop.example", "c", "b", "a"]


def test_a_chain_that_ends_below_the_root_is_complete() -> None:
    """(root -> a ->) b -> leaf."""
    b = ca("b", ca("a", root(), 21), 22)

    assert titles(leaf(issuer=b), b) == ["shop.example", "b"]


def test_the_cross_signed_certificate_is_kept_and_the_equal_root_left_out() -> None:
    """old root -> new root (cross-signed) -> b -> leaf, and new root (self-signed) beside it."""
    old, new = ca("old", None, 30), ca("new", None, 31)
    cross = ca("new", old, 31)
    b = ca("b", new, 32)

    assert titles(leaf(issuer=b), b, new, cross) == ["shop.example", "b", "new"]
    assert codes(judge_server(leaf(issuer=b), b, new, cross)) == []


def test_an_expired_cross_signed_certificate_gives_way_to_the_root() -> None:
    """old root -> new root (cross-signed, expired) -> b -> leaf, and new root (self-signed) beside it."""
    old, new = ca("old", None, 30), ca("new", None, 31)
    cross = ca("new", old, 31, not_after=NOW - timedelta(days=1))
    b = ca("b", new, 32)

    assert titles(leaf(issuer=b), b, new, cross) == ["shop.example", "b"]


def test_an_expired_certificate_at_the_top_is_left_out() -> None:
    """old root -> new root (cross-signed, expired) -> b -> leaf."""
    cross = ca("new", ca("old", None, 30), 31, not_after=NOW - timedelta(days=1))
    b = ca("b", cross, 32)

    judgement = judge_server(leaf(issuer=b), b, cross)

    assert judgement.accepted
    assert codes(judgement) == ["stray-certificate"]


def test_an_expired_issuer_of_the_leaf() -> None:
    """root -> intermediate (expired) -> leaf."""
    b = ca("b", root(), 22, not_after=NOW - timedelta(days=1))

    assert codes(judge_server(leaf(issuer=b), b)) == ["chain-expired"]


def test_of_two_certificates_of_the_issuer_the_one_in_time_is_taken() -> None:
    """root -> b (expired) or b (renewed, same key) -> leaf."""
    stale = ca("b", root(), 22, not_after=NOW - timedelta(days=1))
    fresh = ca("b", root(), 22)

    judgement = judge_server(leaf(issuer=fresh), stale, fresh)

    assert codes(judgement) == []
    assert judgement.bundle is not None
    assert fresh.pem.decode() in judgement.bundle.certificate_pem
    assert stale.pem.decode() not in judgement.bundle.certificate_pem


def test_an_issuer_that_is_not_valid_yet() -> None:
    """root -> b (from tomorrow) -> leaf."""
    b = ca("b", root(), 22, not_before=NOW + timedelta(days=1))

    assert codes(judge_server(leaf(issuer=b), b)) == ["not-yet-valid"]


def test_a_broken_signature() -> None:
    """root -> intermediate -> leaf, whose signature is by another key."""
    forged = sign_again(leaf(), key("p-256", 9), lambda to_be_signed: to_be_signed)

    judgement = judge_server(forged, intermediate())

    assert codes(judgement) == ["chain-wrong", "stray-certificate"]
    assert "signature" in judgement.findings[0].message


def test_an_issuer_of_the_same_name_with_another_key_is_not_the_issuer() -> None:
    """root -> intermediate (other key) beside root -> intermediate -> leaf: as in the middle of a renewal."""
    rekeyed = ca("Issuing", root(), 25)

    judgement = judge_server(leaf(), rekeyed)

    assert codes(judgement) == ["chain-incomplete", "stray-certificate"]
    assert judgement.curable


def test_strays_are_left_out_with_a_warning() -> None:
    """root -> intermediate -> leaf, and another root."""
    judgement = judge_server(leaf(), intermediate(), ca("elsewhere"))

    assert codes(judgement) == ["stray-certificate"]
    assert judgement.accepted
    assert judgement.findings[0].subject == "all.pem (elsewhere)"


def test_too_many_intermediates_below_a_limit() -> None:
    """root -> a (path length 0) -> b -> leaf."""
    a = ca("a", root(), 21, path_length=0)
    b = ca("b", a, 22)

    judgement = judge_server(leaf(issuer=b), a, b)

    assert codes(judgement) == ["chain-wrong"]
    assert "allows 0 intermediates" in judgement.findings[0].message


def test_a_limit_that_is_kept() -> None:
    """root (path length 1) -> a (path length 0) -> leaf."""
    top = ca("top", None, 24, path_length=1)
    a = ca("a", top, 21, path_length=0)

    assert codes(judge_server(leaf(issuer=a), a, top)) == []


def test_an_issuer_that_is_no_authority() -> None:
    """root -> other leaf -> leaf."""
    other = authority.certificate(common_name="other", issuer=root(), key=key("p-256", 21), ca=False)

    assert "chain-wrong" in codes(judge_server(leaf(issuer=other), other))


def test_an_issuer_that_must_not_sign_certificates() -> None:
    """root -> a (without keyCertSign) -> leaf."""
    no_signing = x509.KeyUsage(*[True, *[False] * 8])
    a = ca("a", root(), 21, key_usage=no_signing)

    assert codes(judge_server(leaf(issuer=a), a)) == ["chain-wrong"]


def test_a_root_of_version_1_is_a_root() -> None:
    """root (version 1) -> intermediate -> leaf."""
    top = as_version_1(root(), key("p-256", 1))

    judgement = judge_server(leaf(), intermediate(), top)

    assert codes(judgement) == []
    assert [part.role for part in judgement.parts] == ["leaf", "intermediate", "root", "key"]


@pytest.mark.parametrize("name", ["sha1", "md5"])
def test_a_forgeable_signature_on_an_intermediate(name: authority.HashName) -> None:
    """root (RSA) -> intermediate, signed with SHA-1 -> leaf."""
    top = ca("top", key=key("rsa-2048"))
    a = ca("a", top, 21, signature_hash=name)

    assert codes(judge_server(leaf(issuer=a), a)) == ["weak-signature"]


def test_a_forgeable_signature_on_the_root_matters_to_nobody() -> None:
    """root (SHA-1) -> intermediate -> leaf."""
    top = ca("top", key=key("rsa-2048"), signature_hash="sha1")
    a = ca("a", top, 21)

    assert codes(judge_server(leaf(issuer=a), a, top)) == []


def test_a_weak_key_of_an_intermediate() -> None:
    """root -> intermediate (RSA 1024) -> leaf."""
    a = ca("a", root(), key=key("rsa-1024"))

    assert codes(judge_server(leaf(issuer=a), a)) == ["weak-key"]


def test_an_authority_may_use_p_521() -> None:
    a = ca("a", root(), key=key("p-521"))

    assert codes(judge_server(leaf(issuer=a), a)) == []


def test_name_constraints_that_exclude_the_leaf() -> None:
    """root -> a (only below other.example) -> shop.example."""
    only = (x509.NameConstraints([x509.DNSName("other.example")], None), True)
    a = ca("a", root(), 21, extra_extensions=[only])

    judgement = judge_server(leaf(issuer=a), a)

    assert codes(judgement) == ["chain-wrong"]
    assert "name constraints" in judgement.findings[0].message
    assert codes(judge_server(leaf(issuer=a, names=["*.other.example"]), a)) == []


def test_a_critical_extension_that_nobody_knows() -> None:
    """root -> intermediate -> leaf with critical extension 1.2.3.4."""
    unknown = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)
    server = authority.certificate(
        common_name="shop.example",
        names=["shop.example"],
        issuer=intermediate(),
        key=key(),
        extra_extensions=[unknown],
    )

    judgement = judge_server(server, intermediate())

    assert codes(judgement) == ["chain-wrong"]
    assert "1.2.3.4" in judgement.findings[0].message


def test_an_issuer_whose_key_is_too_costly_to_verify_is_not_asked() -> None:
    """An issuer of the right name whose RSA exponent has 2000 bits: each verification would take long."""
    public = sequence(RSA_ENCRYPTION, encode(3, b"\0" + sequence(integer(1 << 2047 | 1), integer(1 << 2000 | 1))))
    costly = with_public_key(ca("slow", root(), 21), public, key("p-256", 1))
    server = leaf(issuer=ca("slow", root(), 21))

    assert codes(judge_server(server, costly)) == ["chain-wrong", "stray-certificate"]


def test_a_loop_of_authorities_ends() -> None:
    """a -> b -> a -> ... -> leaf."""
    a, b = ca("a", None, 41), ca("b", None, 42)
    a_by_b = ca("a", b, 41)
    b_by_a = ca("b", a, 42)

    assert codes(judge_server(leaf(issuer=b), a_by_b, b_by_a)) == []


@pytest.mark.parametrize(("length", "expected"), [(10, []), (11, ["chain-wrong"])])
def test_a_chain_has_at_most_ten_issuers(length: int, expected: list[str]) -> None:
    """root -> 0 -> 1 -> ... -> leaf."""
    chain = [ca("0", root(), 50)]
    for number in range(1, length):
        chain.append(ca(str(number), chain[-1], 50 + number))

    assert [
        code for code in codes(judge_server(leaf(issuer=chain[-1]), *chain)) if code != "stray-certificate"
    ] == expected
