"""What may be a secret goes, in any spelling; what people and the cloud call things stays."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certdrop.masking import LONGEST_READ, MASK, hide, hide_but_hashes, is_suspicious
from fakecloud.authority import KeyName
from tests.secrets.canary import found_in
from tests.secrets.spellings import KINDS, canary, spellings

HASH = "0f3a5b7c9d1e2f40" * 4
ORDINARY = (
    "You are not authorized to do alb:AssociateAdditionalCertificatesWithListener",
    "acs:alb:cn-hangzhou:1234567890123456:loadbalancer/alb-o4u54y73wq7b1234567, 166f8204689_1714763408_709981430",
    "DescribeLoadBalancerHTTPSListenerAttribute: InvalidParameter.CertificateNotMatchPrivateKey",
    "certs/wildcard_shop_example_com_2026_10_01/fullchain_from_letsencrypt_production_2.pem",
    "certdrop-shop.example-0f3a5b7c9d1e2f40, da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "4C3B2A10-5D6E-7F80-9A0B-1C2D3E4F5A6B at 2026-11-01T12:00:00.000+00:00",
    'File "/code/certdrop/reconcile/operations/Listener2Requests.py", line 12, in make_create_listener_request',
    f"{'a' * 256} {'90' * 100}",
    "MD5 and SHA-1: 10:20:30:40:50:60",
    "x509: *.shop.example, www.shop.example, 192.0.2.1, 2001:db8:0:1:2:3:4:5",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_hidden_in_every_spelling(kind: KeyName) -> None:
    shown = [(name, f"{hide(text)} {hide(f'it says {text} here')}".encode()) for name, text in spellings(kind).items()]

    assert found_in(canary(kind).pieces, shown) == []
    assert [name for name, text in spellings(kind).items() if not is_suspicious(text)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_hidden_in_a_text_of_our_own_but_for_a_number_that_looks_like_a_hash(kind: KeyName) -> None:
    shown = [(name, hide_but_hashes(f"it says {text} here").encode()) for name, text in spellings(kind).items()]
    expected = ["number 0 in hex"] if kind == "p-256" else []

    assert [hit.partition(":")[0] for hit in found_in(canary(kind).pieces, shown)] == expected


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_stays(text: str) -> None:
    assert (hide(text), hide_but_hashes(text), is_suspicious(text)) == (text, text, False)


def test_a_hash_stays_where_we_wrote_it_and_is_no_name() -> None:
    key = f"state/drops/shop/{HASH}.9999999998.json"

    assert hide_but_hashes(key) == key
    assert hide(key) == f"state/drops/shop/{MASK}.9999999998.json"
    assert is_suspicious(f"{HASH}.pem")


def test_what_stands_around_a_secret_stays() -> None:
    assert hide("key -----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY----- is bad") == f"key {MASK} is bad"


def test_a_secret_at_the_cut_leaves_no_rest() -> None:
    line = canary("p-256").pem.splitlines()[2]
    text = "a word " * 571 + line

    assert LONGEST_READ - len(line) < 571 * 7 < LONGEST_READ
    assert hide(text) == "a word " * 571


@given(st.text())
def test_hiding_twice_is_hiding_once(text: str) -> None:
    assert hide(hide(text)) == hide(text)


@pytest.mark.parametrize(
    "piece",
    ["-", "--", "-----BEGIN ", "-----END ", "%2D", "%25", "ab ", "ab\n", "A", "9", "\n", "\\n", "Ab9+", "%0A", MASK],
)
def test_a_hostile_text_costs_no_time(piece: str) -> None:
    started = time.process_time()
    hide_but_hashes(piece * (200_000 // len(piece)) + "!")

    assert time.process_time() - started < 5  # traced, too; what is not linear takes hours


def test_no_file_of_the_product_is_full_of_what_would_be_hidden() -> None:
    """A mask that eats what people need to read is none: all that certdrop can say passes it."""
    sources = Path(__file__).parents[2] / "shared" / "certdrop"
    lines = [line.strip() for path in sources.rglob("*.py") for line in path.read_text().splitlines()]

    assert [line for line in lines if is_suspicious(line) and "BEGIN" not in line] == []
