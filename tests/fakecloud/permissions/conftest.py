"""A role under a policy of a few words, whose credentials sign."""

import json
from collections.abc import Callable

import pytest

from fakecloud.ram import parse_policy
from fakecloud.world import Identity, World

Grant = Callable[..., Identity]


@pytest.fixture
def grant(world: World) -> Grant:
    """Give the role `tester` what (action, resource) pairs allow, and *denied* resources; returns its credentials."""

    def give(*pairs: tuple[str, str], denied: str = "") -> Identity:
        statements = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in pairs]
        if denied:
            statements.append({"Effect": "Deny", "Action": "*", "Resource": denied})
        world.policies["tester"] = parse_policy(json.dumps({"Statement": statements}), {})
        return world.assume_role("tester")

    return give
