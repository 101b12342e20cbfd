"""Hostile drops: refused by their size before anything is parsed, and always quickly."""

import base64
import time

import pytest

from certdrop.bundle.judging import DropFile, judge
from certdrop.bundle.parsing import MAX_BLOCKS, MAX_DROP_BYTES, MAX_FILE_BYTES, MAX_FILES
from fakecloud import authority
from tests.unit.bundle.drops import NOW, certbot, codes, judge_drop, judge_one, key, leaf
from tests.unit.bundle.forge import integer, pem, sequence

SECONDS = 1.0  # a quarter second on a quiet machine


def fill(piece: bytes) -> bytes:
    return (piece * (MAX_FILE_BYTES // len(piece) + 1))[:MAX_FILE_BYTES]


EMPTY = b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
HOSTILE = {
    "dashes": fill(b"-"),
    "zeros": fill(b"\0"),
    "begins": fill(b"-----BEGIN CERTIFICATE-----\n"),
    "ends": fill(b"-----END CERTIFICATE-----\n"),
    "empty blocks": fill(EMPTY),
    "spoilt begins": fill(b"--BEGIN " + b"A" * 39),
    "spaces": EMPTY[:28] + b" " * (MAX_FILE_BYTES - 100) + EMPTY[28:],
    "headers": EMPTY[:28] + b"Proc-Type: 4\n" + b"\r " * 100_000 + EMPTY[28:],
    "base64": EMPTY[:28] + b"A" * (MAX_FILE_BYTES - 100) + EMPTY[28:],
    "nested": pem("CERTIFICATE", b"\x30\x82\xff\xff" * 40_000),
    "nested DER": fill(b"\x30\x82\xff\xff"),
    "indefinite": fill(b"\x30\x80"),
    "huge modulus": pem("RSA PRIVATE KEY", sequence(integer(0), integer(1 << 900_000 | 1), *[integer(3)] * 7)),
    "utf-16": b"\xff\xfe" + fill(b"-\0"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_quickly(name: str) -> None:
    start = time.perf_counter()
    judgement = judge_drop({f"{number}.pem": HOSTILE[name] for number in range(3)})

    assert not judgement.accepted
    assert time.perf_counter() - start < SECONDS


def test_a_large_file_is_not_read() -> None:
    judgement = judge_drop({**certbot(), "large.pem": b"\0" * (MAX_FILE_BYTES + 1)})

    assert codes(judgement) == ["file-too-large"]
    assert judgement.findings[0].subject == "large.pem"


def test_a_file_of_just_the_size_is_read() -> None:
    text = leaf().pem + certbot()["chain.pem"] + leaf().key_pem

    assert codes(judge_one(text + b"#" * (MAX_FILE_BYTES - len(text)))) == []


def test_a_large_drop_is_not_read() -> None:
    files = {f"{number}.pem": b"#" * MAX_FILE_BYTES for number in range(MAX_DROP_BYTES // MAX_FILE_BYTES + 1)}

    assert codes(judge_drop(files)) == ["drop-too-large"]


def test_too_many_files_are_not_read() -> None:
    files = {f"{number}.pem": leaf().pem for number in range(MAX_FILES + 1)}

    assert codes(judge_drop(files)) == ["drop-too-large"]


def test_too_many_blocks_are_not_parsed() -> None:
    judgement = judge_one(leaf().pem * (MAX_BLOCKS + 1))

    assert codes(judgement) == ["too-many-certificates"]
    assert judgement.bundle is None
    assert not judgement.curable


def test_fifty_thousand_certificates_are_refused_in_no_time() -> None:
    start = time.perf_counter()
    judgement = judge_one(leaf().pem * 50_000)

    assert codes(judgement) == ["file-too-large", "no-certificate", "no-key"]
    assert time.perf_counter() - start < SECONDS


def test_many_authorities_of_one_name_do_not_multiply_the_work() -> None:
    """Every certificate may have issued every other one, by its name and key."""
    same = [
        authority.certificate(common_name="same", ca=True, key=key("rsa-4096"), serial=number + 1)
        for number in range(MAX_BLOCKS)
    ]
    drop = [DropFile("a.pem", b"".join(each.pem for each in same[1:]) + leaf(issuer=same[0]).pem)]

    start = time.perf_counter()
    judge(drop, validation_time=NOW)

    assert time.perf_counter() - start < SECONDS


def test_thousands_of_names_are_judged() -> None:
    server = leaf(names=[f"a{number}.example" for number in range(2000)], common_name="")

    judgement = judge_drop(certbot(server))

    assert codes(judgement) == []
    assert judgement.facts is not None
    assert len(judgement.facts.names) == 2000


def test_base64_of_a_bomb_is_just_bytes() -> None:
    judgement = judge_one(pem("CERTIFICATE", base64.b64decode("H4sIAAAAAAAA") + b"\0" * 1000))

    assert codes(judgement) == ["malformed-certificate", "no-key"]
