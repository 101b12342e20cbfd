"""Forms that are not PEM: each is named, with the command that converts it."""

import shlex

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)

from tests.unit.bundle.drops import certbot, codes, intermediate, judge_drop, key, leaf
from tests.unit.bundle.forge import der, pem

KEY = key("p-256", 3)
PASSWORD = BestAvailableEncryption(b"secret")


def request() -> x509.CertificateSigningRequest:
    return x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(KEY, hashes.SHA256())


CASES = {
    "certificate in DER": (leaf().der, "unsupported-der", "openssl x509 -inform DER -in drop.cer -out cert.pem"),
    "PKCS#8 key in DER": (
        KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "unsupported-der",
        "openssl pkey -inform DER -in drop.cer -out key.pem",
    ),
    "SEC1 key in DER": (
        KEY.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "unsupported-der",
        "openssl pkey -inform DER",
    ),
    "PKCS#1 key in DER": (
        key("rsa-2048").private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "unsupported-der",
        "openssl pkey -inform DER",
    ),
    "encrypted key in DER": (
        KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, PASSWORD),
        "key-encrypted",
        "openssl pkey",
    ),
    "PKCS#12": (
        pkcs12.serialize_key_and_certificates(b"shop", KEY, leaf().certificate, None, PASSWORD),
        "unsupported-pkcs12",
        "openssl pkcs12 -in drop.cer -nodes -out bundle.pem",
    ),
    "PKCS#7 in DER": (
        pkcs7.serialize_certificates([leaf().certificate], Encoding.DER),
        "unsupported-pkcs7",
        "openssl pkcs7 -inform DER -in drop.cer -print_certs",
    ),
    "PKCS#7 in PEM": (
        pkcs7.serialize_certificates([leaf().certificate], Encoding.PEM),
        "unsupported-pkcs7",
        "openssl pkcs7 -inform PEM -in drop.cer -print_certs",
    ),
    "OpenSSH key": (
        KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
        "unsupported-openssh-key",
        "ssh-keygen -p -m PEM",
    ),
    "request": (request().public_bytes(Encoding.PEM), "unsupported-csr", "openssl req -in drop.cer -noout -text"),
    "request in DER": (request().public_bytes(Encoding.DER), "unsupported-csr", "openssl req"),
    "trusted certificate": (
        pem("TRUSTED CERTIFICATE", leaf().der + b"\x30\x00"),
        "unsupported-trusted-certificate",
        "openssl x509 -in drop.cer -out cert.pem",
    ),
    "Java key store": (b"\xfe\xed\xfe\xed\0\0\0\2", "unsupported-jks", "keytool -importkeystore"),
    "encrypted PKCS#8": (KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, PASSWORD), "key-encrypted", "pkey -in"),
    "encrypted traditional key": (
        KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, PASSWORD),
        "key-encrypted",
        "openssl pkey -in drop.cer -out key.pem",
    ),
    "encrypted key under the wrong label": (
        pem("PRIVATE KEY", KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, PASSWORD)),
        "key-encrypted",
        "openssl pkey",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_container_is_named_with_the_command_that_converts_it(case: str) -> None:
    content, code, command = CASES[case]

    [finding] = [each for each in judge_drop({"drop.cer": content}).findings if not each.code.startswith("no-")]

    assert finding.code == code
    assert finding.severity == "error"
    assert command in finding.fix


@pytest.mark.parametrize(
    ("case", "missing"),
    [
        ("PKCS#12", []),
        ("Java key store", []),
        ("certificate in DER", ["no-key"]),
        ("PKCS#8 key in DER", ["no-certificate"]),
        ("encrypted PKCS#8", ["no-certificate"]),
        ("OpenSSH key", ["no-certificate"]),
        ("PKCS#7 in PEM", ["no-key"]),
        ("request", ["no-certificate", "no-key"]),
    ],
)
def test_what_an_unread_file_may_hold_is_not_reported_as_missing(case: str, missing: list[str]) -> None:
    found = codes(judge_drop({"drop.cer": CASES[case][0]}))

    assert [code for code in found if code.startswith("no-")] == missing


def test_a_cut_pkcs12_is_still_recognised() -> None:
    assert "unsupported-pkcs12" in codes(judge_drop({"a.pem": CASES["PKCS#12"][0][:100]}))


def test_pkcs7_of_indefinite_length_is_recognised() -> None:
    ber = b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010702") + b"\xa0\x80"

    assert "unsupported-pkcs7" in codes(judge_drop({"a.pem": ber}))


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "not-pem", "is empty"),
        (b" \r\n", "not-pem", "is empty"),
        (b"hello", "not-pem", "other text"),
        (b"\x89PNG\0\1\2\xff", "not-pem", "binary"),
        (b"\x30\x82\xff\xffcut", "not-pem", "binary"),
        (b"PuTTY-User-Key-File-3: ssh-rsa", "not-pem", "PuTTY"),
        (b"---BEGIN CERTIFICATE---\nMIIC", "malformed-pem", "BEGIN line"),
    ],
)
def test_a_file_without_any_block_says_what_it_is(content: bytes, code: str, words: str) -> None:
    finding = judge_drop({"x.pem": content}).findings[0]

    assert finding.code == code
    assert words in finding.message


def test_a_bad_file_beside_a_good_bundle_refuses_the_drop() -> None:
    judgement = judge_drop({**certbot(), "extra.cer": intermediate().der})

    assert codes(judgement) == ["unsupported-der"]
    assert judgement.bundle is None
    assert not judgement.curable


def test_commands_quote_the_file_for_a_shell() -> None:
    name = "my cert; rm -rf $HOME.cer"

    finding = judge_drop({name: leaf().der}).findings[0]

    assert shlex.split(finding.fix.split("`")[1])[5] == name


def test_a_command_never_writes_over_its_own_input() -> None:
    assert "-out converted-cert.pem" in judge_drop({"cert.pem": leaf().der}).findings[0].fix


def test_damage_inside_the_base64_shows_the_place() -> None:
    spoilt = leaf().pem.replace(b"MII", b"M*I", 1)

    finding = judge_drop({"a.pem": b"\n\n" + spoilt}).findings[0]

    assert finding.code == "malformed-pem"
    assert finding.subject == "a.pem:3"
    assert "foreign characters" in finding.message


def test_a_damaged_key_block_is_not_reported_as_missing_too() -> None:
    spoilt = leaf().key_pem.replace(b"-----END PRIVATE KEY-----", b"")

    assert codes(judge_drop({"a.pem": leaf().pem + intermediate().pem + spoilt})) == ["malformed-pem"]


def test_a_key_labelled_as_certificate_is_malformed() -> None:
    assert "malformed-certificate" in codes(judge_drop({"a.pem": pem("CERTIFICATE", der(leaf().key_pem))}))
