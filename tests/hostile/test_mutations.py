"""Real bundles whose DER was cut, nested, or given lengths that lie: findings or a bundle, never an exception."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakecloud.authority import Issued
from tests.unit.bundle.drops import judge_one
from tests.unit.bundle.forge import encode, pem
from tests.unit.bundle.test_robustness import CURVE, RSA, assert_sound, blocks

MUTATIONS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LYING = (b"\x80", b"\x81\x80", b"\x83\xff\xff\xff", b"\x84\xff\xff\xff\xff", b"\x88" + b"\xff" * 8, b"\xff", b"\x00")
SERVERS = st.sampled_from([CURVE, RSA])
BIG = 128


def lengths(content: bytes, start: int = 0) -> list[int]:
    """Return where the lengths of DER elements stand, those inside of others too."""
    found = []
    while start + 1 < len(content):
        found.append(start + 1)
        octets = content[start + 1] - BIG if content[start + 1] > BIG else 0
        size = int.from_bytes(content[start + 2 : start + 2 + octets], "big") if octets else content[start + 1]
        start += 2 + octets + (0 if content[start] & 0x20 else size)
    return found


def judge_with(server: Issued, which: int, content: bytes) -> None:
    parts = blocks(server)
    parts[which] = (parts[which][0], content)
    assert_sound(judge_one(b"".join(pem(*part) for part in parts)))


@MUTATIONS
@given(st.data(), SERVERS, st.integers(0, 4))
def test_der_that_is_cut_anywhere(data: st.DataObject, server: Issued, which: int) -> None:
    content = blocks(server)[which][1]

    judge_with(server, which, content[: data.draw(st.integers(0, len(content) - 1))])


@MUTATIONS
@given(st.data(), SERVERS, st.integers(0, 4), st.sampled_from(LYING))
def test_der_whose_lengths_lie_or_are_indefinite(data: st.DataObject, server: Issued, which: int, lie: bytes) -> None:
    content = blocks(server)[which][1]
    place = data.draw(st.sampled_from(lengths(content)))

    judge_with(server, which, content[:place] + lie + content[place + 1 :])


@MUTATIONS
@given(st.data(), SERVERS, st.integers(0, 4), st.sampled_from([0x30, 0x31, 0xA0, 0x24, 0x23]))
def test_der_that_is_put_into_itself(data: st.DataObject, server: Issued, which: int, tag: int) -> None:
    content = blocks(server)[which][1]
    place = data.draw(st.sampled_from(lengths(content)))

    judge_with(server, which, content[: place + 1] + encode(tag, content) + content[place + 1 :])


@MUTATIONS
@given(SERVERS, st.permutations(range(5)), st.integers(0, 4))
def test_blocks_under_each_others_labels(server: Issued, order: list[int], count: int) -> None:
    parts = blocks(server)
    mixed = [(parts[place][0], parts[other][1]) for place, other in enumerate(order[:count])]

    assert_sound(judge_one(b"".join(pem(*part) for part in mixed)))
