"""What a server certificate must be: one case a function, the chain and the flaw in its docstring."""

from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from fakecloud import authority
from fakecloud.authority import KeyName
from tests.unit.bundle.drops import (
    NOW,
    certbot,
    codes,
    intermediate,
    judge_drop,
    judge_one,
    judge_server,
    key,
    leaf,
    root,
)
from tests.unit.bundle.forge import as_version_1, sign_again

EXPIRY = authority.NOT_AFTER
START = authority.NOT_BEFORE


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (EXPIRY - timedelta(days=14), []),
        (EXPIRY - timedelta(days=14) + timedelta(seconds=1), ["expires-soon"]),
        (EXPIRY, ["expires-soon"]),
        (EXPIRY + timedelta(seconds=1), ["chain-expired", "expired"]),
        (EXPIRY.astimezone(timezone(timedelta(hours=8))) + timedelta(seconds=1), ["chain-expired", "expired"]),
        (START, []),
        (START - timedelta(minutes=5), []),
        (START - timedelta(minutes=5, seconds=1), ["not-yet-valid", "not-yet-valid"]),
    ],
)
def test_validity_is_exact_to_the_second(at: datetime, expected: list[str]) -> None:
    """root -> intermediate -> leaf, all valid from 2026-10-01 00:00:00 to 2027-10-01 00:00:00 UTC."""
    assert sorted(codes(judge_server(leaf(), intermediate(), at=at))) == expected


def test_a_warning_comes_as_many_days_before_as_asked() -> None:
    at = EXPIRY - timedelta(days=29, hours=12)

    assert codes(judge_drop(certbot(), at=at, warning_days=29)) == []
    assert "in 29 days, on 2027-10-01" in judge_drop(certbot(), at=at, warning_days=30).findings[0].message


def test_no_alternative_name() -> None:
    """root -> intermediate -> leaf without SAN, CN only."""
    assert codes(judge_server(leaf(names=[], common_name="shop.example"), intermediate())) == ["no-san"]


def test_addresses_alone_are_no_names() -> None:
    """root -> intermediate -> leaf with an IP address only."""
    assert codes(judge_server(leaf(names=[], addresses=["192.0.2.1"], common_name=""), intermediate())) == ["no-san"]


def test_an_address_beside_a_name_does_no_harm() -> None:
    assert codes(judge_server(leaf(addresses=["192.0.2.1", "2001:db8::1"]), intermediate())) == []


def test_version_1_has_no_alternative_names() -> None:
    """Leaf of version 1, without any extension, signed by the intermediate."""
    old = as_version_1(leaf(), key("p-256", 2))

    assert codes(judge_server(old, intermediate())) == ["no-san"]


GOOD_NAMES = ["shop.example", "*.shop.example", "xn--bcher-kva.example", "a-1.b2.example", "3com.example", "localhost"]
BAD_NAMES = {
    "a_b.example": "is not a DNS name",
    "-a.example": "is not a DNS name",
    "a-.example": "is not a DNS name",
    "a..example": "is not a DNS name",
    "example.": "is not a DNS name",
    "": "is not a DNS name",
    "*": "has a wildcard",
    "w*.example": "has a wildcard",
    "www.*.example": "has a wildcard",
    "*.*.example": "has a wildcard",
    "*.example": "top-level",
    "192.0.2.1": "is an address",
    "shop.example:443": "is not a DNS name",
    "https://shop.example": "is not a DNS name",
    "a b.example": "is not a DNS name",
    "a\0b.example": "is not a DNS name",
    "a" * 64 + ".example": "is not a DNS name",
    "a." * 124 + "example": "longer than 253",
}


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_good_name_is_accepted(name: str) -> None:
    assert codes(judge_server(leaf(names=[name], common_name=""), intermediate())) == []


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused_with_the_reason(name: str) -> None:
    judgement = judge_server(leaf(names=["shop.example", name], common_name=""), intermediate())

    assert codes(judgement) == ["invalid-san"]
    assert BAD_NAMES[name] in judgement.findings[0].message


def test_of_a_thousand_bad_names_ten_are_told() -> None:
    judgement = judge_server(leaf(names=[f"a_{n}.example" for n in range(1000)], common_name=""), intermediate())

    assert codes(judgement) == ["invalid-san"] * 10


def test_a_common_name_outside_the_alternative_names_is_a_warning() -> None:
    judgement = judge_server(leaf(names=["shop.example"], common_name="other.example"), intermediate())

    assert codes(judgement) == ["cn-not-in-san"]
    assert judgement.accepted


def test_a_common_name_that_a_wildcard_covers_is_fine() -> None:
    assert codes(judge_server(leaf(names=["*.shop.example"], common_name="WWW.shop.example"), intermediate())) == []


def test_a_name_full_of_control_characters_is_shown_harmlessly() -> None:
    """root -> intermediate -> leaf whose CN holds an escape sequence, a line break and a NUL."""
    judgement = judge_server(leaf(common_name="\x1b[31mred\n\0\u202egood"), intermediate())

    assert judgement.accepted
    for finding in judgement.findings:
        assert (finding.subject + finding.message + finding.fix).isprintable()


def test_a_ca_certificate_as_leaf() -> None:
    """root -> intermediate, whose own key is in the drop."""
    judgement = judge_one(intermediate().pem + intermediate().key_pem + root().pem)

    assert "ca-as-leaf" in codes(judgement)
    assert not judgement.curable


def test_a_self_signed_ca_certificate_as_leaf() -> None:
    """What `openssl req -x509` makes when nobody asks for CA:FALSE."""
    server = authority.certificate(common_name="shop.example", names=["shop.example"], ca=True, key=key())
    judgement = judge_server(server)

    assert codes(judgement)[0] == "ca-as-leaf"
    assert "basicConstraints=critical,CA:FALSE" in judgement.findings[0].fix


@pytest.mark.parametrize(
    ("usages", "expected"),
    [
        ([ExtendedKeyUsageOID.SERVER_AUTH], []),
        ([], []),
        ([ExtendedKeyUsageOID.CLIENT_AUTH], ["wrong-eku"]),
        ([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], ["wrong-eku"]),
        ([ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.SERVER_AUTH], []),
    ],
)
def test_extended_key_usage(usages: list[x509.ObjectIdentifier], expected: list[str]) -> None:
    """root -> intermediate -> leaf for the given purposes; none given: for all."""
    assert codes(judge_server(leaf(extended_key_usage=usages), intermediate())) == expected


def usage(*, signature: bool = False, encipherment: bool = False, certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signature,
        content_commitment=True,
        key_encipherment=encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


@pytest.mark.parametrize(
    ("kind", "key_usage", "expected"),
    [
        ("p-256", usage(signature=True), []),
        ("p-256", usage(encipherment=True), ["wrong-key-usage"]),
        ("rsa-2048", usage(encipherment=True), []),
        ("rsa-2048", usage(), ["wrong-key-usage"]),
    ],
)
def test_key_usage(kind: KeyName, key_usage: x509.KeyUsage, expected: list[str]) -> None:
    """root -> intermediate -> leaf whose key may not be used for the handshake."""
    assert codes(judge_server(leaf(key=key(kind), key_usage=key_usage), intermediate())) == expected


@pytest.mark.parametrize("name", ["sha1", "md5"])
def test_a_signature_that_can_be_forged(name: authority.HashName) -> None:
    """root (RSA) -> leaf, signed with SHA-1 or MD5."""
    old = authority.root_ca(key=key("rsa-2048"))
    judgement = judge_server(leaf(issuer=old, signature_hash=name), old)

    assert codes(judgement) == ["weak-signature"]
    assert name.upper() in judgement.findings[0].message


@pytest.mark.parametrize("name", ["sha384", "sha512"])
def test_a_better_hash_is_fine(name: authority.HashName) -> None:
    assert codes(judge_server(leaf(signature_hash=name), intermediate())) == []


def test_a_serial_number_of_zero() -> None:
    """root -> intermediate -> leaf with serial number 0."""
    zero = sign_again(leaf(serial=1), key("p-256", 2), lambda tbs: tbs.replace(b"\x02\x01\x01", b"\x02\x01\x00", 1))

    assert codes(judge_server(zero, intermediate())) == ["bad-serial"]


def test_several_flaws_are_all_told_at_once() -> None:
    """root -> intermediate -> leaf: expired, wrong purpose, bad name."""
    server = leaf(
        names=["a_b.example"],
        not_before=NOW - timedelta(days=9),
        not_after=NOW - timedelta(days=1),
        extended_key_usage=[ExtendedKeyUsageOID.CLIENT_AUTH],
    )

    assert codes(judge_server(server, intermediate())) == ["expired", "invalid-san", "wrong-eku"]
