"""targets.yml says all that the two create pages can say, and refuses there and then what they refuse."""

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from certdrop.cloud.flattening import flatten
from certdrop.deployment.listener_settings import AlbListener, ClbListener
from certdrop.deployment.targets import AlbTarget, Target
from certdrop.deployment.targets_yaml import parse_targets
from certdrop.errors import TargetsError, TargetsProblem
from certdrop.reconcile.operations.listener_requests import alb_request, clb_request
from certdrop.reconcile.scenes import Scene
from tests.fakecloud.pages.cases import Case, all_cases
from tests.fakecloud.pages.page import PAGES, Page, Value
from tests.fakecloud.pages.said import OURS, SAID, UnsayableError, find_said
from tests.fakecloud.pages.scenes import BASES, change
from tests.fakecloud.pages.target_writing import write_target
from tests.fakecloud.pages.targets_page import FILE, render_page

CREATING = [page for page in PAGES if page.action in SAID]
CASES = [
    case
    for case in all_cases()
    if case.page in CREATING and case.judge != "fakecloud" and find_said(case.page, case.parameter)
]
IDS = {"<load_balancer>": {"alb": "alb-1a", "clb": "lb-1a"}}
# What a page takes and targets.yml has no words for, and why not.
UNSAID = {"a listener of HTTP shows no certificate", "an upgrade is said by the QUIC listener's id alone"}
MOST_TAGS = 19  # of twenty; one is certdrop's own


def fill(page: Page, value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return IDS.get(value, {}).get(page.product) or re.sub(r"<(\w+?)(?::(\d+))?>", _fill_blank, value)


def _fill_blank(match: re.Match[str]) -> str:
    return f"{match[1]}-{match[2] or 1}".replace("_", "-")


def flat_of(case: Case) -> dict[str, Value]:
    changed = change(BASES[case.page.action], case.changes)
    return {name: fill(case.page, value) for name, value in changed.items()}


def parse(entry: dict[str, Any]) -> Target:
    text = yaml.safe_dump({"version": 1, "targets": [entry]}, allow_unicode=True)
    return parse_targets(text).targets[0]


def request_of(target: Target) -> dict[str, str]:
    """Return what certdrop sends to create a target's listener."""
    authority = target.client_ca.certificate_id if isinstance(target, AlbTarget) and target.client_ca else ""
    step: Any = SimpleNamespace(client_ca=authority, certificates=("1011-cn-hangzhou",))
    scene = Scene(cast(Any, None), target.place.listener, cast(Any, None), step)
    if isinstance(target.listener, AlbListener):
        return dict(flatten(alb_request(scene, target.listener, "token").model_dump(by_alias=True)))
    assert isinstance(target.listener, ClbListener)
    return dict(flatten(clb_request(scene, target.listener).model_dump(by_alias=True)))


def values(wire: dict[str, Any], path: str) -> list[str]:
    """Return the values at *path*, in order, as they are sent."""
    below = [(re.sub(r"\.\d+", "", name), value) for name, value in wire.items()]
    return [text for name, value in below if name == path for text in text_of(value)]


def text_of(value: object) -> list[str]:
    return [] if value is None else [str(value).lower() if isinstance(value, bool) else str(value)]


def test_every_parameter_is_said_in_targets_yml_or_by_certdrop_itself() -> None:
    for page in CREATING:
        ours = {path for action, path in OURS if action == page.action}
        assert set(SAID[page.action]) | ours == set(page.parameters)
        assert set(SAID[page.action]) & ours == set()


@dataclass(frozen=True)
class Attempt:
    """What came of a call in the words of targets.yml: *sent*, *unsaid* for this reason, or refused."""

    sent: dict[str, str] = field(default_factory=dict)
    unsaid: str = ""
    problems: tuple[TargetsProblem, ...] = ()


def attempt(case: Case) -> Attempt:
    try:
        return Attempt(sent=request_of(parse(write_target(case.page, flat_of(case)))))
    except UnsayableError as error:
        return Attempt(unsaid=str(error))
    except TargetsError as error:
        return Attempt(problems=error.problems)


@pytest.mark.parametrize("case", [case for case in CASES if case.is_inside], ids=str)
def test_what_a_page_takes_can_be_said_and_is_sent(case: Case) -> None:
    flat, path, made = flat_of(case), case.parameter.path, attempt(case)

    if made.unsaid:
        assert made.unsaid in UNSAID
    elif made.problems:
        assert len(values(flat, "Tag.Key")) > MOST_TAGS
    else:
        assert set(values(flat, path)) <= {*values(made.sent, path), *text_of(case.parameter.default)}


@pytest.mark.parametrize("case", [case for case in CASES if not case.is_inside], ids=str)
def test_what_a_page_refuses_is_refused_where_it_stands_or_cannot_be_said(case: Case) -> None:
    flat, path, made, said = flat_of(case), case.parameter.path, attempt(case), find_said(case.page, case.parameter)
    assert said

    if made.problems:
        keys = [problem.path.removeprefix("targets[0].") for problem in made.problems]
        # without an instance's id it is not known of which service the target is
        assert [key for key in keys if is_at(key, "alb" if said.key == "clb" else said.key)], keys
        assert all(problem.line and problem.message for problem in made.problems)
    elif made.sent:  # certdrop has a default for what is missing, and sends none of the vendor's that must not be sent
        assert set(values(flat, path)) & set(values(made.sent, path)) == set()
        assert values(made.sent, path) or case.rule != "required"


def is_at(key: str, said: str) -> bool:
    return key.startswith(said) or said.startswith(key)


def test_the_documentation_tells_every_key_and_every_parameter() -> None:
    assert FILE.read_text("utf-8") == render_page()
