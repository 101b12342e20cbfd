"""What becomes of failures: counted from entry to entry, waited for, stalled, refused."""

from certdrop.deployment.decide import decide
from certdrop.deployment.observations import HandshakeSeen, Job
from certdrop.deployment.operations import OperationEnd, StepKind
from certdrop.deployment.work import Stalled
from certdrop.errors import Fate
from tests.unit.deployment.builders import (
    NOW,
    facts,
    listener,
    minutes,
    operated,
    seen,
    work,
)

SHOP = facts("shop.example", "www.shop.example", serial="a")
NEWER = facts("shop.example", "www.shop.example", serial="b", age_days=0)
OTHER = facts("other.example", serial="c")
EC = facts("shop.example", "www.shop.example", serial="e", key_kind="ec")


def test_stalled_work_that_is_not_due_takes_no_part() -> None:
    stalled = work(SHOP, stalled=Stalled(2, NOW - minutes(3)))
    due = work(SHOP, stalled=Stalled(2, NOW - minutes(4)))

    assert decide([stalled], None, seen(None, SHOP), NOW).step.kind is StepKind.STALL
    assert decide([due], None, seen(None, SHOP), NOW).step.kind is StepKind.CREATE_LISTENER


def test_a_running_job_is_waited_for() -> None:
    wanted = work(SHOP)
    last = operated(StepKind.CREATE_LISTENER, wanted, end=OperationEnd(job_id="J"))

    assert decide([wanted], last, seen(None, SHOP, job=Job("processing")), NOW).step.kind is StepKind.WAIT


def test_a_failed_job_is_tried_again_and_stalls_at_the_third_failure() -> None:
    wanted = work(SHOP)
    end = OperationEnd(job_id="J")
    view = seen(None, SHOP, job=Job("failed", "InternalError", "no"))

    second = decide([wanted], operated(StepKind.CREATE_LISTENER, wanted, end=end), view, NOW)
    third = operated(StepKind.CREATE_LISTENER, wanted, end=end, failures={wanted.deployment: 2}, number=3)
    stalling = decide([wanted], third, view, NOW)

    assert second.step.kind is StepKind.CREATE_LISTENER
    assert second.failures == {wanted.deployment: 1}
    assert [(stall.code, stall.message) for stall in stalling.stalls] == [("InternalError", "no")]


def test_after_its_stall_is_due_work_is_tried_once_more() -> None:
    third = operated(
        StepKind.CREATE_LISTENER,
        work(SHOP),
        end=OperationEnd(code="NoPermission", fate=Fate.STALL),
        failures={work(SHOP).deployment: 2},
        ended=NOW - minutes(10),
    )
    due = work(SHOP, stalled=Stalled(1, NOW - minutes(9)))

    decision = decide([due], third, seen(None, SHOP), NOW)

    assert decision.step.kind is StepKind.CREATE_LISTENER
    assert decision.failures == {due.deployment: 3}


def test_what_the_cloud_refuses_for_good_ends_as_refused() -> None:
    wanted = work(SHOP)
    last = operated(
        StepKind.CREATE_LISTENER, wanted, end=OperationEnd(code="CertificateTypeMismatched", fate=Fate.REFUSE)
    )

    assert [(end.end, end.code) for end in decide([wanted], last, seen(None, SHOP), NOW).ends] == [
        ("refused", "CertificateTypeMismatched")
    ]


def test_a_refused_batch_is_taken_apart_before_anything_is_refused() -> None:
    works = [work(SHOP, slot="additional"), work(EC, slot="additional")]
    last = operated(StepKind.ASSOCIATE, *works, end=OperationEnd(code="InvalidParameter", fate=Fate.REFUSE))

    decision = decide(works, last, seen(listener(OTHER), SHOP, EC), NOW)

    assert decision.ends == ()
    assert len(decision.step.certificates) == 1


def test_a_step_that_changed_nothing_counts_as_a_failure() -> None:
    wanted = work(SHOP)
    last = operated(StepKind.CREATE_LISTENER, wanted, failures={wanted.deployment: 1})
    third = operated(StepKind.CREATE_LISTENER, wanted, failures={wanted.deployment: 2})

    again = decide([wanted], last, seen(None, SHOP), NOW)

    assert again.failures == {wanted.deployment: 2}
    assert [stall.code for stall in decide([wanted], third, seen(None, SHOP), NOW).stalls] == ["NoEffect"]


def test_calls_that_only_wait_stall_after_15_minutes() -> None:
    wanted = work(NEWER, opened=NOW - minutes(40))
    busy = OperationEnd(code="IncorrectStatus.Listener", fate=Fate.WAIT)
    patient = operated(StepKind.REPLACE_DEFAULT, wanted, end=busy, waiting_since=NOW - minutes(14))
    tired = operated(StepKind.REPLACE_DEFAULT, wanted, end=busy, waiting_since=NOW - minutes(16))

    again = decide([wanted], patient, seen(listener(SHOP), NEWER), NOW)

    assert again.step.kind is StepKind.REPLACE_DEFAULT
    assert again.waiting_since == NOW - minutes(14)
    assert [stall.code for stall in decide([wanted], tired, seen(listener(SHOP), NEWER), NOW).stalls] == [
        "IncorrectStatus.Listener"
    ]


def test_success_forgets_the_failures_of_its_deployments_only() -> None:
    wanted = work(NEWER)
    last = operated(StepKind.REPLACE_DEFAULT, wanted, failures={wanted.deployment: 2, "other": 1})

    assert decide([wanted], last, seen(listener(NEWER), NEWER), NOW).failures == {"other": 1}


def test_several_causes_of_one_deployment_end_together() -> None:
    works = [work(SHOP, cause="a-1"), work(SHOP, cause="b-1")]
    view = seen(listener(SHOP), SHOP, handshakes={works[0].deployment: HandshakeSeen("ours")})

    assert {end.cause for end in decide(works, None, view, NOW).ends} == {"a-1", "b-1"}
