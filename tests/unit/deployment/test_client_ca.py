"""What a listener needs next when its clients are checked against a CA: the table of steps, case by case."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.decide import decide
from certdrop.deployment.observations import HandshakeSeen
from certdrop.deployment.operations import StepKind
from certdrop.deployment.work import Before, Disproved, Stalled, find_taking_part
from tests.unit.deployment.builders import NOW, certificate_id, listener, minutes, operated, seen
from tests.unit.deployment.client_ca_builders import (
    BLOG,
    NEW_CA,
    NEWER,
    OLD_CA,
    SHOP,
    checking,
    codes,
    server,
    step_of,
    wanted,
)


def test_a_missing_listener_is_created_with_its_client_ca() -> None:
    step = step_of(seen(None, SHOP, NEW_CA), server(), wanted())

    assert (step.kind, step.certificates, step.client_ca) == (
        StepKind.CREATE_LISTENER,
        (certificate_id(SHOP),),
        certificate_id(NEW_CA),
    )
    assert [one.facts for one in step.works] == [SHOP]


def test_of_two_cas_of_the_drop_the_listener_is_created_with_the_newer_one() -> None:
    step = step_of(seen(None, SHOP, NEW_CA, OLD_CA), server(), wanted(OLD_CA), wanted())

    assert step.client_ca == certificate_id(NEW_CA)


def test_the_ca_of_another_drop_does_not_help() -> None:
    assert step_of(seen(None, SHOP, NEW_CA), server(), wanted(drop="others")).kind is StepKind.WAIT


def test_a_client_ca_is_imported_before_the_listener_is_created() -> None:
    step = step_of(seen(None, SHOP), server(), wanted())

    assert (step.kind, [one.facts for one in step.works]) == (StepKind.IMPORT_TO_CLB, [NEW_CA])


def test_without_its_client_ca_a_bundle_is_imported_and_then_waits() -> None:
    lacking = replace(seen(None), in_cas=frozenset({SHOP.fingerprint}))

    assert step_of(lacking, server()).kind is StepKind.IMPORT_TO_CLB
    waiting = step_of(seen(None, SHOP), server())
    assert (waiting.kind, waiting.reason) == (StepKind.WAIT, "the client CA of the drop partners is not in use yet")


def test_a_client_ca_that_does_not_come_for_15_minutes_stalls_the_bundle() -> None:
    assert codes(seen(None, SHOP), server(opened=NOW - minutes(16))) == [("stalled", "a", "client-ca-missing")]


def test_a_stalled_ca_that_is_not_due_is_still_what_the_listener_is_created_with() -> None:
    resting = wanted(stalled=Stalled(6, NOW - minutes(1)))

    step = step_of(seen(None, SHOP, NEW_CA), server(), resting)

    assert (step.kind, step.client_ca) == (StepKind.CREATE_LISTENER, certificate_id(NEW_CA))


def test_a_stalled_ca_that_is_not_due_is_not_imported_again() -> None:
    resting = wanted(stalled=Stalled(6, NOW - minutes(1)))

    assert step_of(seen(None, SHOP), server(), resting).kind is StepKind.WAIT


def test_a_stalled_ca_that_the_listener_uses_is_proved_with_the_bundle() -> None:
    resting = wanted(stalled=Stalled(6, NOW - minutes(1)))
    view = seen(checking(SHOP, NEW_CA), SHOP, NEW_CA)

    step = step_of(view, server(), resting)

    assert (step.kind, [one.facts for one in step.works]) == (StepKind.VERIFY, [SHOP, NEW_CA])


def test_stalled_work_is_due_when_its_client_ca_comes() -> None:
    stalled = server(stalled=Stalled(6, NOW - minutes(5)))
    earlier, later = wanted(opened=NOW - minutes(6)), wanted(opened=NOW - minutes(4))

    assert find_taking_part([stalled], NOW) == []
    assert find_taking_part([stalled, earlier], NOW) == [earlier]
    assert find_taking_part([stalled, later], NOW) == [stalled, later]
    assert find_taking_part([stalled, wanted(drop="others", opened=NOW)], NOW)[0].work.drop == "others"


def test_a_listener_without_client_ca_gets_it_before_its_new_default() -> None:
    step = step_of(seen(listener(SHOP), NEWER, NEW_CA), server(NEWER), wanted())

    assert (step.kind, step.certificates) == (StepKind.SET_CLIENT_CA, (certificate_id(NEW_CA),))
    assert [one.facts for one in step.works] == [NEW_CA]


def test_a_listener_with_its_client_ca_gets_its_new_default() -> None:
    view = seen(checking(SHOP, OLD_CA, "partners"), NEWER, OLD_CA)

    assert step_of(view, server(NEWER)).kind is StepKind.REPLACE_DEFAULT
    assert step_of(replace(view, listener=checking(SHOP, OLD_CA)), server(NEWER), wanted(OLD_CA)).kind is (
        StepKind.REPLACE_DEFAULT
    )


def test_a_bundle_that_is_shown_without_its_client_ca_is_not_served() -> None:
    view = replace(seen(listener(SHOP), SHOP), handshakes={server().deployment: HandshakeSeen("ours")})

    assert step_of(view, server()).kind is StepKind.WAIT
    assert codes(view, server()) == []


def test_a_stopped_listener_is_not_started_without_its_client_ca() -> None:
    view = seen(listener(SHOP, status="stopped"), SHOP)
    created = operated(StepKind.CREATE_LISTENER, server())

    assert decide([server()], created, view, NOW).step.kind is StepKind.WAIT


def test_additional_certificates_wait_for_the_client_ca_too() -> None:
    extension = server(BLOG, slot="additional")

    assert step_of(seen(listener(SHOP), BLOG), extension).kind is StepKind.WAIT
    assert step_of(seen(checking(SHOP, NEW_CA, "partners"), BLOG), extension).kind is StepKind.SET_EXTENSION


def test_somebody_elses_client_ca_keeps_the_slot_and_stalls_the_bundle() -> None:
    view = seen(checking(SHOP, None), NEWER, NEW_CA)

    assert codes(view, server(NEWER), wanted()) == [
        ("refused", "2", "slot-taken"),
        ("stalled", "b", "client-ca-taken"),
    ]


def test_the_ca_of_another_drop_keeps_the_slot() -> None:
    assert codes(seen(checking(SHOP, OLD_CA, "others"), NEW_CA), wanted()) == [("refused", "2", "slot-taken")]


def test_a_newer_ca_of_the_same_drop_replaces_the_one_in_use_whatever_its_names_and_key() -> None:
    step = step_of(seen(checking(SHOP, OLD_CA, "partners"), NEW_CA), wanted())

    assert (step.kind, step.certificates) == (StepKind.SET_CLIENT_CA, (certificate_id(NEW_CA),))


def test_an_older_ca_never_displaces_a_newer_one() -> None:
    assert codes(seen(checking(SHOP, NEW_CA, "partners"), OLD_CA), wanted(OLD_CA)) == [("superseded", "1", "")]
    assert step_of(seen(checking(SHOP, OLD_CA), OLD_CA, NEW_CA), wanted(OLD_CA), wanted()).works == (wanted(),)


def test_before_anything_is_in_use_the_drop_that_came_first_holds_the_slot() -> None:
    late = wanted(drop="others", opened=NOW)
    early = wanted(OLD_CA, opened=NOW - minutes(1))

    assert codes(seen(listener(SHOP), OLD_CA, NEW_CA), late, early) == [("refused", "2", "slot-taken")]


def test_the_same_ca_under_another_id_is_in_use_already() -> None:
    doubled = replace(checking(SHOP, NEW_CA), client_ca="another-id")

    assert step_of(seen(doubled, NEW_CA), wanted()).kind is StepKind.VERIFY


def test_a_ca_alone_is_imported_and_waits_for_its_listener() -> None:
    assert step_of(seen(None), wanted()).kind is StepKind.IMPORT_TO_CLB
    assert step_of(seen(None, NEW_CA), wanted()).kind is StepKind.WAIT
    assert codes(seen(None, NEW_CA), wanted(opened=NOW - minutes(16))) == [("stalled", "2", "waited-too-long")]


def test_the_newest_targets_say_whether_a_client_ca_is_required() -> None:
    before, after = server(config=1), server(required=None, config=2, cause="0123456789ab-2")

    assert step_of(seen(None, SHOP), before, after).kind is StepKind.CREATE_LISTENER
    assert step_of(seen(None, SHOP), server(required=None, config=1), server(config=2)).kind is StepKind.WAIT


@pytest.mark.parametrize(
    ("answer", "ends"), [("ours", [("served", "2", "")]), ("not reached", [("served", "2", "unproven")])]
)
def test_a_client_ca_ends_as_served_when_the_handshake_says_so(answer: Any, ends: list[tuple[str, str, str]]) -> None:
    proof = {wanted().deployment: HandshakeSeen(answer, "why")}

    assert codes(replace(seen(checking(SHOP, NEW_CA), NEW_CA), handshakes=proof), wanted()) == ends


def test_a_client_ca_that_nobody_is_asked_for_is_doubted_after_ten_minutes() -> None:
    proof = {wanted().deployment: HandshakeSeen("another", "no request")}
    view = replace(seen(checking(SHOP, NEW_CA), NEW_CA), handshakes=proof)

    def doubts(age: timedelta) -> int:
        return len(decide([wanted(opened=NOW - age)], None, view, NOW).doubts)

    assert (doubts(minutes(9)), doubts(minutes(11))) == (0, 1)


def disproved(before: str, put: BundleFacts = NEW_CA) -> Disproved:
    return Disproved(operation=4, shown="x", certificates=(certificate_id(put),), before=Before(client_ca=before))


def test_a_disproved_client_ca_is_put_back_while_it_is_still_in_use() -> None:
    marked = wanted(disproved=disproved(certificate_id(OLD_CA)))

    step = step_of(seen(checking(SHOP, NEW_CA), NEW_CA), marked)

    assert (step.kind, step.certificates) == (StepKind.RESTORE, (certificate_id(OLD_CA),))


@pytest.mark.parametrize(
    ("before", "shown"), [("", NEW_CA), (certificate_id(OLD_CA), OLD_CA), (certificate_id(NEW_CA), NEW_CA)]
)
def test_a_client_ca_with_nothing_to_put_back_ends_as_disproved(before: str, shown: BundleFacts) -> None:
    view = seen(checking(SHOP, shown), NEW_CA)

    assert codes(view, wanted(disproved=disproved(before))) == [("disproved", "2", "clients-not-asked")]


@pytest.mark.parametrize("mark", [None, disproved("", OLD_CA)])
def test_a_ca_is_renewed_while_its_predecessor_is_not_proved_or_was_just_disproved(mark: Disproved | None) -> None:
    old = wanted(OLD_CA, disproved=mark)

    step = step_of(seen(checking(SHOP, OLD_CA), SHOP, OLD_CA, NEW_CA), old, wanted())

    assert (step.kind, step.certificates) == (StepKind.SET_CLIENT_CA, (certificate_id(NEW_CA),))
