"""Drops as people have them are accepted, and always come out as the same canonical bundle."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certdrop.bundle.judgement import Bundle
from fakecloud.authority import KeyName
from tests.unit.bundle.drops import certbot, codes, intermediate, judge_drop, judge_one, judge_server, key, leaf, root


def accept(files: dict[str, bytes]) -> Bundle:
    judgement = judge_drop(files)
    assert codes(judgement) == []
    assert judgement.bundle is not None
    return judgement.bundle


CHAIN = leaf().pem.decode() + intermediate().pem.decode()
SEC1 = leaf().traditional_key_pem.decode()


def test_certbots_four_files_are_one_bundle() -> None:
    """root -> intermediate -> leaf, everything but the root twice."""
    bundle = accept(certbot())

    assert bundle.certificate_pem == CHAIN
    assert bundle.key_pem is not None
    assert bundle.key_pem.get_secret_value() == SEC1


def test_acme_shs_files_are_the_same_bundle() -> None:
    files = {
        "shop.example.cer": leaf().pem,
        "ca.cer": intermediate().pem,
        "fullchain.cer": leaf().pem + intermediate().pem,
        "shop.example.key": leaf().traditional_key_pem,
    }

    assert accept(files) == accept(certbot())


def test_facts_are_those_of_the_leaf() -> None:
    server = leaf(names=["Shop.Example", "*.shop.example", "a.example"])

    facts = accept(certbot(server)).facts

    assert facts.kind == "server"
    assert facts.fingerprint == server.fingerprint
    assert len(facts.sha1) == 40
    assert facts.names == ("*.shop.example", "a.example", "shop.example")
    assert facts.key_kind == "ec"
    assert facts.not_before == server.certificate.not_valid_before_utc
    assert facts.not_after == server.certificate.not_valid_after_utc
    assert facts.cas_name == f"certdrop-_.shop.example-{server.fingerprint[:16]}"


def test_the_root_is_left_out() -> None:
    """root -> intermediate -> leaf, the root in the drop."""
    assert accept(certbot(leaf(), root(), intermediate())).certificate_pem == CHAIN


def test_a_leaf_of_the_root_itself_needs_no_intermediate() -> None:
    """root -> leaf."""
    server = leaf(issuer=root())

    assert accept({"all.pem": server.key_pem + root().pem + server.pem}).certificate_pem == server.pem.decode()


def test_a_self_signed_server_certificate_is_accepted_with_a_warning() -> None:
    """leaf -> leaf."""
    judgement = judge_server(leaf(issuer=None))

    assert codes(judgement) == ["self-signed"]
    assert judgement.accepted
    assert judgement.bundle is not None
    assert judgement.bundle.certificate_pem == leaf(issuer=None).pem.decode()


@pytest.mark.parametrize("kind", ["rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"])
def test_every_key_that_load_balancers_take_is_accepted(kind: KeyName) -> None:
    server = leaf(key=key(kind))

    bundle = accept(certbot(server))

    assert bundle.key_pem is not None
    assert bundle.key_pem.get_secret_value() == server.traditional_key_pem.decode()
    assert bundle.facts.key_kind == kind.split("-", maxsplit=1)[0].replace("p", "ec")


def test_key_parameters_and_foreign_blocks_around_do_no_harm() -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    dh = b"-----BEGIN DH PARAMETERS-----\nMAYCAQUCAQI=\n-----END DH PARAMETERS-----\n"

    judgement = judge_one(parameters + SEC1.encode() + CHAIN.encode() + dh)

    assert codes(judgement) == []


def test_a_block_that_is_neither_certificate_nor_key_is_left_out_with_a_warning() -> None:
    judgement = judge_one(CHAIN.encode() + leaf().key_pem + b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n")

    assert judgement.accepted
    assert codes(judgement) == ["ignored-block"]


def test_the_old_label_of_certificates_is_read() -> None:
    files = {name: text.replace(b" CERTIFICATE-", b" X509 CERTIFICATE-") for name, text in certbot().items()}

    assert accept(files) == accept(certbot())


BLOCKS = (leaf().pem, intermediate().pem, root().pem, leaf().key_pem)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_blocks_never_counts(order: tuple[int, ...]) -> None:
    assert accept({"all.pem": b"".join(BLOCKS[index] for index in order)}) == accept(certbot())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), min_size=0, max_size=8), st.randoms())
def test_any_spread_of_the_blocks_over_files_is_the_same_bundle(more: list[tuple[str, int]], random: object) -> None:
    placed = [("a", 0), ("b", 1), ("a", 3), *more]
    files: dict[str, bytes] = {}
    for name, index in placed:
        files[f"{name}.pem"] = files.get(f"{name}.pem", b"") + BLOCKS[index]
    shuffled = list(files.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert accept(dict(shuffled)) == accept(certbot())
    assert judge_drop(dict(shuffled)) == judge_drop(files)


def test_parts_tell_a_person_where_everything_stood() -> None:
    parts = judge_drop(certbot(leaf(), intermediate(), root())).parts

    assert [(part.role, part.title, part.key) for part in parts] == [
        ("leaf", "shop.example", "EC P-256"),
        ("intermediate", "Issuing", "EC P-256"),
        ("root", "Root", "EC P-256"),
        ("key", "private key", "EC P-256"),
    ]
    assert parts[0].places == ("cert.pem:1", "fullchain.pem:1")
