"""Disproved work is put back; CLB's extension domains are set one by one."""

from dataclasses import replace

from certdrop.deployment.decide import decide
from certdrop.deployment.observations import Extension
from certdrop.deployment.operations import OperationEnd, StepKind
from certdrop.deployment.work import Before, Disproved
from tests.unit.deployment.builders import NOW, certificate_id, facts, listener, operated, seen, shown, work

SHOP = facts("shop.example", serial="a")
NEWER = facts("shop.example", serial="b", age_days=0)
BASE = facts("base.example", serial="c")
WIDE = facts("shop.example", "www.shop.example", serial="d", age_days=0)


def disproved(before: Before, *, domain: str = "") -> Disproved:
    put = (certificate_id(NEWER),)
    return Disproved(operation=4, shown="ff", certificates=put, before=before, domain=domain)


def test_a_disproved_default_is_put_back_while_it_still_shows() -> None:
    wanted = work(NEWER, disproved=disproved(Before(default=certificate_id(SHOP))))

    decision = decide([wanted], None, seen(listener(NEWER), NEWER), NOW)

    assert decision.step.kind is StepKind.RESTORE
    assert decision.step.certificates == (certificate_id(SHOP),)


def test_a_restored_default_ends_as_disproved() -> None:
    wanted = work(NEWER, disproved=disproved(Before(default=certificate_id(SHOP))))

    decision = decide([wanted], None, seen(listener(SHOP), NEWER), NOW)

    assert [(end.end, end.code) for end in decision.ends] == [("disproved", "another-certificate-served")]
    assert decision.step.kind is StepKind.DONE


def test_with_nothing_before_there_is_nothing_to_restore() -> None:
    wanted = work(NEWER, disproved=disproved(Before()))

    assert [end.end for end in decide([wanted], None, seen(listener(NEWER), NEWER), NOW).ends] == ["disproved"]


def test_a_disproved_association_brings_the_predecessor_back_and_then_goes() -> None:
    wanted = work(NEWER, slot="additional", disproved=disproved(Before(additional=(certificate_id(SHOP),))))

    restoring = decide([wanted], None, seen(listener(BASE, NEWER), NEWER), NOW)
    withdrawing = decide([wanted], None, seen(listener(BASE, NEWER, SHOP), NEWER), NOW)
    restored = decide([wanted], None, seen(listener(BASE, SHOP), NEWER), NOW)

    assert (restoring.step.kind, restoring.step.certificates) == (StepKind.RESTORE, (certificate_id(SHOP),))
    assert (withdrawing.step.kind, withdrawing.step.certificates) == (StepKind.WITHDRAW, (certificate_id(NEWER),))
    assert (restoring.ends, withdrawing.ends) == ((), ())
    assert [(end.end, end.message) for end in restored.ends] == [("disproved", "the handshake showed ff")]


def test_a_predecessor_that_is_still_being_associated_is_awaited() -> None:
    wanted = work(NEWER, slot="additional", disproved=disproved(Before(additional=(certificate_id(SHOP),))))
    view = seen(replace(listener(BASE, NEWER, SHOP), status="busy"), NEWER)

    assert decide([wanted], None, view, NOW).step.kind is StepKind.WAIT


def test_a_disproved_association_without_a_predecessor_stays_and_the_end_says_so() -> None:
    wanted = work(NEWER, slot="additional", disproved=disproved(Before()))

    decision = decide([wanted], None, seen(listener(BASE, NEWER), NEWER), NOW)

    assert decision.step.kind is StepKind.DONE
    assert [end.message for end in decision.ends] == ["the handshake showed ff; it is left at the listener"]


def test_what_somebody_took_away_is_not_undone() -> None:
    wanted = work(NEWER, slot="additional", disproved=disproved(Before(additional=(certificate_id(SHOP),))))

    assert [end.end for end in decide([wanted], None, seen(listener(BASE), NEWER), NOW).ends] == ["disproved"]


def test_what_another_cause_still_wants_is_neither_withdrawn_nor_followed_by_its_predecessor() -> None:
    marked = work(NEWER, slot="additional", disproved=disproved(Before(additional=(certificate_id(SHOP),))))
    again = work(NEWER, slot="additional", cause="ba9876543210-2")

    decision = decide([marked, again], None, seen(listener(BASE, NEWER), NEWER), NOW)

    assert [(end.end, end.cause) for end in decision.ends] == [("disproved", marked.work.cause)]
    assert decision.step.kind is StepKind.VERIFY


def extension(domain: str, bundle: object, number: int = 1) -> Extension:
    return Extension(f"de-{number}", domain, shown(bundle))  # type: ignore[arg-type]


def test_a_disproved_extension_gets_its_certificate_of_before() -> None:
    before = Before(extensions={"shop.example": certificate_id(SHOP)})
    wanted = work(NEWER, slot="additional", service="clb", disproved=disproved(before, domain="shop.example"))
    view = seen(listener(BASE, extensions=(extension("shop.example", NEWER),)), NEWER)

    step = decide([wanted], None, view, NOW).step

    assert (step.kind, step.domain, step.extension_id) == (StepKind.RESTORE, "shop.example", "de-1")


def test_an_in_cas_bundle_that_clb_lacks_is_imported_by_reference() -> None:
    wanted = work(SHOP, service="clb")
    view = replace(seen(None), in_cas=frozenset({SHOP.fingerprint}))

    assert decide([wanted], None, view, NOW).step.kind is StepKind.IMPORT_TO_CLB


def test_a_stopped_listener_that_certdrop_made_and_that_never_ran_is_started() -> None:
    wanted = work(SHOP, service="clb")
    created = operated(StepKind.CREATE_LISTENER, wanted)
    failed = operated(StepKind.START_LISTENER, wanted, end=OperationEnd(code="SystemBusy", fate=None))
    view = seen(listener(SHOP, status="stopped"), SHOP)

    assert decide([wanted], created, view, NOW).step.kind is StepKind.START_LISTENER
    assert decide([wanted], failed, view, NOW).step.kind is StepKind.START_LISTENER


def test_a_listener_that_somebody_stopped_or_made_is_not_started() -> None:
    wanted = work(SHOP, service="clb")
    started = operated(StepKind.START_LISTENER, wanted)
    created = operated(StepKind.CREATE_LISTENER, wanted)

    assert decide([wanted], started, seen(listener(SHOP, status="stopped"), SHOP), NOW).step.kind is StepKind.VERIFY
    foreign = seen(listener(SHOP, status="stopped", ours=False), SHOP)
    assert decide([wanted], created, foreign, NOW).step.kind is StepKind.VERIFY


def test_missing_extensions_are_created_one_domain_at_a_time() -> None:
    wanted = work(WIDE, slot="additional", service="clb")

    first = decide([wanted], None, seen(listener(BASE), WIDE), NOW).step
    second = decide([wanted], None, seen(listener(BASE, extensions=(extension("shop.example", WIDE),)), WIDE), NOW).step
    both = (extension("shop.example", WIDE), extension("www.shop.example", WIDE, 2))
    third = decide([wanted], None, seen(listener(BASE, extensions=both), WIDE), NOW).step

    assert (first.kind, first.domain, first.extension_id) == (StepKind.SET_EXTENSION, "shop.example", "")
    assert (second.kind, second.domain) == (StepKind.SET_EXTENSION, "www.shop.example")
    assert third.kind is StepKind.VERIFY


def test_only_names_that_the_default_does_not_cover_need_an_extension() -> None:
    wanted = work(WIDE, slot="additional", service="clb")

    step = decide([wanted], None, seen(listener(SHOP), WIDE), NOW).step

    assert step.domain == "www.shop.example"


def test_the_targets_domains_come_before_the_certificates_names() -> None:
    wanted = work(WIDE, slot="additional", service="clb", domains=("www.shop.example",))

    assert decide([wanted], None, seen(listener(BASE), WIDE), NOW).step.domain == "www.shop.example"


def test_an_extension_is_set_in_place_for_its_successor_only() -> None:
    wanted = work(NEWER, slot="additional", service="clb")
    older = seen(listener(BASE, extensions=(extension("shop.example", SHOP),)), NEWER)
    foreign = seen(listener(BASE, extensions=(extension("shop.example", BASE),)), NEWER)

    step = decide([wanted], None, older, NOW).step

    assert (step.kind, step.extension_id) == (StepKind.SET_EXTENSION, "de-1")
    assert [end.code for end in decide([wanted], None, foreign, NOW).ends] == ["slot-taken"]


def test_an_older_bundle_never_displaces_a_newer_extension() -> None:
    view = seen(listener(BASE, extensions=(extension("shop.example", NEWER),)), SHOP)

    assert [end.end for end in decide([work(SHOP, slot="additional", service="clb")], None, view, NOW).ends] == [
        "superseded"
    ]
