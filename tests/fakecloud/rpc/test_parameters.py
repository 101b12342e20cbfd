"""Reading parameters: every nesting survives the wire, and every flaw is found and named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakecloud.rpc.operation import CLIENT_TOKEN, Parameter, Problem, RpcError, explain
from fakecloud.rpc.parameters import nest, read_parameters
from tests.fakecloud.rpc.calling import flatten

DECLARED = (
    Parameter("Name", required=True, shortest=2, longest=5, pattern=r"[a-z]+"),
    Parameter("Port", "integer", minimum=1, maximum=65535),
    Parameter("Enabled", "boolean"),
    Parameter("Mode", choices=("on", "off")),
    Parameter("Ids", "list", longest=2),
    Parameter("Ports", "list", item="integer"),
    Parameter("Tag", "list", longest=2, members=(Parameter("Key", required=True), Parameter("Value"))),
    Parameter("Config", "object", members=(Parameter("Deep", "object", members=(Parameter("On", "boolean"),)),)),
)


class FoundError(RpcError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(400, problem.flaw, problem.path)


def read(**parameters: Any) -> dict[str, Any]:
    return read_parameters(flatten(parameters), DECLARED, FoundError)


names = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=5)
documents = st.fixed_dictionaries(
    {"Name": names},
    optional={
        "Port": st.integers(1, 65535),
        "Enabled": st.booleans(),
        "Mode": st.sampled_from(["on", "off"]),
        "Ids": st.lists(st.text(), min_size=1, max_size=2),
        "Ports": st.lists(st.integers(-(10**18), 10**18), min_size=1, max_size=12),
        "Tag": st.lists(
            st.fixed_dictionaries({"Key": st.text(min_size=1)}, optional={"Value": st.text()}), min_size=1, max_size=2
        ),
        "Config": st.fixed_dictionaries({"Deep": st.fixed_dictionaries({"On": st.booleans()})}),
    },
)


@given(documents)
def test_what_is_flattened_is_read_back(document: dict[str, Any]) -> None:
    assert read_parameters(flatten(document), DECLARED, FoundError) == document


@given(st.lists(st.tuples(st.text("AB.12", max_size=6), st.text(max_size=3)), max_size=6))
def test_any_names_are_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(FoundError, match=r"400 (malformed|missing|unknown)"):  # there is never a Name among them
        read_parameters(pairs, DECLARED, FoundError)


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
def test_booleans_are_read_in_any_case(word: str) -> None:
    assert read(Name="ab", Enabled=word)["Enabled"] is True


@pytest.mark.parametrize(
    ("parameters", "flaw", "path"),
    [
        ({}, "missing", "Name"),
        ({"Name": ""}, "missing", "Name"),
        ({"Name": "a"}, "length", "Name"),
        ({"Name": "abcdef"}, "length", "Name"),
        ({"Name": "AB"}, "pattern", "Name"),
        ({"Name": {"X": "1"}}, "malformed", "Name"),
        ({"Name": "ab", "Port": "x"}, "malformed", "Port"),
        ({"Name": "ab", "Port": "+1"}, "malformed", "Port"),
        ({"Name": "ab", "Port": ""}, "malformed", "Port"),
        ({"Name": "ab", "Port": 0}, "range", "Port"),
        ({"Name": "ab", "Port": 65536}, "range", "Port"),
        ({"Name": "ab", "Enabled": "yes"}, "malformed", "Enabled"),
        ({"Name": "ab", "Mode": "On"}, "choice", "Mode"),
        ({"Name": "ab", "Ids": "x"}, "malformed", "Ids"),
        ({"Name": "ab", "Ids": ["a", "b", "c"]}, "length", "Ids"),
        ({"Name": "ab", "Ports": ["1", "x"]}, "malformed", "Ports.2"),
        ({"Name": "ab", "Tag": {"0": {"Key": "a"}}}, "malformed", "Tag"),
        ({"Name": "ab", "Tag": {"1": {"Key": "a"}, "3": {"Key": "b"}}}, "malformed", "Tag"),
        ({"Name": "ab", "Tag": [{"Value": "a"}]}, "missing", "Tag.1.Key"),
        ({"Name": "ab", "Tag": [{"Key": "a", "Colour": "b"}]}, "unknown", "Tag.1.Colour"),
        ({"Name": "ab", "Config": {"Deep": {"On": "1"}}}, "malformed", "Config.Deep.On"),
        ({"Name": "ab", "Colour": "red"}, "unknown", "Colour"),
    ],
)
def test_every_flaw_is_found_and_named(parameters: dict[str, Any], flaw: str, path: str) -> None:
    with pytest.raises(FoundError) as refusal:
        read(**parameters)
    assert (refusal.value.code, refusal.value.message) == (flaw, path)


@pytest.mark.parametrize("second", ["Name", "Name.X", "Config.Deep"])
def test_a_name_given_twice_is_refused(second: str) -> None:
    with pytest.raises(FoundError):
        nest([("Name", "a"), ("Config.Deep", "b"), (second, "c")], FoundError)


def test_the_gateway_has_a_code_for_every_flaw() -> None:
    codes = {flaw: explain(Problem(flaw, "Name")).code for flaw in ("missing", "unknown", "range", "choice")}
    assert codes == {
        "missing": "MissingParameter",
        "unknown": "UnsupportedParameter",
        "range": "InvalidParameter",
        "choice": "InvalidParameter",
    }


def test_client_tokens_are_short_and_ascii() -> None:
    declared = (CLIENT_TOKEN,)
    assert read_parameters([("ClientToken", "a" * 64)], declared, explain)
    for token in ("a" * 65, "é"):
        with pytest.raises(RpcError):
            read_parameters([("ClientToken", token)], declared, explain)
