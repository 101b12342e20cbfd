"""The language of policies; what the services ask of them is tested with the services."""

import fnmatch
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakecloud.ram import OPERATORS, Policy, PolicyError, Verdict, Wish, matches, parse_policy

NAMES = {"account": "1234567890123456", "bucket": "b", "region": "cn-hangzhou"}
LETTERS = st.text(alphabet="ab.[]!^$\\(+|\n*?", max_size=8)


def policy(*statements: dict[str, object]) -> Policy:
    return parse_policy(json.dumps({"Version": "1", "Statement": statements}), NAMES)


def allow(action: object = "*", resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object = "*", resource: object = "*", **more: object) -> dict[str, object]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def asking(**context: str) -> Wish:
    return Wish("oss:GetObject", "x", tuple((name.replace("__", ":"), value) for name, value in context.items()))


def test_what_no_statement_allows_is_denied() -> None:
    granted = policy(allow(["oss:GetObject", "oss:Put*"], ["acs:oss:*:${account}:${bucket}/certs/*"]))
    inside = "acs:oss:oss-cn-hangzhou:1234567890123456:b/certs/a"
    assert granted.judge(Wish("oss:GetObject", inside)) is Verdict.ALLOWED
    assert granted.judge(Wish("oss:PutObject", inside)) is Verdict.ALLOWED
    assert granted.judge(Wish("oss:DeleteObject", inside)) is Verdict.NOT_GRANTED
    assert granted.judge(Wish("oss:GetObject", inside.replace("certs", "state"))) is Verdict.NOT_GRANTED
    assert not granted.allows(Wish("oss:GetObject", inside.replace("1234567890123456", "6543210987654321")))


@pytest.mark.parametrize("statements", [(allow("oss:*"), deny("oss:DeleteObject")), (deny("oss:D*"), allow())])
def test_a_denial_wins_wherever_it_stands(statements: tuple[dict[str, object], ...]) -> None:
    granted = policy(*statements)
    assert granted.judge(Wish("oss:GetObject", "x")) is Verdict.ALLOWED
    assert granted.judge(Wish("oss:DeleteObject", "x")) is Verdict.FORBIDDEN


def test_actions_are_the_same_in_any_case_and_resources_are_not() -> None:
    granted = policy(allow("OSS:getobject", "acs:oss:*:*:b/Key"))
    assert granted.allows(Wish("oss:GetObject", "acs:oss:r:1:b/Key"))
    assert not granted.allows(Wish("oss:GetObject", "acs:oss:r:1:b/key"))


def test_what_has_no_resource_level_is_granted_only_for_everything() -> None:
    assert policy(allow("cas:Upload", "*")).allows(Wish("cas:Upload"))
    assert not policy(allow("cas:Upload", "acs:cas:*:*:certificate/*")).allows(Wish("cas:Upload"))


def test_not_action_is_everything_else() -> None:
    granted = policy({"Effect": "Allow", "NotAction": ["ram:*", "sts:*"], "Resource": "*"})
    assert granted.allows(Wish("oss:GetObject"))
    assert not granted.allows(Wish("RAM:CreateUser"))


def test_not_resource_is_everything_else() -> None:
    granted = policy(allow(), {"Effect": "Deny", "Action": "*", "NotResource": ["*/public/*"]})
    assert granted.allows(Wish("oss:GetObject", "b/public/a"))
    assert granted.judge(Wish("oss:GetObject", "b/private/a")) is Verdict.FORBIDDEN


@pytest.mark.parametrize(
    ("operator", "value", "fits", "fails"),
    [
        ("StringEquals", "a*", "a*", "ab"),
        ("StringNotEquals", ["a", "b"], "c", "b"),
        ("StringEqualsIgnoreCase", "Ab", "aB", "b"),
        ("StringNotEqualsIgnoreCase", "Ab", "b", "aB"),
        ("StringLike", ["state/*", "a?c"], "abc", "State/a"),
        ("StringNotLike", "state/*", "certs/", "state/"),
        ("IpAddress", ["10.0.0.0/8", "192.0.2.7"], "10.1.2.3", "192.0.2.8"),
        ("NotIpAddress", "10.0.0.0/8", "192.0.2.8", "10.1.2.3"),
        ("Bool", "true", "true", "false"),
        ("Bool", False, "false", "true"),
    ],
)
def test_a_condition_that_fails_leaves_a_statement_without_effect(
    operator: str, value: object, fits: str, fails: str
) -> None:
    condition = {operator: {"k": value}}
    allowing, denying = policy(allow(Condition=condition)), policy(allow(), deny(Condition=condition))
    assert allowing.judge(asking(k=fits)) is Verdict.ALLOWED
    assert allowing.judge(asking(k=fails)) is Verdict.NOT_GRANTED
    assert denying.judge(asking(k=fits)) is Verdict.FORBIDDEN
    assert denying.judge(asking(k=fails)) is Verdict.ALLOWED


@pytest.mark.parametrize("operator", sorted(set(OPERATORS) - {"IpAddress", "NotIpAddress"}))
def test_a_key_that_a_call_does_not_bring_fits_no_value(operator: str) -> None:
    granted = policy(allow(Condition={operator: {"k": "*"}}))
    assert granted.allows(asking()) is ("Not" in operator)


def test_all_keys_and_all_operators_of_a_condition_must_hold() -> None:
    granted = policy(allow(Condition={"StringEquals": {"k": "1", "l": "2"}, "Bool": {"m": "true"}}))
    assert granted.allows(asking(k="1", l="2", m="true"))
    assert not granted.allows(asking(k="1", l="2", m="false"))
    assert not granted.allows(asking(k="1", l="3", m="true"))
    assert not granted.allows(asking(k="1", m="true"))


def test_a_failing_condition_does_not_spoil_another_statement() -> None:
    granted = policy(allow(Condition={"StringEquals": {"k": "no"}}), allow("oss:Get*"))
    assert granted.allows(asking(k="yes"))


@given(pattern=LETTERS, text=LETTERS)
def test_a_pattern_matches_as_in_a_shell_that_has_no_brackets(pattern: str, text: str) -> None:
    assert matches(pattern, text) is fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


@given(text=st.text(max_size=20), before=st.text(max_size=3), after=st.text(max_size=3))
def test_a_star_is_any_text_and_a_question_mark_one_character(text: str, before: str, after: str) -> None:
    literal = "".join(one for one in text if one not in "*?")
    assert matches(literal, literal)
    assert matches(f"*{literal}*", f"{before}{literal}{after}")
    assert matches(f"?{literal}", f"x{literal}")
    assert not matches(f"?{literal}", literal)
    assert not matches(literal, f"{literal}x")


def test_many_stars_are_matched_at_once() -> None:
    assert not matches("*" * 50 + "b", "a" * 2000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"Statement": [{}]}',
        '{"Statement": [[]]}',
        '{"Statement": 1}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": []}]}',
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_policy(text, {})


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ({"Effect": "Maybe"}, "Allow or Deny"),
        ({"Principal": "*"}, "has no Principal"),
        ({"NotAction": "*"}, "either Action or NotAction"),
        ({"NotResource": "*"}, "either Resource or NotResource"),
        ({"Action": []}, "not empty"),
        ({"Action": [1]}, "texts"),
        ({"Resource": ""}, "texts"),
        ({"Condition": {"StringMatches": {"k": "v"}}}, "StringMatches"),
        ({"Condition": {"IpAddress": {"k": "everywhere"}}}, "everywhere"),
    ],
)
def test_a_statement_that_means_nothing_is_refused(statement: dict[str, object], reason: str) -> None:
    with pytest.raises(PolicyError, match=reason):
        policy({**allow(), **statement})
