"""A new town for each test that asks for one; and what is measured."""

import sys

import pytest

from tests.unit.reconcile.town import Town


def pytest_sessionstart(session: pytest.Session) -> None:
    """Choose what is measured, if anything is."""
    coverage = sys.modules.get("coverage")
    measured = coverage and coverage.Coverage.current()
    if measured:
        from tests.unit.measuring import Measuring

        session.config.pluginmanager.register(Measuring(measured))


@pytest.fixture
def town() -> Town:
    """Return a World with the four functions' houses."""
    return Town()
