"""Work that heals takes back what somebody changed by hand; other work never does."""

import pytest

from certdrop.deployment.decide import decide
from certdrop.deployment.observations import Extension, SeenListener, ShownCertificate
from certdrop.deployment.operations import StepKind
from tests.unit.deployment.builders import NOW, facts, listener, operated, seen, shown, work
from tests.unit.deployment.client_ca_builders import NEW_CA, OLD_CA, checking, wanted

OURS = facts(serial="a")
NEWER = facts(serial="b", age_days=0)
STRANGE = facts("other.example", serial="c")
BLOG = facts("blog.example", serial="d")


@pytest.mark.parametrize(("heals", "step"), [(True, StepKind.REPLACE_DEFAULT), (False, StepKind.DONE)])
def test_only_work_that_heals_takes_the_default_slot_back_from_a_stranger(step: StepKind, *, heals: bool) -> None:
    decision = decide([work(OURS, heals=heals)], None, seen(listener(STRANGE), OURS), NOW)

    assert decision.step.kind is step
    assert [end.code for end in decision.ends] == ([] if heals else ["slot-taken"])


def test_a_newer_certificate_of_its_line_supersedes_even_work_that_heals() -> None:
    decision = decide([work(OURS, heals=True)], None, seen(listener(NEWER), OURS), NOW)

    assert [end.end for end in decision.ends] == ["superseded"]


def test_what_is_unknown_gives_way_to_work_that_heals_and_the_end_will_say_so() -> None:
    hidden = SeenListener("lsn-1", "running", default=ShownCertificate("9-cn-hangzhou"))

    decision = decide([work(OURS, heals=True)], None, seen(hidden, OURS), NOW)

    assert decision.step.kind is StepKind.REPLACE_DEFAULT
    assert [note.code for note in decision.notes.values()] == ["served-certificate-unknown"]


@pytest.mark.parametrize("service", ["alb", "clb"])
@pytest.mark.parametrize(("heals", "ours", "starts"), [(True, True, True), (True, False, False), (False, True, False)])
def test_a_listener_that_somebody_stopped_is_started_only_to_heal_and_only_if_it_is_ours(
    service: str, *, heals: bool, ours: bool, starts: bool
) -> None:
    wanted = work(OURS, service=service, heals=heals)
    ran = operated(StepKind.REPLACE_DEFAULT, wanted)
    view = seen(listener(OURS, status="stopped", ours=ours), OURS)

    assert (decide([wanted], ran, view, NOW).step.kind is StepKind.START_LISTENER) is starts


def test_an_additional_certificate_that_heals_starts_its_listener_too() -> None:
    wanted = work(BLOG, slot="additional", heals=True)
    view = seen(listener(OURS, BLOG, status="stopped"), OURS, BLOG)

    assert decide([wanted], None, view, NOW).step.kind is StepKind.START_LISTENER


def test_an_alb_listener_that_certdrop_created_and_somebody_stopped_stays_stopped() -> None:
    wanted = work(NEWER)
    created = operated(StepKind.CREATE_LISTENER, work(OURS))
    view = seen(listener(NEWER, status="stopped"), NEWER)

    assert decide([wanted], created, view, NOW).step.kind is not StepKind.START_LISTENER


@pytest.mark.parametrize(("heals", "step"), [(True, StepKind.SET_EXTENSION), (False, StepKind.DONE)])
def test_only_work_that_heals_takes_an_extension_domain_back(step: StepKind, *, heals: bool) -> None:
    wanted = work(BLOG, slot="additional", service="clb", heals=heals)
    taken = Extension("de-1", "blog.example", shown(facts("strange.example", serial="e")))
    view = seen(listener(OURS, extensions=(taken,)), OURS, BLOG)

    assert decide([wanted], None, view, NOW).step.kind is step


def test_a_client_ca_that_heals_takes_its_place_back_from_a_stranger_but_not_from_its_successor() -> None:
    lost = wanted(OLD_CA, heals=True)

    stranger = decide([lost], None, seen(checking(OURS, None), OLD_CA), NOW)
    successor = decide([lost], None, seen(checking(OURS, NEW_CA, "partners"), OLD_CA), NOW)

    assert (stranger.step.kind, list(stranger.ends)) == (StepKind.SET_CLIENT_CA, [])
    assert [end.end for end in successor.ends] == ["superseded"]
