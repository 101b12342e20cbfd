"""What is of no more use: ours, shown by nothing, and expired, superseded or there twice; all else stays."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from certdrop.bundle.facts import BundleFacts
from certdrop.deployment.cleanup import (
    CAS,
    Kept,
    Marks,
    Useless,
    find_used,
    find_useless,
    is_retirable,
    needs_census,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
CLB = "clb.cn-hangzhou"
BOTH = (CAS, CLB)
GRACE = timedelta(days=7)
DAY = timedelta(days=1)


def kept(
    number: int, shelf: str = CAS, *, age: int = 0, names: tuple[str, ...] = ("shop.example",), **more: Any
) -> Kept:
    """Return certificate *number*, younger by *age* months than the oldest."""
    facts = {"key_kind": "rsa", "not_after": NOW + timedelta(days=100 + age), "fingerprint": f"{number:064x}", **more}
    created = facts.pop("created", 0)
    return Kept(
        shelf,
        f"{shelf}-{number}-{created}",
        str(number),
        f"certdrop-{number}",
        BundleFacts(
            kind="server",
            sha1=f"{number:040x}",
            names=names,
            not_before=NOW - timedelta(days=300) + timedelta(days=30 * age),
            **facts,
        ),
        created=created,
    )


OLD, NEW = kept(1), kept(2, age=1)


def reasons(*all_kept: Kept, used: tuple[Kept, ...] = (NEW,), shelves: tuple[str, ...] = BOTH) -> dict[str, str]:
    found = find_useless(all_kept, NOW, used={one.certificate_id for one in used}, shelves=shelves)
    return {one.kept.name: one.reason for one in found}


def test_what_a_served_one_succeeds_is_superseded() -> None:
    assert reasons(OLD, NEW) == {"certdrop-1": "superseded"}


def test_superseded_ones_go_only_from_the_shelves_that_are_named() -> None:
    assert reasons(OLD, NEW, shelves=(CLB,)) == {}


def test_what_is_shown_stays_though_it_is_superseded_or_expired() -> None:
    expired = kept(3, not_after=NOW)

    assert reasons(OLD, NEW, used=(OLD, NEW)) == {}
    assert reasons(expired, used=(expired,)) == {}


def test_what_is_shown_by_a_copy_at_clb_stays_in_cas() -> None:
    copy = kept(1, CLB)

    assert reasons(OLD, NEW, copy, used=(NEW, copy)) == {}
    assert find_used([OLD, copy], {copy.certificate_id}) == {OLD.slip, copy.slip}


@pytest.mark.parametrize(
    "successor",
    [
        kept(2, age=1, names=("www.shop.example",)),
        kept(2, age=1, key_kind="ec"),
        kept(2, age=-1),
        kept(2, CLB, age=1),
        kept(2, age=1, not_after=NOW),
    ],
    ids=["fewer names", "another kind of key", "older", "on another shelf", "expired"],
)
def test_what_does_not_succeed_it_is_no_reason_to_delete(successor: Kept) -> None:
    assert "certdrop-1" not in reasons(OLD, successor, used=(successor,))


def test_a_successor_that_nobody_serves_is_no_reason_to_delete() -> None:
    assert reasons(OLD, NEW, used=()) == {}


def test_unknown_names_mean_keep() -> None:
    nameless = kept(1, names=(), not_after=NOW - DAY)

    assert reasons(nameless, NEW) == {}


@pytest.mark.parametrize(("not_after", "found"), [(NOW, {"certdrop-1": "expired"}), (NOW + timedelta(seconds=1), {})])
def test_it_is_expired_at_the_end_of_its_validity(not_after: datetime, found: dict[str, str]) -> None:
    assert reasons(kept(1, not_after=not_after), shelves=()) == found


def test_of_two_that_are_the_same_at_clb_the_one_that_nobody_chooses_goes() -> None:
    first, second = kept(1, CLB, created=1), kept(1, CLB, created=2)

    found = find_useless([second, first], NOW, used=set(), shelves=())

    assert [(one.kept.created, one.reason) for one in found] == [(2, "duplicate")]


def test_when_the_first_of_two_is_retired_the_second_is_the_one() -> None:
    first, second = kept(1, CLB, created=1), kept(1, CLB, created=2)

    assert find_useless([second, first], NOW, used=set(), retired={first.slip}, shelves=()) == []


def test_without_a_census_all_is_found_that_might_be_useless() -> None:
    assert [one.kept for one in find_useless([OLD, NEW], NOW, shelves=BOTH)] == [OLD]


@pytest.mark.parametrize(
    ("since", "expected"), [(None, False), (NOW - GRACE + timedelta(seconds=1), False), (NOW - GRACE, True)]
)
def test_a_superseded_one_is_retired_when_its_grace_is_over(since: datetime | None, *, expected: bool) -> None:
    marks = Marks(unused={OLD.slip: since} if since else {})

    assert is_retirable(Useless(OLD, "superseded"), marks, NOW, GRACE) is expected


@pytest.mark.parametrize("reason", ["expired", "duplicate"])
def test_expired_ones_and_duplicates_have_no_grace(reason: Any) -> None:
    assert is_retirable(Useless(OLD, reason), Marks(), NOW, GRACE)
    assert not is_retirable(Useless(OLD, reason), Marks(retired={OLD.slip: NOW}), NOW, GRACE)


def test_no_listener_is_asked_while_a_grace_runs_or_nothing_is_useless() -> None:
    waiting = Marks(unused={OLD.slip: NOW - DAY})
    found = [Useless(OLD, "superseded")]

    assert not needs_census([], Marks(), NOW, GRACE)
    assert not needs_census(found, waiting, NOW, GRACE)
    assert needs_census(found, Marks(), NOW, GRACE)
    assert needs_census(found, waiting, NOW + GRACE, GRACE)
    assert needs_census(found, Marks(unused=waiting.unused, retired={OLD.slip: NOW}), NOW, GRACE)


def ca(number: int, *drops: str, age: int = 0, **more: Any) -> Kept:
    """Return client CA *number* at CLB, brought by *drops*."""
    made = kept(number, CLB, age=age, names=(), **more)
    return replace(made, facts=made.facts.model_copy(update={"kind": "ca"}), drops=drops)


def test_a_client_ca_is_superseded_by_a_greater_one_of_the_same_drops_that_is_used() -> None:
    old, new = ca(1, "a"), ca(2, "a", age=1, key_kind="ec")

    assert reasons(old, new, used=(new,)) == {"certdrop-1": "superseded"}
    assert reasons(old, new, used=()) == {}
    assert reasons(old, new, used=(old,)) == {}


def test_a_client_ca_that_another_drop_brought_too_or_whose_drop_is_unknown_stays() -> None:
    new = ca(2, "a", age=1)

    for old in (ca(1, "a", "b"), ca(1, "b"), ca(1)):
        assert reasons(old, new, used=(new,)) == {}


def test_a_client_ca_and_a_server_certificate_have_no_line_in_common() -> None:
    assert reasons(kept(1, CLB, names=("a",)), ca(2, "a", age=1), used=(ca(2, "a", age=1),)) == {}


def test_an_expired_client_ca_and_a_second_copy_of_one_go() -> None:
    over, first = ca(1, "a", not_after=NOW), ca(2, "a", age=1)
    second = ca(2, "a", age=1, created=5)

    assert reasons(over, first, used=(first,)) == {"certdrop-1": "expired"}
    assert reasons(first, second, used=(first,)) == {"certdrop-2": "duplicate"}
