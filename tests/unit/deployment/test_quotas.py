"""Quota before work: an ALB instance's room for additional certificates is looked at before an association."""

from dataclasses import replace
from typing import Any

import pytest

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.decide import decide
from certdrop.deployment.observations import CertificateUsage, Observation, SeenListener
from certdrop.deployment.operations import Decision, StepKind
from certdrop.deployment.quotas import allowed_in
from tests.unit.deployment.builders import NOW, certificate_id, facts, listener, minutes, seen, shown, work

BASE = facts("base.example", serial="f")
NEW = [facts(f"{letter}.example", serial=letter) for letter in "abc"]
OLD = facts("old.example", serial="1", age_days=10)
OLD_AGAIN = facts("old.example", serial="2", age_days=5)
EXPIRED = facts("gone.example", serial="3", age_days=91, days=90)


def full(view: SeenListener, *imported: BundleFacts, room: int = 0, **usage: Any) -> Observation:
    here = len(view.additional)
    elsewhere = usage.pop("elsewhere", {})
    allowed = usage.pop("allowed", here + sum(elsewhere.values()) + room)
    return seen(view, *imported, usage=CertificateUsage("Standard", allowed, here, elsewhere), **usage)


def wanted(*bundles: BundleFacts) -> list[Any]:
    return [work(one, slot="additional", opened=NOW - minutes(9 - n)) for n, one in enumerate(bundles)]


def decided(view: Observation, *bundles: BundleFacts) -> Decision:
    return decide(wanted(*bundles), None, view, NOW)


@pytest.mark.parametrize(
    ("edition", "setting", "allowed"),
    [
        ("Basic", None, 10),
        ("Standard", None, 25),
        ("StandardWithWaf", None, 25),
        ("Basic", 150, 150),
        ("Quantum", None, None),
    ],
)
def test_the_edition_says_how_many_unless_a_setting_knows_better(
    edition: str, setting: int | None, allowed: int | None
) -> None:
    assert allowed_in(edition, setting) == allowed


@pytest.mark.parametrize(("room", "together"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_as_many_are_associated_as_there_is_room_for(room: int, together: int) -> None:
    step = decided(full(listener(BASE, OLD), *NEW, room=room), *NEW).step

    assert step.kind is StepKind.ASSOCIATE
    assert step.certificates == tuple(certificate_id(one) for one in NEW[:together])


def test_without_a_known_limit_the_cloud_decides() -> None:
    assert decided(full(listener(BASE), *NEW, allowed=None), *NEW).step.kind is StepKind.ASSOCIATE
    assert decided(seen(listener(BASE), *NEW), *NEW).step.kind is StepKind.ASSOCIATE


@pytest.mark.parametrize("gone", [EXPIRED, OLD])
def test_at_quota_room_is_made_by_what_expired_and_what_has_its_successor_here(gone: BundleFacts) -> None:
    decision = decided(full(listener(BASE, OLD_AGAIN, gone), *NEW), *NEW)

    assert (decision.step.kind, decision.step.certificates) == (StepKind.DISSOCIATE, (certificate_id(gone),))
    assert decision.stalls == ()


def test_a_successor_that_is_not_associated_yet_or_has_expired_makes_no_room() -> None:
    late = replace(listener(BASE), additional=(shown(OLD), shown(OLD_AGAIN, status="associating")))
    over = facts("old.example", serial="2", age_days=9, days=8)

    assert decided(full(late, *NEW), *NEW).step.kind is StepKind.STALL
    assert decided(full(listener(BASE, OLD, over), *NEW), *NEW).step.certificates == (certificate_id(over),)


def test_what_is_not_ours_or_wanted_or_unknown_never_makes_room() -> None:
    foreign = replace(listener(BASE), additional=(shown(EXPIRED, ours=False),))
    unknown = replace(listener(BASE), additional=(replace(shown(EXPIRED), facts=None),))

    for view in (full(foreign, *NEW), full(unknown, *NEW)):
        decision = decided(view, *NEW)
        assert decision.step.kind is StepKind.STALL
        assert {stall.code for stall in decision.stalls} == {"additional-certificate-quota"}


def test_a_renewal_at_quota_never_takes_its_predecessor_away_first() -> None:
    renewed = facts("old.example", serial="2", age_days=5)

    assert decided(full(listener(BASE, OLD), renewed), renewed).step.kind is StepKind.STALL


def test_the_stall_says_who_uses_the_quota_and_how_to_raise_it() -> None:
    [stall] = decided(full(listener(BASE, OLD), NEW[0], elsewhere={8443: 4, 9443: 0}), NEW[0]).stalls

    assert "(edition Standard) has 5 of 5 additional certificates" in stall.message
    assert stall.message.endswith(f"1 here ({OLD.cas_name}), 4 at port 8443")
    assert "alb_quota_loadbalancer_certificates_num_standard_edition" in stall.remedy
    assert "CERTDROP_ALB_ADDITIONAL_CERTIFICATES" in stall.remedy


def test_a_full_quota_holds_up_nothing_else() -> None:
    works = [*wanted(OLD), *wanted(NEW[0])]

    decision = decide(works, None, full(listener(BASE, OLD), OLD, NEW[0]), NOW)

    assert (decision.step.kind, decision.step.works) == (StepKind.VERIFY, (works[0],))
    assert [stall.work for stall in decision.stalls] == [works[1]]
