"""What a leaf says of itself, as cryptography reads it too."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certdrop.bundle.leaf import is_in_order, read_leaf
from fakecloud.authority import leaf
from tests.flows.bundles import intermediate, key_of, root


@pytest.mark.parametrize("year", [2026, 2049, 2050, 2100])
def test_the_end_of_validity_is_read_from_both_forms_of_a_time(year: int) -> None:
    made = leaf(
        issuer=intermediate(),
        names=("shop.example",),
        key=key_of("p-256"),
        not_before=datetime(2026, 1, 1, tzinfo=timezone.utc),
        not_after=datetime(year, 2, 3, 4, 5, 6, tzinfo=timezone.utc),
    )

    read = read_leaf(made.der)

    assert read
    assert read.not_before == datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert read.not_after == datetime(year, 2, 3, 4, 5, 6, tzinfo=timezone.utc)


def test_of_two_digits_those_from_50_on_are_of_the_last_century() -> None:
    def wrap(tag: int, *parts: bytes) -> bytes:
        content = b"".join(parts)
        return bytes([tag, len(content)]) + content

    empty = b"\x30\x00"
    validity = wrap(0x30, wrap(0x17, b"490101000000Z"), wrap(0x17, b"500101000000Z"))
    read = read_leaf(wrap(0x30, wrap(0x30, b"\x02\x00", empty, empty, validity, empty, empty)))

    assert read
    assert (read.not_before.year, read.not_after.year) == (2049, 1950)
    assert (read.names, read.key_kind) == ((), None)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_names_and_the_kind_of_key_are_read_and_who_issued_it(kind: str) -> None:
    key = key_of("rsa-2048" if kind == "rsa" else "p-256")
    read = read_leaf(leaf(issuer=intermediate(), names=("b.example", "*.A.example"), key=key).der)
    own = read_leaf(leaf(names=("shop.example",), key=key).der)

    assert read
    assert own
    assert (read.names, read.key_kind, read.self_issued) == (("*.a.example", "b.example"), kind, False)
    assert (own.names, own.self_issued) == (("shop.example",), True)


def test_a_chain_is_in_order_when_each_names_the_next_as_its_issuer() -> None:
    made = leaf(issuer=intermediate(), names=("shop.example",), key=key_of("p-256")).der

    assert is_in_order([made, intermediate().der, root().der])
    assert is_in_order([made])
    assert is_in_order([])
    assert not is_in_order([made, root().der])
    assert not is_in_order([made, root().der, intermediate().der])
    assert not is_in_order([made, b"junk"])


def test_a_hundred_names_are_all_read() -> None:
    names = tuple(f"n{number}.example" for number in range(100))
    read = read_leaf(leaf(issuer=intermediate(), names=names, key=key_of("p-256")).der)

    assert read
    assert read.names == tuple(sorted(names))


@given(st.binary(max_size=60))
def test_what_is_no_certificate_has_no_end(content: bytes) -> None:
    assert read_leaf(content) is None
    assert read_leaf(bytes([0x30, len(content)]) + content) is None


@given(st.integers(0, 600), st.integers(0, 255))
def test_a_certificate_with_a_wrong_byte_never_raises(place: int, byte: int) -> None:
    der = bytearray(leaf(issuer=intermediate(), key=key_of("p-256")).der)
    der[place % len(der)] = byte

    read = read_leaf(bytes(der))

    assert read is None or read.not_before.tzinfo is timezone.utc
