"""What a listener needs next: the table of steps, case by case."""

from dataclasses import replace
from datetime import timedelta

from certdrop.deployment.decide import decide
from certdrop.deployment.observations import HandshakeSeen
from certdrop.deployment.operations import OperationEnd, StepKind
from certdrop.errors import Fate
from certdrop.ports import Limits
from tests.unit.deployment.builders import (
    NOW,
    certificate_id,
    facts,
    listener,
    minutes,
    operated,
    seen,
    shown,
    work,
)

SHOP = facts("shop.example", "www.shop.example", serial="a")
NEWER = facts("shop.example", "www.shop.example", serial="b", age_days=0)
OTHER = facts("other.example", serial="c")
EC = facts("shop.example", "www.shop.example", serial="e", key_kind="ec")


def test_nothing_open_needs_nothing() -> None:
    assert decide([], None, seen(None), NOW).step.kind is StepKind.DONE


def test_a_missing_listener_is_created_with_the_imported_default() -> None:
    decision = decide([work(SHOP)], None, seen(None, SHOP), NOW)

    assert decision.step.kind is StepKind.CREATE_LISTENER
    assert decision.step.certificates == (certificate_id(SHOP),)


def test_before_it_is_imported_the_certificate_is_asked_for() -> None:
    assert decide([work(SHOP)], None, seen(None), NOW).step.kind is StepKind.IMPORT


def test_an_import_that_does_not_come_for_15_minutes_stalls() -> None:
    decision = decide([work(SHOP, opened=NOW - minutes(16))], None, seen(None), NOW)

    assert decision.step.kind is StepKind.STALL
    assert [stall.code for stall in decision.stalls] == ["not-imported"]


def test_a_missing_listener_that_nobody_may_create_stalls() -> None:
    decision = decide([work(SHOP, creates=False)], None, seen(None, SHOP), NOW)

    assert [stall.code for stall in decision.stalls] == ["listener-missing"]


def test_an_additional_certificate_waits_for_its_listener() -> None:
    assert decide([work(SHOP, slot="additional")], None, seen(None, SHOP), NOW).step.kind is StepKind.WAIT


def test_waiting_for_a_listener_for_15_minutes_stalls() -> None:
    waiting = work(SHOP, slot="additional", opened=NOW - minutes(16))

    assert [stall.code for stall in decide([waiting], None, seen(None, SHOP), NOW).stalls] == ["waited-too-long"]


def test_a_busy_listener_is_waited_for() -> None:
    busy = listener(SHOP, status="busy")

    assert decide([work(NEWER)], None, seen(busy, NEWER), NOW).step.kind is StepKind.WAIT


def test_a_listener_that_does_not_speak_tls_stalls() -> None:
    decision = decide([work(SHOP)], None, seen(listener(https=False), SHOP), NOW)

    assert [stall.code for stall in decision.stalls] == ["listener-not-https"]


def test_the_successor_of_what_is_served_replaces_it() -> None:
    decision = decide([work(NEWER)], None, seen(listener(SHOP), NEWER), NOW)

    assert decision.step.kind is StepKind.REPLACE_DEFAULT
    assert decision.step.certificates == (certificate_id(NEWER),)


def test_an_older_bundle_never_displaces_a_newer_one() -> None:
    decision = decide([work(SHOP)], None, seen(listener(NEWER), SHOP), NOW)

    assert decision.step.kind is StepKind.DONE
    assert [end.end for end in decision.ends] == ["superseded"]


def test_of_two_wanted_bundles_of_a_line_the_older_waits_until_the_newer_is_proved() -> None:
    older, newer = work(SHOP), work(NEWER)

    before = decide([older, newer], None, seen(None, SHOP, NEWER), NOW)
    unproved = decide([older, newer], None, seen(listener(NEWER), SHOP, NEWER), NOW)
    after = decide([older], None, seen(listener(NEWER), SHOP, NEWER), NOW)

    assert (before.step.works, before.ends) == ((newer,), ())
    assert (unproved.step.kind, unproved.step.works, unproved.ends) == (StepKind.VERIFY, (newer,), ())
    assert [(end.fingerprint, end.end) for end in after.ends] == [(SHOP.fingerprint, "superseded")]


def test_the_default_slot_belongs_to_the_line_that_is_served() -> None:
    decision = decide([work(OTHER)], None, seen(listener(SHOP), OTHER), NOW)

    assert [(end.end, end.code) for end in decision.ends] == [("refused", "slot-taken")]
    assert SHOP.cas_name in decision.ends[0].message


def test_another_kind_of_key_is_another_line() -> None:
    decision = decide([work(EC)], None, seen(listener(SHOP), EC), NOW)

    assert [end.code for end in decision.ends] == ["slot-taken"]


def test_before_anything_is_served_the_oldest_work_holds_the_slot() -> None:
    late = work(SHOP, opened=NOW)
    early = work(OTHER, opened=NOW - minutes(1))

    decision = decide([late, early], None, seen(None, SHOP, OTHER), NOW)

    assert decision.step.works == (early,)
    assert [(end.fingerprint, end.code) for end in decision.ends] == [(SHOP.fingerprint, "slot-taken")]


def test_what_cannot_be_compared_is_replaced_and_the_end_will_say_so() -> None:
    unknown = listener(None)
    unknown = type(unknown)(unknown.listener_id, "running", default=type(shown(SHOP))("77-cn-hangzhou"))

    decision = decide([work(SHOP)], None, seen(unknown, SHOP), NOW)

    assert decision.step.kind is StepKind.REPLACE_DEFAULT
    assert [note.code for note in decision.notes.values()] == ["served-certificate-unknown"]


def test_missing_additional_certificates_go_in_one_call() -> None:
    works = [work(SHOP, slot="additional"), work(EC, slot="additional")]

    decision = decide(works, None, seen(listener(OTHER), SHOP, EC), NOW)

    assert decision.step.kind is StepKind.ASSOCIATE
    assert set(decision.step.certificates) == {certificate_id(SHOP), certificate_id(EC)}


def test_at_most_fifteen_certificates_go_in_one_call() -> None:
    many = [facts(f"shop{number}.example", serial=f"{number:04x}") for number in range(20)]
    works = [work(one, slot="additional") for one in many]
    view = seen(listener(OTHER))
    view = type(view)(view.listener, {one.fingerprint: one.fingerprint[:4] for one in many})

    assert len(decide(works, None, view, NOW).step.certificates) == 15
    for limit in (1, 7, 20):
        limited = replace(view, limits=Limits(associate_at_once=limit))
        assert len(decide(works, None, limited, NOW).step.certificates) == limit


def test_a_deployment_with_a_failure_goes_alone() -> None:
    failing, fresh = work(SHOP, slot="additional"), work(EC, slot="additional")
    last = operated(
        StepKind.ASSOCIATE, failing, end=OperationEnd(code="InvalidParameter", fate=Fate.STALL), failures={}
    )

    first = decide([failing, fresh], last, seen(listener(OTHER), SHOP, EC), NOW)
    second = decide([failing], last, seen(listener(OTHER), SHOP), NOW)

    assert first.step.certificates == (certificate_id(EC),)
    assert first.failures == {failing.deployment: 1}
    assert second.step.certificates == (certificate_id(SHOP),)


def test_our_superseded_additional_certificate_is_dissociated_when_its_successor_serves() -> None:
    view = seen(listener(OTHER, SHOP, NEWER), NEWER)

    decision = decide([work(NEWER, slot="additional")], None, view, NOW)

    assert decision.step.kind is StepKind.DISSOCIATE
    assert decision.step.certificates == (certificate_id(SHOP),)


def test_a_certificate_that_certdrop_does_not_own_is_never_dissociated() -> None:
    base = listener(OTHER, NEWER)
    foreign = type(base)(
        base.listener_id, "running", default=base.default, additional=(*base.additional, shown(SHOP, ours=False))
    )

    assert decide([work(NEWER, slot="additional")], None, seen(foreign, NEWER), NOW).step.kind is StepKind.VERIFY


def test_rsa_and_ec_of_the_same_names_live_side_by_side() -> None:
    view = seen(listener(OTHER, SHOP), EC)

    decision = decide([work(EC, slot="additional")], None, view, NOW)

    assert decision.step.kind is StepKind.ASSOCIATE


def test_an_additional_certificate_that_is_the_default_needs_no_association() -> None:
    decision = decide([work(SHOP, slot="additional")], None, seen(listener(SHOP), SHOP), NOW)

    assert decision.step.kind is StepKind.VERIFY


def test_what_shows_is_verified() -> None:
    assert decide([work(SHOP)], None, seen(listener(SHOP), SHOP), NOW).step.kind is StepKind.VERIFY


def test_a_handshake_with_our_certificate_ends_as_served() -> None:
    wanted = work(SHOP)
    view = seen(listener(SHOP), SHOP, handshakes={wanted.deployment: HandshakeSeen("ours")})

    decision = decide([wanted], None, view, NOW)

    assert [(end.end, end.code) for end in decision.ends] == [("served", "")]
    assert decision.step.kind is StepKind.DONE


def test_a_chain_out_of_order_is_served_and_the_end_says_so() -> None:
    wanted = work(SHOP)
    view = seen(listener(SHOP), SHOP, handshakes={wanted.deployment: HandshakeSeen("ours", is_in_order=False)})

    [end] = decide([wanted], None, view, NOW).ends

    assert (end.end, end.code) == ("served", "chain-out-of-order")
    assert "not in order" in end.message


def test_not_reached_ends_as_served_unproven_with_the_reason() -> None:
    wanted = work(SHOP)
    view = seen(listener(SHOP), SHOP, handshakes={wanted.deployment: HandshakeSeen("not reached", "timed out")})

    assert [(end.code, end.message) for end in decide([wanted], None, view, NOW).ends] == [("unproven", "timed out")]


def test_another_certificate_is_doubted_only_ten_minutes_after_the_last_operation() -> None:
    wanted = work(SHOP, opened=NOW - minutes(30))
    view = seen(listener(SHOP), SHOP, handshakes={wanted.deployment: HandshakeSeen("another", "ff")})
    early = operated(StepKind.CREATE_LISTENER, wanted, ended=NOW - minutes(10))
    late = operated(StepKind.CREATE_LISTENER, wanted, ended=NOW - minutes(10) - timedelta(seconds=1))

    assert decide([wanted], early, view, NOW).doubts == ()
    assert decide([wanted], late, view, NOW).doubts == (wanted,)
