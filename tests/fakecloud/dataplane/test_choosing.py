"""Which chain is shown for which name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakecloud.certificates import PemError
from fakecloud.dataplane.choosing import Order, Selection, choose
from fakecloud.dataplane.shown import Chain, KeyKind, Shown
from tests.fakecloud.dataplane.tls import issue


def stub(label: str, *names: str, kind: KeyKind = "ec") -> Chain:
    return Chain(label, "", names, kind)


DEFAULT = stub("default", "shop.example")
EXACT = stub("exact", "api.shop.example")
WILDCARD = stub("wildcard", "*.shop.example")
SHOWN = Shown(DEFAULT, (WILDCARD, EXACT))
NEWEST = Selection()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        (None, "default"),
        ("", "default"),
        ("unknown.test", "default"),
        ("shop.example", "default"),
        ("api.shop.example", "exact"),
        ("API.Shop.Example", "exact"),
        ("api.shop.example.", "exact"),
        ("www.shop.example", "wildcard"),
        ("a.b.shop.example", "default"),
        ("*.shop.example", "wildcard"),
        (".", "default"),
    ],
)
def test_the_exact_name_comes_before_the_wildcard_and_the_default(name: str | None, label: str) -> None:
    assert [chain.pem for chain in choose(SHOWN, name, NEWEST)] == [label]


def test_chains_of_both_kinds_of_key_are_shown_side_by_side() -> None:
    rsa = stub("rsa", "shop.example", kind="rsa")

    assert choose(Shown(DEFAULT, (rsa,)), "shop.example", NEWEST) == (DEFAULT, rsa)
    assert choose(Shown(DEFAULT, (rsa,)), "unknown.test", NEWEST) == (DEFAULT,)


def test_an_exact_name_of_one_kind_keeps_the_wildcard_of_the_other_kind_away() -> None:
    rsa = stub("rsa", "*.shop.example", kind="rsa")

    assert choose(Shown(DEFAULT, (rsa, EXACT)), "api.shop.example", NEWEST) == (EXACT,)


@pytest.mark.parametrize(
    ("order", "expected"), [("newest", {"newer"}), ("oldest", {"older"}), ("random", {"older", "newer"})]
)
def test_of_equal_chains_an_additional_one_is_shown_and_the_selection_says_which(
    order: Order, expected: set[str]
) -> None:
    shown = Shown(DEFAULT, (stub("older", "shop.example"), stub("newer", "shop.example")))
    selection = Selection(order)

    found = [choose(shown, "shop.example", selection) for _ in range(20)]

    assert {chain.pem for chains in found for chain in chains} == expected


@given(
    st.one_of(st.none(), st.text()),
    st.lists(st.builds(Chain, st.text(), st.just(""), st.tuples(st.text()), st.sampled_from(["rsa", "ec"]))),
)
def test_there_is_always_a_chain_and_never_two_of_a_kind(name: str | None, additional: list[Chain]) -> None:
    chosen = choose(Shown(DEFAULT, tuple(additional)), name, NEWEST)

    assert chosen
    assert len({chain.kind for chain in chosen}) == len(chosen)


def test_a_chain_takes_its_names_and_kind_from_the_leaf() -> None:
    leaf = issue("Shop.Example", "*.shop.example", key="rsa-2048")
    made = Chain.of_pem(leaf.pem.decode(), leaf.key_pem.decode())

    assert (made.names, made.kind) == (("shop.example", "*.shop.example"), "rsa")
    assert "PRIVATE" not in repr(made)
    with pytest.raises(PemError):
        Chain.of_pem("nothing", "")
