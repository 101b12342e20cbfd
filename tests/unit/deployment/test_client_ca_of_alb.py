"""What an ALB listener needs next when its clients are checked against a CA that the target names by its id."""

from dataclasses import replace

import pytest

from certdrop.deployment.decide import decide
from certdrop.deployment.operations import OperationEnd, StepKind
from certdrop.errors import Fate
from tests.unit.deployment.builders import NOW, listener, minutes, operated, seen
from tests.unit.deployment.client_ca_builders import (
    NEWER,
    SHOP,
    alb_server,
    step_of,
)


def test_an_alb_listener_is_created_with_the_ca_of_the_targets_id() -> None:
    step = step_of(seen(None, SHOP), alb_server())

    assert (step.kind, step.client_ca) == (StepKind.CREATE_LISTENER, "77-cn-hangzhou")


@pytest.mark.parametrize("present", ["", "66-cn-hangzhou"])
def test_an_alb_listener_with_another_ca_or_none_gets_the_targets(present: str) -> None:
    for bundle in (SHOP, NEWER):
        step = step_of(seen(listener(SHOP, client_ca=present), bundle), alb_server(bundle))

        assert (step.kind, step.certificates) == (StepKind.SET_CLIENT_CA, ("77-cn-hangzhou",))


def test_an_alb_listener_with_the_targets_ca_needs_none() -> None:
    view = seen(listener(SHOP, client_ca="77-cn-hangzhou"), NEWER, SHOP)

    assert step_of(view, alb_server()).kind is StepKind.VERIFY
    assert step_of(view, alb_server(NEWER)).kind is StepKind.REPLACE_DEFAULT


def test_a_client_ca_that_has_no_effect_stalls_at_the_third_time() -> None:
    done = operated(StepKind.SET_CLIENT_CA, alb_server(), certificates=("77-cn-hangzhou",), failures={})
    failed = replace(done, operation=done.operation.model_copy(update={"failures": {alb_server().deployment: 2}}))
    view = seen(listener(SHOP), SHOP)

    assert decide([alb_server()], done, view, NOW).step.kind is StepKind.SET_CLIENT_CA
    assert [one.code for one in decide([alb_server()], failed, view, NOW).stalls] == ["NoEffect"]


def test_a_client_ca_that_alb_refuses_for_good_ends_the_one_bundle() -> None:
    end = OperationEnd(code="OperationDenied.CACertificateCorrupted", fate=Fate.REFUSE)
    created = operated(StepKind.CREATE_LISTENER, alb_server(opened=NOW - minutes(5)), end=end)

    decision = decide([alb_server(opened=NOW - minutes(5))], created, seen(None, SHOP), NOW)

    assert [one.end for one in decision.ends] == ["refused"]


def test_an_operation_that_set_the_ca_did_not_put_the_default() -> None:
    operation = operated(StepKind.SET_CLIENT_CA, alb_server(), certificates=("77-cn-hangzhou",)).operation

    assert not operation.puts(alb_server().deployment, "default")
    assert operation.puts(alb_server().deployment, "client_ca")
