"""Until when a certificate is valid, as cryptography reads it too."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certdrop.bundle.validity import read_not_after
from fakecloud.authority import leaf
from tests.flows.bundles import intermediate, key_of


@pytest.mark.parametrize("year", [2026, 2049, 2050, 2100])
def test_the_end_of_validity_is_read_from_both_forms_of_a_time(year: int) -> None:
    made = leaf(
        issuer=intermediate(),
        names=("shop.example",),
        key=key_of("p-256"),
        not_before=datetime(2026, 1, 1, tzinfo=timezone.utc),
        not_after=datetime(year, 2, 3, 4, 5, 6, tzinfo=timezone.utc),
    )

    assert read_not_after(made.der) == datetime(year, 2, 3, 4, 5, 6, tzinfo=timezone.utc)


def test_of_two_digits_those_from_50_on_are_of_the_last_century() -> None:
    def wrap(tag: int, *parts: bytes) -> bytes:
        content = b"".join(parts)
        return bytes([tag, len(content)]) + content

    validity = wrap(0x30, wrap(0x17, b"490101000000Z"), wrap(0x17, b"500101000000Z"))
    der = wrap(0x30, wrap(0x30, b"\x02\x00", b"\x30\x00", b"\x30\x00", validity))

    assert read_not_after(der) == datetime(1950, 1, 1, tzinfo=timezone.utc)


@given(st.binary(max_size=60))
def test_what_is_no_certificate_has_no_end(content: bytes) -> None:
    assert read_not_after(content) is None
    assert read_not_after(bytes([0x30, len(content)]) + content) is None
