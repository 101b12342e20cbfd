"""A pipeline for each flow, and bundles that are made once a session."""

from collections.abc import Iterator

import pytest

from tests.flows.pipeline import Pipeline
from tests.flows.probe import Probe, expect_no_choice


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    """The four functions over a new World."""
    made = Pipeline()
    yield made
    made.client.close()


@pytest.fixture
def probe(pipeline: Pipeline, request: pytest.FixtureRequest) -> Iterator[Probe]:
    """Clients of the pipeline's listeners, whichever of two matching certificates those show.

    The functions shake hands too. A story in which what they are shown is a matter of order is played under each one:
    parametrize it with EVERY_ORDER. In any other one there must be no such handshake, so that one order says it all.
    """
    selection = pipeline.world.selection
    selection.order = getattr(request, "param", selection.order)
    yield Probe.at(pipeline)
    if not hasattr(request, "param"):
        expect_no_choice(selection)
