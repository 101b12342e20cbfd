"""The inventories are whole: against the models of the vendor's SDK and a list of codes of their own."""

from pathlib import Path

import pytest

from tests.fakecloud.pages.page import PAGES, Page, Parameter, rows
from tests.fakecloud.pages.sdks import model_paths

pytestmark = pytest.mark.sdk
LISTED = Path(__file__).parents[2] / "unit" / "cloud" / "documented_codes.txt"


def listed_codes(action: str) -> set[str]:
    section = LISTED.read_text().partition(f"# {action}\n")[2].partition("\n\n")[0]
    return set(section.split())


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_parameter_has_a_row(page: Page) -> None:
    assert set(page.parameters) == model_paths(page, "Request")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_element_has_a_row(page: Page) -> None:
    assert set(page.elements) == model_paths(page, "ResponseBody")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_code_has_a_row(page: Page) -> None:
    assert set(page.codes) == listed_codes(page.action)


@pytest.mark.parametrize(("page", "parameter"), list(rows()), ids=str)
def test_every_parameter_says_where_it_is_shown_or_why_it_is_not(page: Page, parameter: Parameter) -> None:
    assert (parameter.shown == "nowhere") == bool(parameter.why)
    assert (parameter.shown == "members") == any(path.startswith(f"{parameter.path}.") for path in page.parameters)
    assert all(isinstance(choice, str) for choice in parameter.choices)  # YAML reads a bare on as a boolean


@pytest.mark.parametrize(("page", "parameter"), list(rows()), ids=str)
def test_the_value_that_is_sent_is_not_the_default(page: Page, parameter: Parameter) -> None:
    assert parameter.value is None or (type(parameter.value), parameter.value) != (
        type(parameter.default),
        parameter.default,
    )
