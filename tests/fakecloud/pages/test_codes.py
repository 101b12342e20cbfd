"""Every error code of the five pages is answered: by its real cause where fakecloud has it, else as ordered."""

import pytest

from fakecloud.faults import Fault
from fakecloud.world import World
from tests.fakecloud.pages.calls import Answers, matches
from tests.fakecloud.pages.causes import CAUSES
from tests.fakecloud.pages.page import PAGES, Code, Page
from tests.fakecloud.pages.scenes import Scene

REAL = [(page, code) for page in PAGES for code in page.codes.values() if code.cause]
INJECTED = [(page, code) for page in PAGES for code in page.codes.values() if not code.cause]


def name(value: Page | Code) -> str:
    return value.name if isinstance(value, Code) else value.action


@pytest.mark.parametrize(("page", "code"), REAL, ids=name)
def test_a_code_with_a_real_cause(page: Page, code: Code, world: World) -> None:
    answers, scene = Answers(world), Scene(world, page.product, page.action)
    sent = scene.call(CAUSES[page.action][code.name](scene))
    response = answers.ask(page.product, page.action, sent)
    assert (response.status_code, response.json().get("Code")) == (code.status, code.name)
    assert matches(response.json()["Message"], code.message), response.json()["Message"]
    assert world.calls.mutating() == []


@pytest.mark.parametrize(("page", "code"), INJECTED, ids=name)
def test_a_code_whose_cause_lies_outside(page: Page, code: Code, world: World) -> None:
    answers, scene = Answers(world), Scene(world, page.product, page.action)
    world.faults.add(Fault(page.product, page.action, "error", code.status, code.name, code.message))
    response = answers.ask(page.product, page.action, scene.call())
    assert (response.status_code, response.json()["Code"]) == (code.status, code.name)
    assert response.json()["Message"] == code.message
    assert world.calls.mutating() == []
    assert answers.ask(page.product, page.action, scene.call()).status_code == 200


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_code_has_its_cause_or_says_why_not(page: Page) -> None:
    assert set(CAUSES[page.action]) == {code.name for code in page.codes.values() if code.cause}
    assert all(bool(code.cause) != bool(code.why) for code in page.codes.values())


@pytest.mark.parametrize("page", [page for page in PAGES if "DryRun" in page.parameters], ids=str)
def test_a_dry_run_that_succeeds_is_an_error_and_changes_nothing(page: Page, world: World) -> None:
    answers, scene = Answers(world), Scene(world, page.product, page.action)
    response = answers.ask(page.product, page.action, scene.call({"DryRun": True}))
    assert (response.status_code, response.json()["Code"]) == (400, "DryRunOperation")
    assert world.calls.mutating() == []
