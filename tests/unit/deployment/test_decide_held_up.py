"""What one work meets never holds up another; every case was found by the simulation."""

import pytest

from certdrop.deployment.decide import decide
from certdrop.deployment.observations import Extension, HandshakeSeen, Observation, ShownCertificate
from certdrop.deployment.operations import LastOperation, OperationEnd, StepKind
from certdrop.errors import Fate
from tests.unit.deployment.builders import NOW, facts, listener, minutes, operated, seen, shown, work

OLD = facts(serial="a", age_days=30)
NEW = facts(serial="b", age_days=1)
BLOG = facts("blog.example", serial="c")


@pytest.mark.parametrize("has_listener", [True, False])
def test_a_newer_bundle_that_the_cloud_does_not_hold_leaves_the_slot_to_the_older(*, has_listener: bool) -> None:
    """The drop of the newer one may have been overwritten: then it is never imported."""
    older, newer = work(OLD, opened=NOW - minutes(1)), work(NEW, opened=NOW - minutes(2))
    before = facts(serial="d", age_days=60)

    decision = decide([older, newer], None, seen(listener(before) if has_listener else None, OLD), NOW)

    assert decision.step.kind is (StepKind.REPLACE_DEFAULT if has_listener else StepKind.CREATE_LISTENER)
    assert decision.step.works == (older,)
    assert decision.ends == ()


def test_as_soon_as_it_is_imported_it_takes_the_slot() -> None:
    older, newer = work(OLD), work(NEW)

    decision = decide([older, newer], None, seen(listener(OLD), OLD, NEW), NOW)

    assert (decision.step.kind, decision.step.works) == (StepKind.REPLACE_DEFAULT, (newer,))
    assert decision.ends == ()


def test_both_are_asked_for_while_neither_is_imported() -> None:
    older, newer = work(OLD), work(NEW)

    decision = decide([older, newer], None, seen(None), NOW)

    assert (decision.step.kind, set(decision.step.works)) == (StepKind.IMPORT, {older, newer})
    assert decision.ends == ()


def test_an_import_that_does_not_come_holds_up_nobodys_proof() -> None:
    shop, blog = work(OLD), work(BLOG, slot="additional")
    shown = seen(listener(OLD), OLD, handshakes={shop.deployment: HandshakeSeen("ours")})

    asked = decide([shop, blog], None, seen(listener(OLD), OLD), NOW)
    answered = decide([shop, blog], None, shown, NOW)

    assert (asked.step.kind, asked.step.works, asked.unproved) == (StepKind.IMPORT, (blog,), (shop,))
    assert (answered.step.kind, answered.unproved) == (StepKind.IMPORT, ())
    assert [(end.deployment, end.end) for end in answered.ends] == [(shop.deployment, "served")]


def test_a_renewal_that_comes_before_the_start_does_not_keep_the_listener_stopped() -> None:
    older, newer = work(OLD, service="clb"), work(NEW, service="clb")
    stopped = listener(OLD, status="stopped")

    decision = decide([newer], operated(StepKind.CREATE_LISTENER, older), seen(stopped, OLD, NEW), NOW)

    assert decision.step.kind is StepKind.START_LISTENER


@pytest.mark.parametrize(
    ("last", "starts"),
    [
        (operated(StepKind.SET_EXTENSION, work(BLOG, service="clb"), unstarted=True), True),
        (operated(StepKind.SET_EXTENSION, work(BLOG, service="clb")), False),
        (operated(StepKind.START_LISTENER, work(OLD, service="clb"), unstarted=True), False),
        (
            operated(
                StepKind.START_LISTENER,
                work(OLD, service="clb"),
                end=OperationEnd(code="Strange", fate=Fate.STALL),
                unstarted=True,
            ),
            True,
        ),
    ],
)
def test_other_operations_do_not_hide_that_a_listener_was_never_started(last: LastOperation, *, starts: bool) -> None:
    decision = decide([work(OLD, service="clb")], last, seen(listener(OLD, status="stopped"), OLD), NOW)

    assert (decision.step.kind is StepKind.START_LISTENER) is starts
    assert decision.unstarted is starts


@pytest.mark.parametrize("slot", ["default", "additional"])
def test_a_wanted_bundle_that_is_shown_under_another_id_is_not_taken_for_a_strangers(slot: str) -> None:
    """CAS and CLB may hold a certificate twice, or hold it anew after somebody deleted it."""
    bundle = OLD if slot == "default" else BLOG
    wanted = work(bundle, slot=slot)
    shows = listener(OLD) if slot == "default" else listener(OLD, BLOG)

    decision = decide([wanted], None, Observation(shows, {bundle.fingerprint: "another-id"}), NOW)

    assert (decision.step.kind, decision.ends) == (StepKind.VERIFY, ())


def test_an_extension_that_shows_a_wanted_bundle_under_another_id_is_kept() -> None:
    wanted = work(BLOG, service="clb", slot="additional")
    extension = Extension("de-1", "blog.example", ShownCertificate("known-id", facts=shown(BLOG).facts))

    decision = decide(
        [wanted],
        None,
        Observation(listener(OLD, extensions=(extension,)), {BLOG.fingerprint: "another-id"}),
        NOW,
    )

    assert (decision.step.kind, decision.ends) == (StepKind.VERIFY, ())
