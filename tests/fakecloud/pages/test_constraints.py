"""Every constraint of the five pages: a call just inside and one just outside, in fakecloud and in certdrop."""

import re

import pytest

from certdrop.errors import InvalidRequestError
from fakecloud.world import World
from tests.fakecloud.pages.calls import Answers
from tests.fakecloud.pages.cases import Case, all_cases
from tests.fakecloud.pages.page import Page, Parameter, rows
from tests.fakecloud.pages.requests import make_request, sent_by
from tests.fakecloud.pages.scenes import BASES, Scene, change

CASES = all_cases()
INDEX = re.compile(r"\.\d+")


def cases_of(judge: str) -> list[Case]:
    return [case for case in CASES if case.judge in ("both", judge)]


@pytest.mark.parametrize("case", cases_of("fakecloud"), ids=str)
def test_fakecloud_takes_what_is_inside_and_answers_the_code_outside(case: Case, world: World) -> None:
    if case.raised:
        world.alb.limits.timeout = case.parameter.range_of_raised_quota[1]
    answers, scene = Answers(world), Scene(world, case.page.product, case.page.action)
    sent = scene.call(case.changes)
    response = answers.ask(case.page.product, case.page.action, sent)
    assert response.json().get("Code", "") == case.code
    if case.ineffective:
        shown = answers.show(case.page, scene, sent, response.json())
        assert shown[case.parameter.shown] == str(case.parameter.default)


@pytest.mark.parametrize("case", [case for case in cases_of("certdrop") if case.is_inside], ids=str)
def test_certdrop_makes_what_is_inside(case: Case) -> None:
    assert sent_by(make_request(case.page, change(BASES[case.page.action], case.changes)))


@pytest.mark.parametrize("case", [case for case in cases_of("certdrop") if not case.is_inside], ids=str)
def test_certdrop_refuses_what_is_outside_by_field_rule_and_page(case: Case) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        make_request(case.page, change(BASES[case.page.action], case.changes))
    problems = [problem.partition(": ") for problem in caught.value.problems]
    assert all(rule.endswith(f" ({case.page.title})") for _, _, rule in problems)
    fields = [INDEX.sub("", field) for field, _, _ in problems]
    path = case.parameter.path
    assert any(f"{path}.".startswith(f"{field}.") or field.startswith(f"{path}.") for field in fields), fields


@pytest.mark.parametrize(("page", "parameter"), list(rows()), ids=str)
def test_every_parameter_has_cases_inside_and_if_anything_bounds_it_outside(page: Page, parameter: Parameter) -> None:
    sides = {case.is_inside for case in CASES if (case.page, case.parameter) == (page, parameter)}
    assert (True in sides) or parameter.type == "object"
    assert (False in sides) == parameter.is_bounded
