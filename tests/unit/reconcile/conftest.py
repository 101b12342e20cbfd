"""A new town for each test."""

from collections.abc import Iterator

import pytest

from tests.unit.reconcile.town import Town


@pytest.fixture
def town() -> Iterator[Town]:
    """A World with the four functions' houses."""
    made = Town()
    yield made
    made.client.close()
