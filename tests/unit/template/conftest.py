"""template.yml as it would be deployed."""

from pathlib import Path

import pytest

from fakecloud.fc.function import Template
from fakecloud.fc.template import load_template

ROOT = Path(__file__).parents[3]
ACCOUNT = "1234567890123456"


@pytest.fixture(scope="session")
def template() -> Template:
    return load_template(ROOT / "template.yml", {}, ACCOUNT)
