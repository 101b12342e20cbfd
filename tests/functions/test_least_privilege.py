"""What the flows ask for is what the policies grant: nothing is missing, nothing is idle, nothing can be left out."""

import pytest

from fakecloud.ram import Verdict
from tests.functions.flows import FLOWS, Flow
from tests.functions.observing import all_flows, survives
from tests.functions.ram import (
    FUNCTIONS,
    actions_of,
    grants_of,
    is_excused,
    policy_of,
    policy_without,
    reasons,
    role_of,
)

EXCUSED = {
    (function, action)
    for function in FUNCTIONS
    for action in actions_of(function)
    if all(is_excused(grant) for grant in grants_of(function) if grant.action == action)
}
NEEDED = sorted({(function, action) for function in FUNCTIONS for action in actions_of(function)} - EXCUSED)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_flow_has_its_outcome_under_the_shipped_policies(flow: Flow) -> None:
    [observed] = [one for one in all_flows() if one.flow is flow]

    assert observed.succeeded


@pytest.mark.parametrize("function", FUNCTIONS)
def test_everything_that_is_asked_for_is_granted(function: str) -> None:
    asked = set().union(*(one.wishes[function] for one in all_flows()))

    assert asked
    assert [wish for wish in asked if policy_of(function).judge(wish) is not Verdict.ALLOWED] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_everything_that_is_granted_is_asked_for_or_excused_and_never_both(function: str) -> None:
    asked = set().union(*(one.wishes[function] for one in all_flows()))
    idle = {grant for grant in grants_of(function) if not any(map(grant.covers, asked))}
    excused = {grant for grant in grants_of(function) if is_excused(grant)}

    assert sorted(map(str, idle)) == sorted(map(str, excused))


@pytest.mark.parametrize(("function", "action"), NEEDED)
def test_a_policy_without_one_of_its_actions_breaks_a_flow(function: str, action: str) -> None:
    users = [one.flow for one in all_flows() if action in one.actions(function)]

    assert users
    assert not survives(users, role_of(function), policy_without(function, action))


def test_an_excuse_is_for_something_that_is_granted() -> None:
    everything = [grant for function in FUNCTIONS for grant in grants_of(function)]

    for row in reasons()["not_used_in_flows"]:
        assert row["reason"]
        assert any(is_excused(grant) and grant.action == row["action"] for grant in everything)
