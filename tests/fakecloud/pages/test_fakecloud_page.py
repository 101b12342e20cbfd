"""docs/fakecloud.md tells things as they are; `python -m tests.fakecloud.pages.fakecloud_page` renews its tables."""

import re

import pytest

from fakecloud.__main__ import make_parser
from fakecloud.app import App
from fakecloud.world import World
from tests.fakecloud.pages.fakecloud_page import FILE, render_file
from tests.fakecloud.pages.page import PAGES


@pytest.fixture(scope="module")
def text() -> str:
    return FILE.read_text("utf-8")


def test_its_tables_are_current(text: str) -> None:
    assert text == render_file(text)


def test_every_code_of_the_pages_is_in_a_table(text: str) -> None:
    for page in PAGES:
        section = text.partition(f"### {page.action} ")[2].partition("\n#")[0]
        assert set(re.findall(r"^\| \d+ \| `([^`]+)`", section, re.MULTILINE)) == set(page.codes)


def test_every_option_of_the_command_is_told(text: str) -> None:
    options = [option for action in make_parser()._actions for option in action.option_strings if option[:2] == "--"]
    assert [option for option in options if f"`{option}" not in text and option != "--help"] == []


def test_every_control_is_told(text: str) -> None:
    controls = {f"`{method} {name}`" for method, name in App(World()).control._answers}
    assert {control for control in controls if control not in text} == set()
