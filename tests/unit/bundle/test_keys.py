"""Keys: what is weak, what is not taken, what lies; and that nothing costly happens before the size is known."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fakecloud.authority import Issued, KeyName
from tests.unit.bundle.drops import codes, intermediate, judge_one, judge_server, key, leaf
from tests.unit.bundle.forge import der, encode, integer, pem, sequence, with_public_key

RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")
RSASSA_PSS = bytes.fromhex("300d06092a864886f70d01010a0500")


RSASSA_PSS_ALONE = sequence(bytes.fromhex("06092a864886f70d01010a"))


def public_key(modulus: int, algorithm: bytes = RSA_ENCRYPTION) -> bytes:
    """Return an RSA key's SubjectPublicKeyInfo."""
    return sequence(algorithm, encode(3, b"\0" + sequence(integer(modulus), integer(65537))))


def judge_key(private: bytes, label: str = "PRIVATE KEY") -> list[str]:
    return [code for code in codes(judge_one(pem(label, private))) if code != "no-certificate"]


def traditional(numbers: rsa.RSAPrivateNumbers) -> bytes:
    """Return the PKCS#1 form of *numbers*, right or wrong (RFC 8017 A.1.2)."""
    public = numbers.public_numbers
    values = (public.n, public.e, numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    return sequence(integer(0), *map(integer, values))


def rsa_numbers() -> rsa.RSAPrivateNumbers:
    private = key("rsa-2048")
    assert isinstance(private, rsa.RSAPrivateKey)
    return private.private_numbers()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rsa-1024", "weak-key"),
        ("p-521", "unsupported-key"),
        ("secp256k1", "unsupported-key"),
        ("ed25519", "unsupported-key"),
        ("dsa-2048", "weak-key"),
    ],
)
def test_a_key_that_is_not_taken_is_told_of_the_file_and_of_the_certificate(kind: KeyName, code: str) -> None:
    """root -> intermediate -> leaf with a key that the load balancers do not take."""
    judgement = judge_server(leaf(key=key(kind)), intermediate())

    assert codes(judgement) == [code, code]
    assert judgement.bundle is None
    assert [finding.subject for finding in judgement.findings][1] == "all.pem (shop.example)"


def test_a_small_curve_is_weak() -> None:
    private = ec.derive_private_key(12345, ec.SECP192R1())

    assert codes(judge_server(Issued(leaf().certificate, private), intermediate())) == ["weak-key"]


def test_a_public_exponent_of_three_is_weak() -> None:
    """root -> intermediate -> leaf with RSA 2048 and exponent 3."""
    judgement = judge_server(leaf(key=key("rsa-2048", exponent=3)), intermediate())

    assert codes(judgement) == ["weak-key", "weak-key"]
    assert "exponent" in judgement.findings[0].message


@pytest.mark.parametrize("exponent", [65537 << 64 | 1, 65538, 1])
def test_an_unfit_exponent_is_weak(exponent: int) -> None:
    numbers = rsa_numbers()
    public = rsa.RSAPublicNumbers(exponent, numbers.public_numbers.n)
    changed = (numbers.p, numbers.q, numbers.d, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    forged = traditional(rsa.RSAPrivateNumbers(*changed, public))

    assert judge_key(forged, "RSA PRIVATE KEY") == ["weak-key"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_huge_rsa_key_is_refused_before_it_is_loaded(wrapped: bool) -> None:  # noqa: FBT001
    """A key of 16384 bits, which takes half a minute to load."""
    huge = sequence(integer(0), integer(1 << 16383 | 1), *[integer(65537)] * 7)
    private = sequence(integer(0), RSA_ENCRYPTION, encode(4, huge)) if wrapped else huge

    start = time.perf_counter()
    found = judge_key(private)

    assert found == ["key-too-large"]
    assert time.perf_counter() - start < 0.25


def test_an_rsa_pss_key_is_refused_not_turned_into_plain_rsa() -> None:
    private = key("rsa-2048").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    finding = judge_one(pem("PRIVATE KEY", private.replace(RSA_ENCRYPTION, RSASSA_PSS))).findings[0]

    assert finding.code == "unsupported-key"
    assert "RSA-PSS" in finding.message


def test_an_rsa_pss_certificate_is_refused() -> None:
    """root -> intermediate -> leaf whose key is for RSASSA-PSS only."""
    server = with_public_key(leaf(), public_key(rsa_numbers().public_numbers.n, RSASSA_PSS_ALONE), key("p-256", 2))

    judgement = judge_one(server.pem + intermediate().pem)

    assert codes(judgement) == ["no-key", "unsupported-key"]
    assert "RSA-PSS 2048" in judgement.findings[1].message


def test_a_large_key_in_the_certificate_is_refused() -> None:
    """root -> intermediate -> leaf with an RSA key of 8192 bits."""
    server = with_public_key(leaf(), public_key(1 << 8191 | 1), key("p-256", 2))

    assert codes(judge_one(server.pem + intermediate().pem)) == ["no-key", "key-too-large"]


def test_an_even_modulus_is_weak() -> None:
    server = with_public_key(leaf(), public_key(1 << 2047), key("p-256", 2))

    assert codes(judge_one(server.pem + intermediate().pem)) == ["no-key", "weak-key"]


@pytest.mark.parametrize("name", ["p", "q", "d", "dmp1", "dmq1", "iqmp"])
def test_rsa_numbers_that_do_not_fit_each_other_are_malformed(name: str) -> None:
    numbers = rsa_numbers()
    values = {each: getattr(numbers, each) for each in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    values[name] += 2
    forged = traditional(rsa.RSAPrivateNumbers(**values, public_numbers=numbers.public_numbers))

    assert judge_key(forged, "RSA PRIVATE KEY") == ["malformed-key"]


def test_a_factor_that_is_not_prime_shows_when_it_signs() -> None:
    """n = p * q with p = 65539 * (a large prime): every equation holds, but nothing that it signs can be verified."""
    numbers = rsa_numbers()
    p, q, e = numbers.p * 65539, numbers.q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    forged = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)

    assert judge_key(traditional(forged), "RSA PRIVATE KEY") == ["malformed-key"]


def test_an_elliptic_curve_key_with_a_foreign_public_point_is_malformed() -> None:
    def point(number: int) -> bytes:
        return der(leaf(key=key("p-256", number)).traditional_key_pem)[-65:]

    private = der(leaf(key=key("p-256", 3)).traditional_key_pem)

    assert judge_key(private.replace(point(3), point(4)), "EC PRIVATE KEY") == ["malformed-key"]


@pytest.mark.parametrize(
    "private", [b"\0", b"\x30\x00", b"\x30\x03\x02\x01\x00", integer(7), b"junk" * 50, sequence(*[integer(1)] * 20)]
)
def test_what_is_no_key_at_all_is_malformed(private: bytes) -> None:
    assert judge_key(private) == ["malformed-key"]


def test_a_key_of_an_unknown_kind_is_unsupported() -> None:
    """A PKCS#8 key on SM2's curve, which cryptography does not know."""
    algorithm = sequence(bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06082a811ccf5501822d"))
    inner = sequence(integer(1), encode(4, b"\1" * 32))

    assert judge_key(sequence(integer(0), algorithm, encode(4, inner))) == ["unsupported-key"]


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("06072a8648ce380401", "DSA"),
        ("06072a8648ce3e0201", "Diffie-Hellman"),
        ("06092a864886f70d010301", "Diffie-Hellman"),
        ("06032b656e", "X25519"),
        ("06032b6571", "Ed448"),
        ("06028837", "not known"),
        ("0600", "not known"),
        ("060180", "not known"),
        ("0500", "not known"),
    ],
)
def test_a_key_of_another_kind_is_not_even_loaded(identifier: str, kind: str) -> None:
    """Loading hostile Diffie-Hellman numbers would take seconds."""
    content = sequence(integer(0), sequence(bytes.fromhex(identifier)), encode(4, b"no key at all"))

    finding = judge_one(pem("PRIVATE KEY", content)).findings[0]

    assert finding.code == ("weak-key" if kind == "DSA" else "unsupported-key")
    assert kind in finding.message


def test_a_dsa_key_in_its_own_form_is_weak() -> None:
    assert judge_key(sequence(*map(integer, range(6))), "DSA PRIVATE KEY") == ["weak-key"]


def test_a_self_signed_certificate_of_another_kind_of_key_is_named_so() -> None:
    """leaf -> leaf, Ed25519."""
    judgement = judge_server(leaf(issuer=None, key=key("ed25519")))

    assert codes(judgement) == ["unsupported-key", "unsupported-key", "self-signed"]


def test_a_key_under_the_wrong_label_is_read_all_the_same() -> None:
    private = der(leaf().key_pem)

    assert codes(judge_one(leaf().pem + intermediate().pem + pem("RSA PRIVATE KEY", private))) == []


def test_swapped_keys_are_told_apart_even_of_the_same_kind_and_size() -> None:
    """root -> intermediate -> leaf with the key of another leaf."""
    swapped = Issued(leaf(key=key("rsa-2048")).certificate, key("rsa-2048", 1))

    assert codes(judge_server(swapped, intermediate())) == ["key-mismatch"]
