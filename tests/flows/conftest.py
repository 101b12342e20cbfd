"""A pipeline for each flow, and bundles that are made once a session."""

from collections.abc import Iterator
from typing import get_args

import pytest

from fakecloud.dataplane.choosing import Order
from tests.flows.pipeline import Pipeline
from tests.flows.probe import Probe


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    """The four functions over a new World."""
    made = Pipeline()
    yield made
    made.client.close()


@pytest.fixture(params=get_args(Order))
def probe(pipeline: Pipeline, request: pytest.FixtureRequest) -> Probe:
    """Clients of the pipeline's listeners, whichever of two matching certificates those show."""
    pipeline.world.selection.order = request.param
    return Probe.at(pipeline)
