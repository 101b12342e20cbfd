"""Extension domains of a CLB listener: which, in what order, and never more than may be."""

from dataclasses import replace

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.decide import decide
from certdrop.deployment.observations import Extension, Observation
from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.work import SeenWork
from certdrop.ports import Limits
from tests.unit.deployment.builders import NOW, certificate_id, facts, listener, minutes, seen, shown, work

BASE = facts("base.example", serial="c")
THREE = facts("a.example", "b.example", "c.example", serial="d")
FOUR = facts("a.example", "b.example", "c.example", "d.example", serial="e", age_days=0)
OTHER = facts("x.example", serial="f")


def wanted(bundle: BundleFacts, *domains: str, age: float = 1) -> SeenWork:
    return work(bundle, slot="additional", service="clb", domains=domains, opened=NOW - minutes(age))


def showing(bundle: BundleFacts, *domains: str) -> tuple[Extension, ...]:
    return tuple(Extension(f"de-{domain}", domain, shown(bundle)) for domain in domains)


def view(*imported: BundleFacts, extensions: tuple[Extension, ...] = (), quota: int = 3) -> Observation:
    return replace(seen(listener(BASE, extensions=extensions), *imported), limits=Limits(domain_extensions=quota))


def step_of(watched: Observation, *works: SeenWork) -> Step:
    return decide(works, None, watched, NOW).step


def stalls_of(watched: Observation, *works: SeenWork) -> list[tuple[str, str]]:
    return [(one.work.facts.fingerprint[0], one.code) for one in decide(works, None, watched, NOW).stalls]


def test_as_many_extensions_as_may_be_are_created() -> None:
    assert step_of(view(THREE), wanted(THREE)).domain == "a.example"


def test_one_domain_too_many_stalls_before_the_first_is_created() -> None:
    decision = decide([wanted(FOUR)], None, view(FOUR), NOW)

    assert decision.step.kind is StepKind.STALL
    [stall] = decision.stalls
    assert stall.code == "domain-extension-quota"
    assert "has 0 extension domains, this certificate needs 4 more, and 3 are allowed" in stall.message
    assert "CERTDROP_CLB_DOMAIN_EXTENSIONS" in stall.remedy


def test_a_raised_quota_is_believed() -> None:
    assert step_of(view(FOUR, quota=4), wanted(FOUR)).kind is StepKind.SET_EXTENSION


def test_extensions_of_others_count() -> None:
    others = showing(OTHER, "x.example")

    assert stalls_of(view(THREE, extensions=others), wanted(THREE)) == [("d", "domain-extension-quota")]
    assert step_of(view(THREE, extensions=others), wanted(THREE, "a.example", "b.example")).domain == "a.example"


def test_what_is_half_done_goes_on() -> None:
    half = showing(THREE, "a.example", "b.example")

    assert step_of(view(THREE, extensions=half), wanted(THREE)).domain == "c.example"


def test_the_oldest_work_has_the_first_claim_to_the_quota() -> None:
    early, late = wanted(OTHER, age=5), wanted(THREE, age=1)

    assert step_of(view(THREE, OTHER), late, early).domain == "x.example"
    assert stalls_of(view(THREE, OTHER), late, early) == [("d", "domain-extension-quota")]


def test_a_renewal_is_set_in_place_first_even_when_its_new_names_are_too_many() -> None:
    old = showing(THREE, "a.example", "b.example", "c.example")
    renewed = (*showing(FOUR, "a.example", "b.example"), *showing(THREE, "c.example"))

    first = step_of(view(FOUR, extensions=old), wanted(FOUR))
    third = step_of(view(FOUR, extensions=renewed), wanted(FOUR))

    assert (first.kind, first.domain, first.extension_id) == (StepKind.SET_EXTENSION, "a.example", "de-a.example")
    assert (third.domain, third.certificates) == ("c.example", (certificate_id(FOUR),))
    done = showing(FOUR, "a.example", "b.example", "c.example")
    assert stalls_of(view(FOUR, extensions=done), wanted(FOUR)) == [("e", "domain-extension-quota")]


def test_only_the_targets_domains_count_where_it_names_any() -> None:
    done = showing(FOUR, "b.example", "d.example")

    assert step_of(view(FOUR), wanted(FOUR, "b.example", "d.example")).domain == "b.example"
    assert step_of(view(FOUR, extensions=done), wanted(FOUR, "b.example", "d.example")).kind is StepKind.VERIFY


def test_the_newest_targets_say_the_domains_for_every_cause_of_a_deployment() -> None:
    before = work(FOUR, slot="additional", service="clb", config=1, opened=NOW - minutes(5))
    after = work(FOUR, slot="additional", service="clb", config=2, domains=("b.example",), cause="0123456789ab-2")

    assert stalls_of(view(FOUR), before, after) == []
    assert step_of(view(FOUR, extensions=showing(FOUR, "b.example")), before, after).works == (before, after)


def test_two_causes_of_one_deployment_are_counted_once() -> None:
    assert stalls_of(view(THREE), wanted(THREE), wanted(THREE, age=2)) == []
