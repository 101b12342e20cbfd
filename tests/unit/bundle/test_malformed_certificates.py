"""Certificates that cannot be read, at once or only when somebody asks for an attribute."""

import pytest
from cryptography import x509

from fakecloud import authority
from tests.unit.bundle.drops import codes, intermediate, judge_one, key, leaf, root
from tests.unit.bundle.forge import encode, forge, pem, sequence, sign_again, with_public_key


def spoil(old: bytes, new: bytes) -> bytes:
    """Return the DER of a leaf of the intermediate, *old* in it exchanged for *new* of equal length."""
    assert len(old) == len(new)
    assert old in leaf().certificate.tbs_certificate_bytes
    return forge(leaf(), key("p-256", 2), lambda to_be_signed: to_be_signed.replace(old, new))


SAN = bytes.fromhex("0603551d11")
EKU = bytes.fromhex("0603551d25")
KEY_USAGE = bytes.fromhex("0603551d0f")
CONSTRAINTS_FALSE = bytes.fromhex("0603551d13") + b"\x01\x01\xff\x04\x02\x30\x00"
EC_P256 = bytes.fromhex("06082a8648ce3d030107")

LAZY = {
    "two extensions of a kind": (EKU, SAN),
    "constraints that are no sequence": (CONSTRAINTS_FALSE, CONSTRAINTS_FALSE[:-2] + b"\x31\x00"),
    "a key usage that is no bit string": (
        KEY_USAGE + b"\x01\x01\xff\x04\x04\x03",
        KEY_USAGE + b"\x01\x01\xff\x04\x04\x02",
    ),
    "a name that is not UTF-8": (b"\x0c\x0cshop.example", b"\x0c\x0c\xff\xfe\xfd\xfc.example"),
    "a time that is none": (b"271001000000Z", b"279901000000Z"),
    "a version that does not exist": (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"),
    "a critical flag that is no boolean": (b"\x01\x01\xff\x04", b"\x01\x01\x01\x04"),
    "a point that is not on the curve": (b"\x03\x42\x00\x04", b"\x03\x42\x00\x05"),
}


@pytest.mark.parametrize("case", LAZY)
def test_what_fails_only_when_asked_for_is_malformed_all_the_same(case: str) -> None:
    """root -> intermediate -> leaf with one thing in it spoilt, signed rightly."""
    content = pem("CERTIFICATE", spoil(*LAZY[case]))

    judgement = judge_one(content + intermediate().pem + leaf().key_pem)

    assert codes(judgement) == ["malformed-certificate"]
    assert judgement.findings[0].subject == "all.pem:1"


def test_the_reason_is_in_plain_words() -> None:
    cut = judge_one(pem("CERTIFICATE", leaf().der[:-5])).findings[0].message
    twice = judge_one(pem("CERTIFICATE", spoil(EKU, SAN))).findings[0].message

    assert cut == "The certificate is malformed: its ASN.1 cannot be read (ShortData)."
    assert twice == "The certificate is malformed: Duplicate 2.5.29.17 extension found."


def test_bytes_after_the_certificate_are_malformed() -> None:
    assert "malformed-certificate" in codes(judge_one(pem("CERTIFICATE", leaf().der + b"\0")))


@pytest.mark.parametrize("algorithm", ["06022a03", "06072a8648ce3d020106082a811ccf5501822d"])
def test_a_key_of_an_unknown_kind(algorithm: str) -> None:
    """root -> intermediate -> leaf with a key of algorithm 1.2.3, or on SM2's curve."""
    public = sequence(sequence(bytes.fromhex(algorithm)), encode(3, b"\0\4" + b"\1" * 64))
    server = with_public_key(leaf(), public, key("p-256", 2))

    assert codes(judge_one(server.pem + intermediate().pem)) == ["no-key", "unsupported-key"]


def test_a_signature_of_an_unknown_kind_proves_nothing() -> None:
    """root -> intermediate -> leaf, signed with algorithm 1.2.840.10045.4.3.9."""
    known, unknown = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d040309")

    judgement = judge_one(pem("CERTIFICATE", leaf().der.replace(known, unknown)) + intermediate().pem + leaf().key_pem)

    assert codes(judgement) == ["chain-wrong", "stray-certificate"]


def test_a_certificate_without_any_name_can_still_be_told_apart() -> None:
    """root -> intermediate -> leaf with an empty subject; and one whose subject has no CN."""
    nameless = leaf(common_name="", names=["shop.example"])
    organisation = sign_again(
        leaf(common_name="shop"),
        key("p-256", 2),
        lambda tbs: tbs.replace(b"\x06\x03\x55\x04\x03\x0c\x04shop", b"\x06\x03\x55\x04\x0a\x0c\x04shop"),
    )

    assert [part.title for part in judge_one(nameless.pem).parts] == ["(no subject)"]
    assert [part.title for part in judge_one(organisation.pem).parts] == ["O=shop"]


def test_every_attribute_of_a_large_real_extension_set_is_read() -> None:
    """root -> intermediate -> leaf with policies, CRL and OCSP addresses."""
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), None)]), False),
        (
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        x509.oid.AuthorityInformationAccessOID.OCSP,
                        x509.UniformResourceIdentifier("http://ocsp.example"),
                    )
                ]
            ),
            False,
        ),
        (x509.TLSFeature([x509.TLSFeatureType.status_request]), False),
    ]
    server = authority.certificate(
        common_name="shop.example",
        names=["shop.example"],
        issuer=intermediate(),
        key=key(),
        extra_extensions=extensions,
    )

    assert codes(judge_one(server.pem + intermediate().pem + server.key_pem + root().pem)) == []
