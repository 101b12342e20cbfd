"""RSA keys that look strong and are factored at once: by a small factor, by Fermat's method, by ROCA."""

from itertools import count
from math import gcd, isqrt, prod

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from certdrop.bundle.weak_moduli import find_modulus_problem
from fakecloud.authority import KeyName
from tests.unit.bundle.drops import codes, intermediate, judge_one, judge_server, key, leaf
from tests.unit.bundle.forge import encode, integer, pem, sequence, with_public_key

PRIMES = [one for one in range(3, 65_537, 2) if all(one % low for low in range(3, isqrt(one) + 1, 2))]
SMALL = prod(PRIMES)
RSA_ENCRYPTION = sequence(encode(6, bytes.fromhex("2a864886f70d010101")), encode(5, b""))


def without_small_factors(start: int) -> int:
    return next(one for one in count(start | 1, 2) if gcd(one, SMALL) == 1)


def public_key(modulus: int, exponent: int = 65537) -> bytes:
    """The SubjectPublicKeyInfo of an RSA key."""
    return sequence(RSA_ENCRYPTION, encode(3, b"\0" + sequence(integer(modulus), integer(exponent))))


def infineon_prime(seed: int) -> int:
    """A prime as the faulty library made them: k * M + (65537 ** a mod M)."""
    base = 2 * prod(one for one in PRIMES if one <= 167)
    start = (3 << 1022) + (seed << 1000)
    candidates = (start // base * base + pow(65537, seed + number, base) for number in count())
    return next(one for one in candidates if pow(2, one - 1, one) == 1)


CLOSE = without_small_factors(3 << 1022)
WEAK = {
    "even": ((1 << 2047) + 2, "even"),
    "2049 bits": ((1 << 2048) + 1, "no multiple of 8"),
    "a multiple of 65,521": (65_521 * ((1 << 2048) // 65_521 - 2 | 1), "a factor below 65537"),
    "a square": (CLOSE**2, "Fermat"),
    "close primes": (CLOSE * without_small_factors(CLOSE + (1 << 512)), "Fermat"),
}


@pytest.mark.parametrize("name", WEAK)
def test_a_modulus_that_is_factored_at_once_is_weak(name: str) -> None:
    modulus, reason = WEAK[name]
    judgement = judge_server(with_public_key(leaf(), public_key(modulus), key("p-256", 2)), intermediate())

    [weak] = [finding for finding in judgement.findings if finding.code == "weak-key"]
    assert reason in weak.message
    assert judgement.bundle is None


def test_a_modulus_of_the_faulty_library_is_weak() -> None:
    problem = find_modulus_problem(infineon_prime(1) * infineon_prime(77))

    assert problem is not None
    assert "ROCA" in problem


@pytest.mark.parametrize("name", ["rsa-2048", "rsa-3072", "rsa-4096"])
def test_nothing_is_known_against_an_honest_modulus(name: KeyName) -> None:
    private = key(name)
    assert isinstance(private, rsa.RSAPrivateKey)

    assert find_modulus_problem(private.private_numbers().public_numbers.n) is None


def test_a_small_private_exponent_is_weak() -> None:
    """Every equation of the key holds; Wiener's method finds d from the public key alone."""
    private = key("rsa-2048")
    assert isinstance(private, rsa.RSAPrivateKey)
    numbers = private.private_numbers()
    p, q, n = numbers.p, numbers.q, numbers.public_numbers.n
    d = next(one for one in count((1 << 255) + 1, 2) if gcd(one, (p - 1) * (q - 1)) == 1)
    e = pow(d, -1, (p - 1) * (q - 1))
    der = sequence(*map(integer, (0, n, e, d, p, q, d % (p - 1), d % (q - 1), numbers.iqmp)))

    assert "weak-key" in codes(judge_one(pem("RSA PRIVATE KEY", der)))


@pytest.mark.parametrize("exponent", [1, 2, 3, 17, 257, 65535, 65536, 1 << 64 | 1, (1 << 2048) - 1])
def test_an_unfit_public_exponent_refuses_certificate_and_key(exponent: int) -> None:
    private = key("rsa-2048")
    assert isinstance(private, rsa.RSAPrivateKey)
    numbers = private.private_numbers()
    n, p, q = numbers.public_numbers.n, numbers.p, numbers.q
    server = with_public_key(leaf(), public_key(n, exponent), key("p-256", 2))
    der = sequence(*map(integer, (0, n, exponent, numbers.d, p, q, numbers.dmp1, numbers.dmq1, numbers.iqmp)))

    judgement = judge_one(server.pem + intermediate().pem + pem("RSA PRIVATE KEY", der))

    assert {"malformed-certificate", "weak-key"} & set(codes(judgement))
    assert judgement.bundle is None
