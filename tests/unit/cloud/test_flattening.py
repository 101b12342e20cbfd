"""Nested parameters become 1-based pairs, and nothing of them is lost."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from certdrop.cloud.flattening import flatten

LETTERS = "ABZaz"
names = st.text(f"{LETTERS}09_", min_size=1, max_size=9).filter(lambda name: name[0] in LETTERS)
nested: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=8),
    lambda inner: st.lists(inner, min_size=1, max_size=11) | st.dictionaries(names, inner, min_size=1, max_size=4),
    max_leaves=10,
)


def unflatten(pairs: list[tuple[str, str]]) -> Any:
    """Read the pairs back, as the gateway does: all-number levels are lists in the order of their numbers."""
    tree: dict[str, Any] = {}
    for path, value in pairs:
        *levels, last = path.split(".")
        place = tree
        for level in levels:
            place = place.setdefault(level, {})
        place[last] = value
    return shaped(tree)


def shaped(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(name.isdigit() for name in tree):
        assert sorted(map(int, tree)) == list(range(1, len(tree) + 1))
        return [shaped(tree[str(number)]) for number in range(1, len(tree) + 1)]
    return {name: shaped(value) for name, value in tree.items()}


@given(st.dictionaries(names, nested, max_size=3))
def test_what_is_flattened_can_be_read_back(parameters: dict[str, Any]) -> None:
    assert unflatten(flatten(parameters)) == parameters


def test_lists_are_numbered_from_one_in_their_order() -> None:
    parameters = {"Certificates": [{"CertificateId": "a"}, {"CertificateId": "b"}], "JobIds": ("j",)}
    assert flatten(parameters) == [
        ("Certificates.1.CertificateId", "a"),
        ("Certificates.2.CertificateId", "b"),
        ("JobIds.1", "j"),
    ]


def test_booleans_are_lower_case_numbers_plain_and_empty_text_is_kept() -> None:
    assert flatten({"A": True, "B": False, "C": 443, "D": "", "E": None, "F": [None, "x"]}) == [
        ("A", "true"),
        ("B", "false"),
        ("C", "443"),
        ("D", ""),
        ("F.2", "x"),
    ]


def test_secrets_are_sent_in_clear_text() -> None:
    assert flatten({"Key": SecretStr("pem")}) == [("Key", "pem")]
