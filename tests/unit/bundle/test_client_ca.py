"""A drop of CA certificates only, without a key, is a client CA: exactly one certificate."""

from datetime import timedelta

import pytest
from cryptography import x509

from fakecloud import authority
from fakecloud.authority import KeyName
from tests.unit.bundle.drops import NOW, codes, intermediate, judge_drop, judge_one, key, root
from tests.unit.bundle.forge import sign_again


def test_one_root_is_a_client_ca() -> None:
    judgement = judge_drop({"ca.pem": root().pem, "again.crt": root().pem})

    assert codes(judgement) == []
    assert judgement.bundle is not None
    assert judgement.kind == "ca"
    assert judgement.bundle.key_pem is None
    assert judgement.bundle.certificate_pem == root().pem.decode()
    assert judgement.bundle.facts.ca_pem == root().pem.decode()
    assert judgement.bundle.facts.names == ()
    assert judgement.bundle.facts.fingerprint == root().fingerprint
    assert [part.role for part in judgement.parts] == ["client CA"]


def test_an_intermediate_is_taken_with_a_warning() -> None:
    """(root ->) intermediate."""
    judgement = judge_one(intermediate().pem)

    assert codes(judgement) == ["ca-not-self-signed"]
    assert judgement.accepted


def test_two_ca_certificates_are_one_too_many() -> None:
    """root -> intermediate, both in the drop: perhaps a server's chain whose leaf is on its way."""
    judgement = judge_one(root().pem + intermediate().pem)

    assert codes(judgement) == ["several-ca-certificates"]
    assert "Issuing, Root" in judgement.findings[0].message
    assert judgement.bundle is None
    assert judgement.curable
    assert not judgement.missing_part


def test_an_expired_client_ca() -> None:
    old = authority.root_ca(key=key(), not_after=NOW - timedelta(days=1))

    assert codes(judge_one(old.pem)) == ["expired"]


def test_a_client_ca_that_expires_soon() -> None:
    old = authority.root_ca(key=key(), not_after=NOW + timedelta(days=3, hours=1))

    assert "in 3 days" in judge_one(old.pem).findings[0].message


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rsa-1024", ["weak-key"]),
        ("ed25519", ["unsupported-key"]),
        ("dsa-2048", ["weak-key"]),
        ("p-521", []),
        ("rsa-4096", []),
    ],
)
def test_the_key_of_a_client_ca(kind: KeyName, expected: list[str]) -> None:
    judgement = judge_one(authority.root_ca(key=key(kind)).pem)

    assert codes(judgement) == expected
    assert judgement.accepted == (not expected)


def test_a_client_ca_that_must_not_sign_certificates() -> None:
    usage = x509.KeyUsage(*[True, *[False] * 8])
    useless = authority.certificate(common_name="ca", key=key(), ca=True, key_usage=usage)

    assert codes(judge_one(useless.pem)) == ["wrong-key-usage"]


def test_a_forgeable_signature_matters_only_below_the_root() -> None:
    """root (SHA-1), and root -> intermediate (SHA-1)."""
    old = authority.root_ca(key=key("rsa-2048"), signature_hash="sha1")
    below = authority.intermediate_ca(issuer=old, key=key(), signature_hash="sha1")

    assert codes(judge_one(old.pem)) == []
    assert codes(judge_one(below.pem)) == ["weak-signature", "ca-not-self-signed"]


def test_old_roots_may_have_the_serial_number_zero() -> None:
    single = authority.certificate(common_name="ca", key=key(), ca=True, serial=1)
    zero = sign_again(single, key(), lambda tbs: tbs.replace(b"\x02\x01\x01", b"\x02\x01\x00", 1))

    assert codes(judge_one(zero.pem)) == []


def test_a_malformed_file_beside_a_ca_is_no_client_ca() -> None:
    judgement = judge_drop(
        {"ca.pem": root().pem, "cert.pem": b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----"}
    )

    assert codes(judgement) == ["malformed-certificate", "no-key"]
