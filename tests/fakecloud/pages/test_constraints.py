"""Every constraint of the five pages: a call just inside and one just outside, in fakecloud and in certdrop."""

import re
from collections.abc import Mapping

import pytest

from certdrop.cloud import alb_models, clb_models
from certdrop.cloud.wire import RpcRequest
from certdrop.errors import InvalidRequestError
from fakecloud.world import World
from tests.fakecloud.pages.calls import Answers, nest
from tests.fakecloud.pages.cases import Case, all_cases
from tests.fakecloud.pages.page import Page, Parameter, Value, rows
from tests.fakecloud.pages.scenes import BASES, Scene, change

CASES = all_cases()
MODELS = {"alb": alb_models, "clb": clb_models}
INDEX = re.compile(r"\.\d+")


def cases_of(judge: str) -> list[Case]:
    return [case for case in CASES if case.judge in ("both", judge)]


def make_request(case: Case) -> RpcRequest:
    """Make certdrop's typed request of the case's call."""
    model = getattr(MODELS[case.page.product], f"{case.page.action}Request")
    flat: Mapping[str, Value] = change(BASES[case.page.action], case.changes)
    request: RpcRequest = model.model_validate(nest(flat))
    return request


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
    assert make_request(case).model_dump(by_alias=True, exclude_none=True)


@pytest.mark.parametrize("case", [case for case in cases_of("certdrop") if not case.is_inside], ids=str)
def test_certdrop_refuses_what_is_outside_by_field_rule_and_page(case: Case) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        make_request(case)
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
