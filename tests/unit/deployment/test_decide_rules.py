"""The protocol's rules about slots, failures and waiting, as far as decide() holds them."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from certdrop.deployment.decide import decide
from certdrop.deployment.observations import Extension, HandshakeSeen, Observation, ShownCertificate
from certdrop.deployment.operations import OperationEnd, StepKind
from certdrop.deployment.succession import is_greater, succeeds, uncovered
from certdrop.deployment.work import Before, Disproved, SeenWork, Stalled
from certdrop.errors import Fate
from certdrop.ports import Limits
from tests.unit.deployment.builders import NOW, certificate_id, facts, listener, minutes, operated, seen, shown, work

SHOP = facts("shop.example", "www.shop.example", serial="a")
NEWER = facts("shop.example", "www.shop.example", serial="b", age_days=0)
OTHER = facts("other.example", serial="c")
BASE = facts("base.example", serial="d")


def refused(code: str = "CertificateTypeMismatched") -> OperationEnd:
    return OperationEnd(code=code, fate=Fate.REFUSE)


# succession


def test_the_greater_is_greater_by_start_then_end_then_fingerprint() -> None:
    early, late = facts(serial="b", age_days=2), facts(serial="a", age_days=1)
    longer = facts(serial="a", age_days=1, days=91)
    twin = facts(serial="b", age_days=1)

    assert [is_greater(late, early), is_greater(longer, late), is_greater(twin, late)] == [True] * 3
    assert [is_greater(early, late), is_greater(late, longer), is_greater(late, late)] == [False] * 3


def test_a_start_that_is_not_known_leaves_the_end_to_decide() -> None:
    unknown = replace(shown(SHOP).facts, not_before=None)  # type: ignore[type-var]

    assert is_greater(facts(serial="0", age_days=0, days=90), unknown)  # type: ignore[arg-type]


def test_a_successor_has_the_same_kind_of_key_and_every_name() -> None:
    assert succeeds(NEWER, SHOP)
    assert succeeds(facts("a.example", "shop.example", "www.shop.example", serial="b", age_days=0), SHOP)
    assert not succeeds(facts("shop.example", serial="b", age_days=0), SHOP)
    assert not succeeds(facts("shop.example", "www.shop.example", serial="b", age_days=0, key_kind="ec"), SHOP)
    assert not succeeds(SHOP, SHOP)


def test_names_that_a_wildcard_serves_are_covered() -> None:
    assert uncovered(("a.shop.example", "shop.example"), ("*.shop.example",)) == ("shop.example",)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_within_a_line_of_succession_arrival_never_decides(order: tuple[int, ...]) -> None:
    line = [facts("shop.example", serial=serial, age_days=age) for serial, age in (("a", 3), ("b", 2), ("c", 1))]
    works = [work(line[index], opened=NOW - minutes(place)) for place, index in enumerate(order)]

    decision = decide(works, None, seen(None, *line), NOW)

    assert decision.step.certificates == (certificate_id(line[2]),)
    assert decision.ends == ()


# slots


def test_of_works_opened_in_the_same_second_the_smaller_deployment_id_holds_the_slot() -> None:
    works = sorted([work(SHOP), work(OTHER), work(BASE)], key=lambda one: one.deployment)

    for order in permutations(works):
        decision = decide(order, None, seen(None, SHOP, OTHER, BASE), NOW)
        assert decision.step.works == (works[0],)
        assert {end.code for end in decision.ends} == {"slot-taken"}


def test_the_holder_of_a_slot_is_named_with_the_way_out() -> None:
    [end] = decide([work(OTHER)], None, seen(listener(SHOP), OTHER), NOW).ends

    assert SHOP.cas_name in end.message
    assert "additional" in end.remedy


def test_of_several_causes_the_newest_targets_come_first() -> None:
    works = [work(SHOP, cause="a-1", config=1), work(SHOP, cause="a-2", config=2)]

    assert decide(works, None, seen(None, SHOP), NOW).step.works == (works[1], works[0])


def test_an_additional_certificate_is_superseded_by_what_is_served() -> None:
    [end] = decide([work(SHOP, slot="additional")], None, seen(listener(BASE, NEWER), SHOP), NOW).ends

    assert (end.end, end.message) == ("superseded", f"superseded by {NEWER.cas_name}")


def test_an_extension_that_cannot_be_compared_is_set_and_its_end_will_say_so() -> None:
    unknown = Extension("de-1", "shop.example", ShownCertificate("77-cn"))
    view = seen(listener(BASE, extensions=(unknown,)), SHOP)

    decision = decide([work(SHOP, slot="additional", service="clb")], None, view, NOW)

    assert (decision.step.kind, decision.step.extension_id) == (StepKind.SET_EXTENSION, "de-1")
    assert [note.code for note in decision.notes.values()] == ["served-certificate-unknown"]


def test_an_extension_whose_bundle_is_not_imported_does_not_hold_up_the_next() -> None:
    works = [work(SHOP, slot="additional", service="clb"), work(OTHER, slot="additional", service="clb")]

    step = decide(works, None, seen(listener(BASE), OTHER), NOW).step

    assert (step.kind, step.works, step.domain) == (StepKind.SET_EXTENSION, (works[1],), "other.example")


def test_extensions_over_the_quota_stall_before_the_first_one_is_created() -> None:
    wide = facts("a.example", "b.example", "c.example", serial="e")
    present = (Extension("de-1", "base.example", shown(BASE)), Extension("de-2", "other.example", shown(OTHER)))
    view = replace(seen(listener(SHOP, extensions=present), wide), limits=Limits(domain_extensions=4))

    decision = decide([work(wide, slot="additional", service="clb")], None, view, NOW)

    [stall] = decision.stalls
    assert "has 2 extension domains, this certificate needs 3 more, and 4 are allowed" in stall.message
    assert decision.step.kind is StepKind.STALL


def test_certificates_that_are_being_associated_are_waited_for() -> None:
    base = listener(BASE)
    view = seen(replace(base, additional=(shown(SHOP, status="associating"),)), SHOP)

    assert decide([work(SHOP, slot="additional")], None, view, NOW).step.kind is StepKind.WAIT


# dissociating


def many_predecessors(count: int) -> tuple[SeenWork, Observation]:
    """Return satisfied work, and a listener that shows its certificate and *count* predecessors."""
    newest = facts("x.example", serial="e", age_days=0)
    older = [facts("x.example", serial=f"{number:04x}", age_days=number + 1) for number in range(count)]
    put = [replace(shown(one), certificate_id=one.fingerprint[:4]) for one in (*older, newest)]
    view = replace(listener(BASE), additional=tuple(put))
    return work(newest, slot="additional"), Observation(view, {newest.fingerprint: newest.fingerprint[:4]})


@pytest.mark.parametrize(("count", "together"), [(3, 3), (10, 10), (14, 10)])
def test_at_most_ten_certificates_are_dissociated_in_one_call(count: int, together: int) -> None:
    wanted, view = many_predecessors(count)

    step = decide([wanted], None, view, NOW).step

    assert step.kind is StepKind.DISSOCIATE
    assert len(set(step.certificates)) == len(step.certificates) == together


@pytest.mark.parametrize("limit", [1, 4, 20])
def test_as_many_are_dissociated_in_one_call_as_the_settings_say(limit: int) -> None:
    wanted, view = many_predecessors(20)

    step = decide([wanted], None, replace(view, limits=Limits(dissociate_at_once=limit)), NOW).step

    assert len(step.certificates) == limit


def test_a_predecessor_of_two_is_dissociated_once_and_counts_once() -> None:
    wanted, view = many_predecessors(12)
    again = work(wanted.facts, slot="additional", cause="bbbbbbbbbbbb-1")

    step = decide([wanted, again], None, view, NOW).step

    assert len(step.certificates) == 10
    assert step.works == (wanted,)


# restoring


def mark(before: Before, put: object = NEWER, domain: str = "") -> Disproved:
    return Disproved(operation=4, shown="ff", certificates=(certificate_id(put),), before=before, domain=domain)  # type: ignore[arg-type]


def test_without_a_listener_nothing_is_restored() -> None:
    wanted = work(NEWER, disproved=mark(Before(default=certificate_id(SHOP))))

    assert [end.end for end in decide([wanted], None, seen(None, NEWER), NOW).ends] == ["disproved"]


@pytest.mark.parametrize(
    ("before", "shown_now"),
    [
        (Before(), NEWER),
        (Before(extensions={"shop.example": certificate_id(SHOP)}), OTHER),
        (Before(extensions={"shop.example": certificate_id(NEWER)}), NEWER),
    ],
)
def test_an_extension_is_restored_only_while_it_shows_what_was_put_over_something_else(
    before: Before, shown_now: object
) -> None:
    wanted = work(NEWER, slot="additional", service="clb", disproved=mark(before, domain="shop.example"))
    extension = Extension("de-1", "shop.example", shown(shown_now))  # type: ignore[arg-type]

    decision = decide([wanted], None, seen(listener(BASE, extensions=(extension,)), NEWER), NOW)

    assert [end.end for end in decision.ends] == ["disproved"]


def test_one_mark_without_anything_to_restore_does_not_hide_another() -> None:
    nothing = work(OTHER, slot="additional", disproved=mark(Before(), OTHER))
    something = work(NEWER, disproved=mark(Before(default=certificate_id(SHOP))))

    step = decide([nothing, something], None, seen(listener(NEWER), NEWER, OTHER), NOW).step

    assert (step.kind, step.works) == (StepKind.RESTORE, (something,))


# failures and waiting


def test_a_redrive_of_what_was_refused_is_tried_again() -> None:
    wanted = work(SHOP, opened=NOW)
    last = operated(StepKind.CREATE_LISTENER, wanted, end=refused(), ended=NOW - minutes(5))

    decision = decide([wanted], last, seen(None, SHOP), NOW)

    assert decision.ends == ()
    assert decision.step.kind is StepKind.CREATE_LISTENER


def test_a_redrive_of_what_failed_three_times_is_tried_before_it_stalls() -> None:
    wanted = work(SHOP, opened=NOW)
    failed = OperationEnd(code="NoPermission", fate=Fate.STALL)
    last = operated(
        StepKind.CREATE_LISTENER, wanted, end=failed, ended=NOW - minutes(5), failures={wanted.deployment: 2}
    )

    assert decide([wanted], last, seen(None, SHOP), NOW).step.kind is StepKind.CREATE_LISTENER


@pytest.mark.parametrize(("age", "kind"), [(15, StepKind.IMPORT), (15.1, StepKind.STALL)])
def test_waiting_for_15_minutes_stalls(age: float, kind: StepKind) -> None:
    assert decide([work(SHOP, opened=NOW - minutes(age))], None, seen(None), NOW).step.kind is kind


def test_waiting_counts_from_the_later_of_the_opening_and_the_last_end() -> None:
    wanted = work(SHOP, opened=NOW - minutes(60))
    last = operated(StepKind.CREATE_LISTENER, work(OTHER), ended=NOW - minutes(14))

    assert decide([wanted], last, seen(None), NOW).step.kind is StepKind.IMPORT


@pytest.mark.parametrize(("since_due", "kind"), [(0, StepKind.IMPORT), (3, StepKind.IMPORT), (4, StepKind.STALL)])
def test_an_import_that_stalled_is_asked_for_again_when_it_is_due(since_due: float, kind: StepKind) -> None:
    stalled = Stalled(3, NOW - minutes(8 + since_due))

    step = decide([work(SHOP, opened=NOW - minutes(60), stalled=stalled)], None, seen(None), NOW).step

    assert step.kind is kind


def test_a_deployment_with_a_failure_waits_for_its_turn_behind_fresh_ones_and_then_goes_alone() -> None:
    works = [work(one, slot="additional") for one in (SHOP, OTHER)]
    failures = {one.deployment: 1 for one in works}
    last = operated(StepKind.REPLACE_DEFAULT, work(BASE), failures=failures)

    step = decide(works, last, seen(listener(BASE), SHOP, OTHER), NOW).step

    assert step.works == (works[0],)


def test_a_disproved_look_costs_ten_minutes_from_the_opening_when_nobody_operated() -> None:
    for age, doubted in ((10, False), (10.1, True)):
        wanted = work(SHOP, opened=NOW - minutes(age))
        view = seen(listener(SHOP), SHOP, handshakes={wanted.deployment: HandshakeSeen("another", "ff")})
        assert bool(decide([wanted], None, view, NOW).doubts) is doubted


def test_deciding_is_pure_and_says_the_same_twice() -> None:
    works = [work(SHOP), work(OTHER, opened=NOW - timedelta(hours=1)), work(NEWER, slot="additional")]
    view = seen(listener(SHOP), SHOP, OTHER)

    assert decide(works, None, view, NOW) == decide(works, None, view, NOW)
