"""A pipeline for each flow, and bundles that are made once a session."""

from collections.abc import Iterator

import pytest

from tests.flows.pipeline import Pipeline


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    """The four functions over a new World."""
    made = Pipeline()
    yield made
    made.client.close()
