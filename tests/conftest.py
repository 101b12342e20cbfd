"""What all tests share: generated ones are few and may take their time, and garbage is let lie."""

import pytest
from hypothesis import HealthCheck, settings

from tests import garbage

settings.register_profile("certdrop", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("certdrop")

garbage.let_lie()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let lie what was imported meanwhile: it is there to the end, and whoever collects need not look at it."""
    garbage.let_lie()
