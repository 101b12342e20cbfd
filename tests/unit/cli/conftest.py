"""What the tests of the command share."""

import pytest


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every terminal be as wide as the others, whoever runs the tests."""
    monkeypatch.setenv("COLUMNS", "100")
