"""A new town for each test that asks for one."""

import pytest

from tests.unit.reconcile.town import Town


@pytest.fixture
def town() -> Town:
    """Return a World with the four functions' houses."""
    return Town()
