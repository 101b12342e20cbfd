"""docs/findings.md is the table of codes; `python -m tests.unit.bundle.findings_page` writes it anew."""

from tests.unit.bundle.findings_page import PAGE, render_page


def test_the_page_shows_the_table_of_codes_as_it_is() -> None:
    assert PAGE.read_text() == render_page()
