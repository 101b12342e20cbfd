"""The `${...}` of templates."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakecloud.fc.expressions import Evaluator, ExpressionError

VALUES = {"vars.count": 3, "vars.name": "shop", "this.props.functionName": "work", "vars.flags": {"a": True}}


def find(path: str) -> Any:
    try:
        return VALUES[path]
    except KeyError:
        raise ExpressionError(f"${{{path}}} not found") from None


def render(text: str, **environment: str) -> Any:
    return Evaluator(environment, {"AccountID": "1234567890123456"}, find).render(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${vars.count}", 3),
        ("${vars.flags}", {"a": True}),
        ("a ${vars.count} b ${vars.name}", "a 3 b shop"),
        ("${config('AccountID')}", "1234567890123456"),
        (
            "acs:ram::${config('AccountID')}:role/certdrop-${this.props.functionName}",
            "acs:ram::1234567890123456:role/certdrop-work",
        ),
        ("${env('SET')}", "value"),
        ("${env('SET', 'other')}", "value"),
        ("${env('EMPTY', 'default')}", "default"),
        ("${env('UNSET', \"double\")}", "double"),
        ("${env('UNSET', '')}", ""),
        ("${env('UNSET', 0.35)}", 0.35),
        ("${env('UNSET', 60)}", 60),
        ("${'a' + 'b' + vars.count}", "ab3"),
        ("${env('UNSET', 'certdrop-' + config('AccountID'))}", "certdrop-1234567890123456"),
    ],
)
def test_expressions_are_replaced_as_serverless_devs_does(text: str, value: object) -> None:
    assert render(text, SET="value", EMPTY="") == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("${env('UNSET')}", "'UNSET'. is not set and has no default"),
        ("${vars.missing}", "vars.missing. not found"),
        ("${functionName}", "functionName. not found"),
        ("${config('Other')}", "config"),
        ("${file('x')}", "file"),
        ("${}", "a value is missing"),
        ("${'a' +}", "a value is missing"),
        ("${env('A', 'b'}", "a closing parenthesis is missing"),
        ("${vars.count vars.name}", "cannot read"),
        ("${vars.count & 1}", "cannot read"),
    ],
)
def test_what_cannot_be_evaluated_is_an_error(text: str, problem: str) -> None:
    with pytest.raises(ExpressionError, match=problem):
        render(text)


@given(st.text())
def test_any_text_is_rendered_or_refused(text: str) -> None:
    try:
        rendered = render(text)
    except ExpressionError:
        return
    assert "${" in text or rendered == text
