"""What the flows ask for is what the policies grant: nothing is missing, nothing is idle, and a refusal is felt."""

import pytest

from fakecloud.ram import Verdict
from tests.functions.flows import FLOWS, Flow
from tests.functions.observing import all_flows, asked_by, survives
from tests.functions.ram import (
    FUNCTIONS,
    allowed,
    grants_of,
    is_excused,
    policy_of,
    policy_without,
    reasons,
    role_of,
    writes_of,
)

# of each function a few actions, and the shortest flow that fails without it
REMOVALS = [
    ("on-cert-uploaded", "oss:PutObject", "unusable"),
    ("on-cert-uploaded", "yundun-cert:UploadUserCertificate", "refused by CAS"),
    ("create-https-listener", "alb:CreateListener", "busy"),
    ("create-https-listener", "slb:UploadServerCertificate", "CLB default"),
    ("associate-additional-cert", "alb:AssociateAdditionalCertificatesWithListener", "lost requests"),
    ("associate-additional-cert", "alb:ListListeners", "lost requests"),
    ("job-status-poller", "alb:ListAsynJobs", "swept"),
    ("job-status-poller", "mns:SendMessage", "swept"),
]


def flow_of(name: str) -> Flow:
    return next(flow for flow in FLOWS if flow.name == name)


def every_write() -> set[str]:
    return set().union(*map(writes_of, FUNCTIONS))


def test_every_flow_has_its_outcome_under_the_shipped_policies() -> None:
    assert [one.flow.name for one in all_flows() if not one.succeeded] == []


def test_everything_that_is_asked_for_is_granted() -> None:
    asked = {function: asked_by(function) for function in FUNCTIONS}

    assert all(asked.values())
    assert [
        (function, wish)
        for function, wishes in asked.items()
        for wish in wishes
        if policy_of(function).judge(wish) is not Verdict.ALLOWED
    ] == []


def test_everything_that_is_granted_is_asked_for_or_excused_and_never_both() -> None:
    grants = [grant for function in FUNCTIONS for grant in grants_of(function)]
    idle = [str(grant) for grant in grants if not any(map(grant.covers, asked_by(grant.function)))]

    assert sorted(idle) == sorted(str(grant) for grant in grants if is_excused(grant))


def test_everything_is_granted_only_where_the_service_names_no_resource() -> None:
    asked = {wish for function in FUNCTIONS for wish in asked_by(function)}
    wide = {wish.action for wish in asked if wish.resource == "*"}

    assert wide == set(reasons()["everything"])
    assert wide & {wish.action for wish in asked if wish.resource != "*"} == set()


def test_what_one_function_writes_in_the_cloud_no_other_can() -> None:
    made = {(function, wish) for function in FUNCTIONS for wish in asked_by(function) if wish.action in every_write()}

    assert {wish.action for _, wish in made} == every_write() - {
        row["action"] for row in reasons()["not_used_in_flows"] if row["resource"] == "*"
    }
    assert [wish for function, wish in made if allowed(wish) != {function}] == []


@pytest.mark.parametrize(("function", "action", "flow"), REMOVALS)
def test_a_policy_without_one_of_its_actions_breaks_a_flow(function: str, action: str, flow: str) -> None:
    assert not survives(flow_of(flow), role_of(function), policy_without(function, action))


def test_an_excuse_is_for_something_that_is_granted() -> None:
    everything = [grant for function in FUNCTIONS for grant in grants_of(function)]

    for row in reasons()["not_used_in_flows"]:
        assert row["reason"]
        assert any(is_excused(grant) and grant.action == row["action"] for grant in everything)
