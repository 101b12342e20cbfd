import json
import subprocess
import sys
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from certdrop.deployment import targets_yaml
from certdrop.deployment.listener_settings import ClbListener
from certdrop.deployment.targets import Targets
from certdrop.deployment.targets_yaml import MAXIMUM_SIZE, parse_targets
from certdrop.errors import TargetsError, TargetsProblem
from tests.unit.deployment.target_examples import README_EXAMPLE, file_of, problems, target, targets

SHOP = ["name: shop", "drops: [shop]", "alb: alb-n5qw04uq8vavfe0000", "region: cn-hangzhou"]


def test_the_example_of_the_documentation_is_read() -> None:
    expected = targets(target(port=443, role="default", listener={"server_group": "sgp-8ilqs4axp60000"}))

    assert parse_targets(README_EXAMPLE) == expected


def test_no_targets_are_targets_too() -> None:
    assert parse_targets("version: 1\ntargets: []\n") == targets()


def test_yamls_words_for_booleans_are_read() -> None:
    lines = ["name: c", "drops: [shop]", "clb: lb-1a", "region: cn-hangzhou", "listener:"]
    (one,) = parse_targets(file_of([*lines, "  backend_port: 80", "  gzip: off", "  health_check: off"])).targets

    assert one.listener == ClbListener(backend_port=80, gzip=False, health_check=None)


def test_windows_line_ends_a_byte_order_mark_and_comments_are_read() -> None:
    assert parse_targets("\ufeff# ours\r\n" + README_EXAMPLE.replace("\n", "\r\n")) == parse_targets(README_EXAMPLE)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["name: shop", "drops: [shop]", "region: cn-hangzhou"],
            "line 3, targets[0].alb: expected exactly one of `alb` and `clb`",
        ),
        ([*SHOP, "clb: lb-1a"], "line 7, targets[0].clb: expected exactly one of `alb` and `clb`"),
        ([*SHOP[:3]], "line 3, targets[0].region: is missing"),
        (["name: shop", *SHOP[2:]], "line 3, targets[0]: expected `drops`, `domains` or both"),
        ([*SHOP, "prot: 443"], "line 7, targets[0].prot: unknown key; did you mean `port`?"),
        (
            [*SHOP, "zzz: 443"],
            "unknown key; expected one of name, drops, domains, region, port, role, allow, heal, stage, ",
        ),
        ([*SHOP, 'port: "443"'], "line 7, targets[0].port: expected a whole number"),
        ([*SHOP, "port: yes"], "line 7, targets[0].port: expected a whole number"),
        ([*SHOP, "port: 0"], "line 7, targets[0].port: expected at least 1"),
        ([*SHOP, "port: 65536"], "line 7, targets[0].port: expected at most 65535"),
        ([*SHOP, "role: main"], "line 7, targets[0].role: expected 'default' or 'additional'"),
        ([*SHOP, "domains: shop.example"], "line 7, targets[0].domains: expected a list"),
        (
            [*SHOP, "domains:", "- ok.example", "- bücher.example"],
            "line 9, targets[0].domains[1]: expected a DNS name such as",
        ),
        ([*SHOP, "domains: ['www.*.example']"], "line 7, targets[0].domains[0]: expected a DNS name"),
        ([*SHOP, "domains: ['*']"], "line 7, targets[0].domains[0]: expected a DNS name"),
        ([*SHOP, "domains: ['192.0.2.1']"], "line 7, targets[0].domains[0]: expected a DNS name"),
        (
            [*SHOP[:1], "drops: [a/b]", *SHOP[2:]],
            "line 4, targets[0].drops[0]: expected the name of a folder below certs/",
        ),
        ([*SHOP[:1], "drops: [2026]", *SHOP[2:]], "line 4, targets[0].drops[0]: expected a text (in quotes"),
        (["name: 'a b'", *SHOP[1:]], "line 3, targets[0].name: expected a name of letters, digits and . _ -"),
        ([*SHOP[:2], "alb: lb-1a", SHOP[3]], "line 5, targets[0].alb: expected an ALB instance's id (alb-...)"),
        ([*SHOP[:3], "region: Hangzhou"], "line 6, targets[0].region: expected a region's id such as cn-hangzhou"),
        ([*SHOP, "listener: yes"], "line 7, targets[0].listener: expected a mapping of keys to values"),
        ([*SHOP, "listener: {}"], "line 7, targets[0].listener.server_group: is missing"),
        (
            [*SHOP, "listener:", "  servergroup: sgp-1"],
            "line 8, targets[0].listener.servergroup: unknown key; did you mean `server_group`?",
        ),
        (
            [*SHOP, "listener: {server_group: sgp-1, gzip: 5}"],
            "line 7, targets[0].listener.gzip: expected true or false",
        ),
        (
            [*SHOP, "listener: {server_group: sgp-1, description: x}"],
            "targets[0].listener.description: expected at least 2 characters",
        ),
        (
            [*SHOP, "role: additional", "listener: {}"],
            "line 8, targets[0].listener: a target of role additional never creates a listener",
        ),
        (
            [*SHOP, "allow: [fewer]"],
            "line 7, targets[0].allow[0]: expected 'earlier-expiry', 'fewer-names' or 'self-signed'",
        ),
        (
            [*SHOP, "client_ca: {drop: x}"],
            "line 7, targets[0].client_ca.drop: unknown key; expected one of certificate_id",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_its_path_and_what_was_expected(lines: list[str], expected: str) -> None:
    told = problems(file_of(lines))

    assert [line for line in told if expected in line], told


def test_a_mistake_deep_in_a_clb_listener_is_told_with_its_line() -> None:
    told = problems(
        file_of(
            [
                "name: c",
                "drops: [shop]",
                "clb: lb-1a",
                "region: cn-hangzhou",
                "listener:",
                "  bandwith: 5",
                "  backend_port: 80",
                "  health_check:",
                "    path: x",
                "    intervall: 2",
            ]
        )
    )

    assert told == [
        "line 8, targets[0].listener.bandwith: unknown key; did you mean `bandwidth`?",
        "line 11, targets[0].listener.health_check.path: expected a path that starts with /, at most 80 characters",
        "line 12, targets[0].listener.health_check.intervall: unknown key; did you mean `interval`?",
    ]


def test_all_mistakes_are_told_at_once_in_the_files_order() -> None:
    told = problems("version: 2\ntargets:\n  - name: a\n    prot: 1\n  - just text\n")

    assert told == [
        "line 1, version: expected 1",
        "line 3, targets[0].region: is missing",
        "line 3, targets[0].alb: expected exactly one of `alb` and `clb`",
        "line 4, targets[0].prot: unknown key; did you mean `port`?",
        "line 5, targets[1]: expected a mapping of keys to values",
    ]


def test_a_name_is_given_to_one_target_only() -> None:
    told = problems(file_of(SHOP) + "  - {name: shop, drops: [b], alb: alb-b, region: cn-hangzhou}\n")

    assert told == ["line 7, targets[1].name: targets[0] has this name already"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file: expected a mapping of keys to values"),
        ("# nothing\n", "the file: expected a mapping of keys to values"),
        ("- a\n", "line 1, the file: expected a mapping of keys to values"),
        ("targets: []\n", "line 1, version: is missing"),
        ("version: 1\n", "line 1, targets: is missing"),
        ("version: 1\ntargets: {}\n", "line 2, targets: expected a list"),
        ("version: 1\ntargets:\n", "line 2, targets: expected a list"),
        ("version: 1\nversion: 1\ntargets: []\n", "line 2, version: this key is given twice"),
        ("version: 1\ntargets: []\n---\nversion: 1\n", "the file: expected one document, found another after ---"),
        ("version: 1\ntargets:\n\t- a\n", "line 3, the file: not YAML: found character"),
        ("a: b: c\n", "line 1, the file: not YAML: mapping values are not allowed"),
        ("version: 1\ntargets: [\n", "the file: not YAML: "),
        ("version: \x00\n", "the file: not YAML: "),
        ("version: '\udc00'\n", "the file: not YAML: "),
        ("? [a]\n: b\n", "line 1, the file: expected a plain key"),
        ("version: !!python/object/apply:os.system [x]\n", "line 1, version: tags (!name) are not read: leave it out"),
        ("version: !!python/name:os.system x\n", "line 1, version: tags (!name) are not read: leave it out"),
        ("version: !!int x\n", "line 1, version: tags (!name) are not read: leave it out"),
        ("version: !!bool maybe\n", "line 1, version: tags (!name) are not read: leave it out"),
        ("version: !!timestamp x\n", "line 1, version: tags (!name) are not read: leave it out"),
        ("version: !!int ''\n", "line 1, version: tags (!name) are not read: leave it out"),
        ("version: 1\ntargets: !own []\n", "line 2, targets: tags (!name) are not read: leave it out"),
        ("version: 2001-99-99\n", "line 1, version: expected a text, a number, true or false"),
        (f"version: {'9' * 5000}\n", "line 1, version: expected a text (in quotes), or a shorter number"),
        (f"version: {'1:' * 5000}1.5\n", "line 1, version: expected a text (in quotes), or a shorter number"),
        (f"version: {'1:' * 40}1.5\n", "line 1, version: expected 1"),
        ("[" * 14, "nested too deeply"),
    ],
)
def test_a_file_that_is_not_targets_says_why(text: str, expected: str) -> None:
    told = problems(text)

    assert [line for line in told if expected in line], told


def test_an_alias_is_refused_where_it_stands() -> None:
    told = problems("version: 1\ntargets:\n  - &a {name: x}\n  - *a\n")

    assert told == ["line 4, targets[1]: aliases (*name) are not read: write it out"]


@pytest.mark.slow
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_hostile_files_cost_neither_time_nor_the_process(loader: str) -> None:
    laughs = "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{','.join([f'*a{n}'] * 9)}]\n" for n in range(30))
    hostile = [laughs, *(text * 20_000 for text in ("[", "{a: ", "- ", "? ", "- - ", "a: &a {b: *a}\n"))]
    program = (
        "import json, sys, yaml\n"
        "from certdrop.deployment import targets_yaml\n"
        "from certdrop.errors import TargetsError\n"
        f"targets_yaml._LOADER = yaml.{loader}\n"
        "for text in json.load(sys.stdin):\n"
        "    try:\n"
        "        targets_yaml.parse_targets(text)\n"
        "    except TargetsError:\n"
        "        print('told')\n"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(hostile),
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )

    assert done.stdout.split() == ["told"] * len(hostile)
    assert time.monotonic() - started < 20


def test_a_file_above_the_limit_is_not_read_at_all() -> None:
    assert problems("#" * (MAXIMUM_SIZE + 1)) == ["the file: 262145 bytes: expected at most 262144"]


def test_a_file_at_the_limit_is_read() -> None:
    text = README_EXAMPLE + "#" * (MAXIMUM_SIZE - len(README_EXAMPLE))

    assert parse_targets(text) == parse_targets(README_EXAMPLE)


def test_a_file_full_of_mistakes_yields_a_bounded_list() -> None:
    told = problems("version: 1\ntargets:\n" + "  - x\n" * 500)

    assert len(told) == 101
    assert told[-1] == "the file: and 400 more problems"


def test_the_pure_reader_of_yaml_agrees_with_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = parse_targets(README_EXAMPLE)
    bad = file_of([*SHOP, "prot: 443"])
    told = problems(bad)
    monkeypatch.setattr(targets_yaml, "_LOADER", yaml.SafeLoader)

    assert parse_targets(README_EXAMPLE) == fast
    assert problems(bad) == told
    assert problems("\x00") == ["the file: not YAML: special characters are not allowed"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["name", "drops", "alb", "clb", "listener", "port", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_whatever_stands_in_a_target_is_read_or_told(value: Any) -> None:
    text = yaml.safe_dump({"version": 1, "targets": [value, target()]}, allow_unicode=True)
    told: tuple[TargetsProblem, ...] = ()
    try:
        assert isinstance(parse_targets(text), Targets)
    except TargetsError as error:
        told = error.problems

    assert all(problem.line or problem.path == "the file" for problem in told)


@given(st.text())
def test_any_text_is_read_or_told(text: str) -> None:
    with pytest.raises(TargetsError):
        parse_targets(text)


@given(VALUES)
def test_plain_data_is_built_as_yaml_builds_it(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    reader = targets_yaml._Reader()

    assert reader.read(text) == yaml.safe_load(text) or reader.problems
