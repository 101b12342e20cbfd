"""RSA moduli that are factored at once because of how they were made; arithmetic alone, milliseconds at most.

Source: CA/Browser Forum, Baseline Requirements 6.1.1.3 and 6.1.6.
"""

from functools import cache, lru_cache
from itertools import count
from math import gcd, isqrt, prod

_LARGEST_SMALL_FACTOR = 65_537  # the requirements ask for 752
_FERMAT_ROUNDS = 100
_SQUARES_MODULO_16 = (0, 1, 4, 9)
# The moduli of Infineon's library: every prime of theirs is a power of 65537 modulo each of these (CVE-2017-15361).
_LARGEST_INFINEON_PRIME = 167
_INFINEON_GENERATOR = 65537


@lru_cache(maxsize=64)
def find_modulus_problem(modulus: int) -> str | None:
    """Say why *modulus*, which is public, is unfit; None when nothing is known against it.

    The files of a drop come one by one: an instance is asked for the same certificates and keys again and again.
    """
    if not modulus & 1:
        return "its RSA modulus is even"
    if modulus.bit_length() % 8:
        return f"the size of its RSA modulus, {modulus.bit_length()} bits, is no multiple of 8"
    if gcd(modulus, _product_of_small_primes()) > 1:
        return f"its RSA modulus has a factor below {_LARGEST_SMALL_FACTOR}"
    if _has_close_factors(modulus):
        return "the primes of its RSA modulus are so close that it is factored at once (Fermat)"
    if _is_infineon(modulus):
        return "its RSA modulus has the form of Infineon's faulty library (ROCA)"
    return None


@cache
def _primes_below(limit: int) -> tuple[int, ...]:
    sieve = bytearray([1]) * limit
    for one in range(3, isqrt(limit) + 1, 2):
        if sieve[one]:
            sieve[one * one :: 2 * one] = bytes(len(range(one * one, limit, 2 * one)))
    return tuple(one for one in range(3, limit, 2) if sieve[one])


@cache
def _product_of_small_primes() -> int:
    return prod(_primes_below(_LARGEST_SMALL_FACTOR))


def _has_close_factors(modulus: int) -> bool:
    """Tell whether Fermat's method finds two factors within a hundred rounds."""
    middle = isqrt(modulus)
    for larger in range(middle + (middle * middle < modulus), middle + _FERMAT_ROUNDS):
        square = larger * larger - modulus
        if square % 16 in _SQUARES_MODULO_16 and isqrt(square) ** 2 == square:
            return True
    return False


def _is_infineon(modulus: int) -> bool:
    """Tell whether the modulus lies in the subgroup of 65537 modulo every small prime: by chance never."""
    return all(pow(modulus, order, prime) == 1 for prime, order in _infineon_orders())


@cache
def _infineon_orders() -> tuple[tuple[int, int], ...]:
    """Return the order of 65537 modulo each prime."""
    return tuple(
        (prime, next(power for power in count(1) if pow(_INFINEON_GENERATOR, power, prime) == 1))
        for prime in _primes_below(_LARGEST_INFINEON_PRIME + 1)
    )
