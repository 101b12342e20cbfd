"""Bundles for the simulation, the same in every process: keys and certificates depend on nothing but their names."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import rsa

from fakecloud.authority import Issued, PrivateKey, intermediate_ca, leaf, make_key, root_ca

Kind = Literal["rsa", "ec"]
KINDS: tuple[Kind, ...] = ("ec", "rsa")
LINES = {
    "shop": ("shop.example", "www.shop.example"),
    "blog": ("blog.example",),
    "api": ("api.example", "*.api.example"),
    "hand": ("hand.example",),
}
AUTHORITY = "partners"  # the line of the CAs that vouch for clients: certificates without key
DROPPED = ("shop", "blog", "api", AUTHORITY)
BIRTHS = (
    *(datetime(2026, month, 1, tzinfo=timezone.utc) for month in (8, 9, 10, 11)),
    datetime(2026, 11, 1, 6, tzinfo=timezone.utc),
)
GENERATIONS = len(BIRTHS)
LATE_GENERATIONS = (3, 4)  # only dropped to make sure of a renewal
HALF = 1024  # bits of a prime of an RSA key of 2048
EXPONENT = 65537
WITNESSES = 8


@dataclass(frozen=True)
class Made:
    """A bundle: what a user drops, and what of it is public."""

    line: str
    kind: Kind
    generation: int
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    fingerprint: str
    fullchain: bytes = field(repr=False)
    key: bytes = field(repr=False)

    @property
    def files(self) -> dict[str, bytes]:
        """What lies in a drop."""
        return {"fullchain.pem": self.fullchain, **({"privkey.pem": self.key} if self.key else {})}

    def succeeds(self, older: "Made") -> bool:
        """Say whether this one takes the place of *older*: the product's rule, written down a second time."""
        mine = (self.not_before, self.not_after, self.fingerprint)
        return (
            self.kind == older.kind
            and set(self.names) >= set(older.names)
            and mine > (older.not_before, older.not_after, older.fingerprint)
        )


@cache
def bundle(line: str, kind: Kind = "ec", generation: int = 0) -> Made:
    """Return a bundle of a line, or a CA; each generation is a month younger, the last some hours, with another key."""
    start = BIRTHS[generation]
    if line == AUTHORITY:
        return _make_authority(kind, generation, start)
    return _make(line, kind, generation, start, start.year + 1)


@cache
def expired(line: str, kind: Kind = "ec") -> Made:
    """Return a bundle that is no longer valid in the World's November 2026."""
    return _make(line, kind, 0, datetime(2025, 8, 1, tzinfo=timezone.utc), 2026)


def _make_authority(kind: Kind, generation: int, start: datetime) -> Made:
    end = start.replace(year=start.year + 10)
    key = key_of(f"{kind}-{AUTHORITY if kind == 'ec' else ''}-{generation % 2}", kind)
    made = root_ca(common_name="Partners", key=key, not_before=start, not_after=end)
    return Made(AUTHORITY, kind, generation, (), start, end, made.fingerprint, made.pem, b"")


def _make(line: str, kind: Kind, generation: int, not_before: datetime, year: int) -> Made:
    key = key_of(f"{kind}-{line if kind == 'ec' else ''}-{generation % 2}", kind)
    not_after = not_before.replace(year=year)
    made = leaf(issuer=_intermediate(), names=LINES[line], key=key, not_before=not_before, not_after=not_after)
    chain = made.pem + _intermediate().pem
    return Made(
        line, kind, generation, LINES[line], not_before, not_after, made.fingerprint, chain, made.traditional_key_pem
    )


@cache
def key_of(name: str, kind: Kind) -> PrivateKey:
    """Return the private key of a name."""
    if kind == "ec":
        return make_key("p-256", seed=name.encode())
    source = random.Random(name)
    p, q = _find_prime(source), _find_prime(source)
    d = pow(EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(EXPONENT, p * q)
    exponents = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *exponents, public).private_key()


@cache
def all_bundles() -> tuple[Made, ...]:
    """Return every valid bundle that is ever dropped."""
    return tuple(
        bundle(line, kind, generation) for line in DROPPED for kind in KINDS for generation in range(GENERATIONS)
    )


def secrets() -> Iterator[bytes]:
    """Yield a stretch of every key that was made: whoever sees it has seen the key."""
    for line in LINES:
        for kind in KINDS:
            for generation in range(2):
                yield _stretch(bundle(line, kind, generation).key)


def _stretch(pem: bytes) -> bytes:
    return pem.splitlines()[2][:32]


@cache
def _intermediate() -> Issued:
    start, end = datetime(2025, 1, 1, tzinfo=timezone.utc), datetime(2030, 1, 1, tzinfo=timezone.utc)
    root = root_ca(key=make_key("p-256", seed=b"root"), not_before=start, not_after=end)
    return intermediate_ca(issuer=root, key=make_key("p-256", seed=b"intermediate"), not_before=start, not_after=end)


def _find_prime(source: random.Random) -> int:
    small = [number for number in range(3, 2000) if all(number % divisor for divisor in range(2, int(number**0.5) + 1))]
    while True:
        candidate = source.getrandbits(HALF) | 3 << (HALF - 2) | 1
        if all(candidate % prime for prime in small) and _is_prime(candidate) and (candidate - 1) % EXPONENT:
            return candidate


def _is_prime(candidate: int) -> bool:
    """Tell whether a number is prime (Miller and Rabin, fixed witnesses: the numbers are not chosen by an enemy)."""
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for number in range(WITNESSES):
        base = int.from_bytes(hashlib.sha256(f"{number}".encode()).digest(), "big")
        power = pow(base, odd, candidate)
        if power in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            power = pow(power, 2, candidate)
            if power == candidate - 1:
                break
        else:
            return False
    return True
