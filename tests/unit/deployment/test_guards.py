"""A bundle that would serve worse than what it would displace is refused, unless its target allows it by name."""

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.decide import decide
from certdrop.deployment.guards import compare, displaces
from certdrop.deployment.observations import Extension, ShownCertificate
from certdrop.deployment.operations import Decision, StepKind
from certdrop.deployment.succession import succeeds
from certdrop.deployment.work import OpenWork
from tests.unit.deployment.builders import NOW, certificate_id, facts, listener, minutes, operated, seen, shown, work

SERVED = facts("shop.example", "www.shop.example", serial="a", age_days=10)
GOOD = facts("shop.example", "www.shop.example", serial="b", age_days=1)
SHORT = facts("shop.example", "www.shop.example", serial="c", age_days=0, days=30)
FEWER = facts("shop.example", serial="d", age_days=0)
SELF_SIGNED = facts("shop.example", "www.shop.example", serial="e", age_days=0, self_signed=True)
BASE = facts("base.example", serial="f")
WORSE = {"earlier-expiry": SHORT, "fewer-names": FEWER, "self-signed": SELF_SIGNED}
ALL = tuple(WORSE)


def refusals(decision: Decision) -> list[tuple[str, str]]:
    return [(end.end, end.code) for end in decision.ends]


@pytest.mark.parametrize(("code", "bundle"), WORSE.items())
def test_a_worse_default_is_refused_by_name_and_served_where_its_target_allows_just_that(
    code: str, bundle: BundleFacts
) -> None:
    view = seen(listener(SERVED), bundle)
    others = tuple(one for one in ALL if one != code)

    refused = decide([work(bundle, allow=others)], None, view, NOW)
    allowed = decide([work(bundle, allow=(code,))], None, view, NOW)

    assert refusals(refused) == [("refused", code)]
    assert f"allow: [{code}]" in refused.ends[0].remedy
    assert SERVED.cas_name in refused.ends[0].message
    assert refused.step.kind is StepKind.DONE
    assert (allowed.step.kind, allowed.ends) == (StepKind.REPLACE_DEFAULT, ())


@pytest.mark.parametrize(("code", "bundle"), WORSE.items())
def test_a_worse_additional_certificate_is_not_even_associated_beside_ours(code: str, bundle: BundleFacts) -> None:
    view = seen(listener(BASE, SERVED), bundle)

    refused = decide([work(bundle, slot="additional")], None, view, NOW)
    allowed = decide([work(bundle, slot="additional", allow=(code,))], None, view, NOW)
    after = decide(
        [work(bundle, slot="additional", allow=(code,))], None, seen(listener(BASE, SERVED, bundle), bundle), NOW
    )

    assert refusals(refused) == [("refused", code)]
    assert allowed.step.kind is StepKind.ASSOCIATE
    assert (after.step.kind, after.step.certificates) == (StepKind.DISSOCIATE, (certificate_id(SERVED),))


@pytest.mark.parametrize(("code", "bundle"), WORSE.items())
def test_a_worse_certificate_of_an_extension_domain_is_refused(code: str, bundle: BundleFacts) -> None:
    view = seen(listener(BASE, extensions=(Extension("de-1", "shop.example", shown(SERVED)),)), bundle)
    wanted: dict[str, Any] = {"slot": "additional", "service": "clb", "domains": ("shop.example",)}

    assert refusals(decide([work(bundle, **wanted)], None, view, NOW)) == [("refused", code)]
    assert decide([work(bundle, allow=(code,), **wanted)], None, view, NOW).step.kind is StepKind.SET_EXTENSION


def test_the_message_says_which_names_and_which_dates() -> None:
    worst = facts("shop.example", serial="d", age_days=0, days=30, self_signed=True)

    [end] = decide([work(worst)], None, seen(listener(SERVED), worst), NOW).ends

    assert end.code == "earlier-expiry"
    assert "it expires on 2026-12-01 12:00 UTC, earlier than 2027-01-20 12:00 UTC" in end.message
    assert "it lacks www.shop.example" in end.message
    assert "it is self-signed" in end.message
    assert "allow: [earlier-expiry, fewer-names, self-signed]" in end.remedy


def test_of_many_lacking_names_ten_are_told() -> None:
    many = facts(*(f"n{number:02}.example" for number in range(12)), "shop.example", serial="a", age_days=10)

    assert compare(FEWER, many).message.endswith("n09.example and 2 more")


def test_what_a_stranger_serves_beside_is_not_displaced_and_no_reason_to_refuse() -> None:
    foreign = replace(listener(BASE), additional=(shown(SERVED, ours=False),))

    step = decide([work(FEWER, slot="additional")], None, seen(foreign, FEWER), NOW).step

    assert step.kind is StepKind.ASSOCIATE


def test_additional_certificates_that_merely_overlap_live_side_by_side() -> None:
    other = facts("shop.example", "blog.example", serial="d", age_days=0)

    for allow in ((), ("fewer-names",)):
        wanted = work(other, slot="additional", allow=allow)
        assert decide([wanted], None, seen(listener(BASE, SERVED), other), NOW).step.kind is StepKind.ASSOCIATE
        assert decide([wanted], None, seen(listener(BASE, SERVED, other), other), NOW).step.kind is StepKind.VERIFY


def test_a_default_that_shares_no_name_is_another_line_whatever_is_allowed() -> None:
    decision = decide([work(BASE, allow=ALL)], None, seen(listener(SERVED), BASE), NOW)

    assert refusals(decision) == [("refused", "slot-taken")]


def test_an_older_bundle_never_displaces_a_newer_one_whatever_is_allowed() -> None:
    late = work(replace_age(SERVED, "0"), allow=ALL)

    assert refusals(decide([late], None, seen(listener(GOOD), late.facts), NOW)) == [("superseded", "")]


def replace_age(bundle: BundleFacts, serial: str) -> BundleFacts:
    return facts(*bundle.names, serial=serial, age_days=20, days=400)


def test_an_unknown_start_leaves_the_end_to_be_guarded() -> None:
    known = shown(SERVED)
    assert known.facts
    served = replace(known, facts=replace(known.facts, not_before=None))
    view = seen(replace(listener(), default=served), SHORT, GOOD)

    assert refusals(decide([work(SHORT)], None, view, NOW)) == [("refused", "earlier-expiry")]
    assert decide([work(SHORT, allow=("earlier-expiry",))], None, view, NOW).step.kind is StepKind.REPLACE_DEFAULT
    assert decide([work(GOOD)], None, view, NOW).step.kind is StepKind.REPLACE_DEFAULT


def test_a_bundle_that_is_refused_takes_no_good_one_along() -> None:
    works = [work(GOOD), work(SHORT)]

    decision = decide(works, None, seen(listener(SERVED), GOOD, SHORT), NOW)

    assert [(end.fingerprint, end.code) for end in decision.ends] == [(SHORT.fingerprint, "earlier-expiry")]
    assert decision.step.works == (works[0],)


def test_of_two_wanted_ones_the_worse_waits_until_the_better_is_served_and_is_judged_then() -> None:
    better, worse = work(GOOD, opened=NOW), work(SHORT, opened=NOW - minutes(1))

    first = decide([worse, better], None, seen(None, GOOD, SHORT), NOW)
    then = decide([worse], None, seen(listener(GOOD), GOOD, SHORT), NOW)

    assert (first.step.works, first.ends) == ((better,), ())
    assert refusals(then) == [("refused", "earlier-expiry")]


def test_self_signed_after_self_signed_is_no_change_and_an_unknown_issuer_counts_as_another() -> None:
    own = facts("shop.example", serial="a", age_days=5, self_signed=True)
    unknown = facts("shop.example", serial="a", age_days=5, self_signed=None)
    newer = facts("shop.example", serial="b", age_days=1, self_signed=True)

    assert displaces(newer, own)
    assert not displaces(newer, unknown)
    assert displaces(facts("shop.example", serial="b", age_days=1, self_signed=None), unknown)


@pytest.mark.parametrize("slot", ["default", "additional"])
def test_a_bundle_that_expired_before_it_was_served_never_is(slot: str) -> None:
    over = facts("shop.example", serial="0", age_days=91, days=90)

    decision = decide([work(over, slot=slot, allow=ALL)], None, seen(listener(BASE), over), NOW)
    shown_still = decide([work(over)], None, seen(listener(over), over), NOW)

    assert refusals(decision) == [("refused", "expired")]
    assert shown_still.step.kind is StepKind.VERIFY


def test_what_was_noted_is_carried_on_to_the_end_and_dropped_after_it() -> None:
    unknown = replace(listener(), default=ShownCertificate("77-cn-hangzhou"))
    wanted, other = work(GOOD), work(BASE, slot="additional")
    noted = decide([wanted], None, seen(unknown, GOOD), NOW).notes
    last = operated(StepKind.ASSOCIATE, other, notes=noted)

    still_open = decide([wanted, other], last, seen(listener(GOOD, BASE), GOOD, BASE), NOW)
    ended = decide([other], last, seen(listener(GOOD, BASE), GOOD, BASE), NOW)

    assert (still_open.notes, ended.notes) == (noted, {})
    assert "77-cn-hangzhou" in noted[wanted.deployment].message


def test_documents_from_before_the_guards_can_still_be_read() -> None:
    document = work(GOOD).work.model_dump(mode="json")
    del document["allow"], document["bundle"]["self_signed"]

    read = OpenWork.model_validate(document)

    assert (read.allow, read.bundle.self_signed) == ((), None)


NAMES = st.frozensets(st.sampled_from(["a.example", "b.example", "c.example"]), min_size=1)
BUNDLES = st.builds(
    lambda names, serial, start, days, own: BundleFacts(
        kind="server",
        fingerprint=serial * 64,
        sha1=serial * 40,
        names=tuple(sorted(names)),
        key_kind="rsa",
        not_before=datetime(2026, 10, start, tzinfo=timezone.utc),
        not_after=datetime(2026, 12, days, tzinfo=timezone.utc),
        self_signed=own,
    ),
    NAMES,
    st.sampled_from("abc"),
    st.integers(1, 3),
    st.integers(1, 3),
    st.booleans(),
)


@given(one=BUNDLES, other=BUNDLES, allow=st.frozensets(st.sampled_from(ALL)), is_shared=st.booleans())
def test_no_two_bundles_displace_each_other_and_what_displaces_serves_no_worse_than_allowed(
    one: BundleFacts, other: BundleFacts, *, allow: frozenset[str], is_shared: bool
) -> None:
    assert not (displaces(one, other, ALL, is_shared=is_shared) and displaces(other, one, ALL, is_shared=is_shared))
    if displaces(one, other, allow, is_shared=is_shared):
        assert one.not_before >= other.not_before
        assert set(one.names) >= set(other.names) or "fewer-names" in allow
        assert one.not_after >= other.not_after or "earlier-expiry" in allow
        assert not one.self_signed or other.self_signed or "self-signed" in allow
    if displaces(one, other):
        assert succeeds(one, other)
