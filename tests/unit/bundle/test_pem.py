"""Reading is lenient: whatever people do to a PEM file, its blocks come out the same."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certdrop.bundle.pem import DamagedBlock, PemBlock, decode_text, is_almost_pem, split_blocks

DER = bytes(range(256)) * 3
BODY = base64.encodebytes(DER).decode()
BLOCK = f"-----BEGIN CERTIFICATE-----\n{BODY}-----END CERTIFICATE-----\n"

LABELS = st.sampled_from(["CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "X509 CERTIFICATE", "DH PARAMETERS"])
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", " \n", "\t\r\n", "\\n", "\n    "])
NOISE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="-"), max_size=60).map(
    lambda text: text.encode()
)


@st.composite
def written_blocks(draw: st.DrawFn) -> tuple[list[tuple[str, bytes]], bytes]:
    """Blocks, and a file in which somebody wrote them down."""
    blocks = draw(st.lists(st.tuples(LABELS, st.binary(min_size=1, max_size=200)), max_size=5))
    text = draw(NOISE)
    for label, der in blocks:
        end = draw(LINE_ENDS)
        width = draw(st.integers(1, 100))
        body = base64.b64encode(der).decode()
        lines = [body[start : start + width] for start in range(0, len(body), width)]
        whole = end.join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])
        text += whole.encode() + draw(NOISE)
    return blocks, text


@given(written_blocks(), st.sampled_from(["plain", "bom", "utf-16-le", "utf-16-be"]))
def test_blocks_come_out_whatever_stands_around_them(written: tuple[list[tuple[str, bytes]], bytes], form: str) -> None:
    blocks, text = written
    boms = {"bom": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    encoded = text.decode().encode(form) if form.startswith("utf") else text
    if form == "plain" and encoded.startswith(tuple(boms.values())):
        encoded = b"\n" + encoded

    found = split_blocks(decode_text(boms.get(form, b"") + encoded))

    assert [(block.label, block.der) for block in found if isinstance(block, PemBlock)] == blocks


@given(st.binary(max_size=400))
def test_no_bytes_make_the_splitter_fail(noise: bytes) -> None:
    for block in split_blocks(decode_text(noise + BLOCK.encode()[:30] + noise + BLOCK.encode())):
        assert isinstance(block, PemBlock | DamagedBlock)


@pytest.mark.parametrize(
    "text",
    [
        BLOCK.replace("\n", "\r\n"),
        BLOCK.replace("\n", "\r"),
        BLOCK.replace("\n", " "),
        BLOCK.replace("\n", ""),
        BLOCK.replace("\n", "\\n"),
        BLOCK.replace("\n", "\n\n\n"),
        BLOCK.replace("\n", "   \n\t"),
        BLOCK.rstrip("\n"),
        "Bag Attributes\n    friendlyName: shop\nsubject=CN = shop\n" + BLOCK + "done -----\n",
        BLOCK.replace("-----\n", "-----\nComment: made by hand\nX-Info: 1\n\n", 1),
    ],
)
def test_every_common_way_to_write_a_block_is_read(text: str) -> None:
    [block] = split_blocks(text.encode())

    assert isinstance(block, PemBlock)
    assert block.der == DER


def test_blocks_joined_without_a_line_break_are_two() -> None:
    assert len(split_blocks((BLOCK.rstrip("\n") * 2).encode())) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_block_knows_its_line(end: str) -> None:
    text = ("one\ntwo\n" + BLOCK + BLOCK).replace("\n", end)

    assert [block.line for block in split_blocks(text.encode())] == [3, 3 + BLOCK.count("\n")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BLOCK.replace("-----END CERTIFICATE-----", ""), "its END line is missing"),
        (BLOCK.replace("END CERTIFICATE", "END PRIVATE KEY"), "its END line is missing"),
        (BLOCK.replace("-----END CERTIFICATE-----\n", "") + "-----BEGIN X-----", "its END line is missing"),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "it is empty"),
        (BLOCK.replace("AAEC", "A!EC"), "its base64 holds foreign characters"),
        (BLOCK.replace("AAEC", "A\0EC"), "its base64 holds foreign characters"),
        (BLOCK.replace("=", "").replace("/w==", "/")[:-30] + "-----END CERTIFICATE-----", "its base64 is cut short"),
    ],
)
def test_a_damaged_block_says_what_is_wrong(text: str, reason: str) -> None:
    damaged = split_blocks(text.encode())[0]

    assert isinstance(damaged, DamagedBlock)
    assert damaged.reason == reason


def test_an_end_without_begin_is_damage_so_that_a_spoilt_begin_never_hides_a_block() -> None:
    text = BLOCK + BLOCK.replace("-----BEGIN", "----BEGIN")

    good, spoilt = split_blocks(text.encode())

    assert isinstance(good, PemBlock)
    assert spoilt == DamagedBlock("CERTIFICATE", 2 * BLOCK.count("\n"), "its BEGIN line is missing")


def test_a_passphrase_shows_in_the_headers() -> None:
    text = BLOCK.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1)

    [block] = split_blocks(text.encode())

    assert isinstance(block, PemBlock)
    assert block.encrypted
    assert block.der == b""


@pytest.mark.parametrize("line", ["----BEGIN CERTIFICATE----", "-----begin certificate-----", "----- BEGIN X -----"])
def test_a_spoilt_begin_line_is_recognised(line: str) -> None:
    assert is_almost_pem(line.encode())
    assert not is_almost_pem(b"BEGIN at the beginning")
