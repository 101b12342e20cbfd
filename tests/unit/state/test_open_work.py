"""Open work: each cause is worked off once, and no delete hits another cause."""

from datetime import timedelta

import pytest

from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import Before, Disproved, End, EndKind, OpenWork, SeenWork, end_of
from certdrop.state import keys
from certdrop.state.listeners import (
    close_work,
    delete_stalls,
    has_ended,
    open_work,
    read_open_work,
    record_end,
    write_disproved,
    write_stall,
)
from certdrop.state.notices import Notice, post_notice
from certdrop.state.opened import list_open
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import NOON, Town

MARK = Disproved(operation=1, shown="ff", before=Before())


def seen(town: Town, work: OpenWork) -> SeenWork:
    """Read open work as a look does."""
    [found] = [one for one in read_open_work(town.store(), work.place.listener) if one.work == work]
    return found


def end(town: Town, work: OpenWork, kind: EndKind = "served") -> End:
    """End work as a look does."""
    found = seen(town, work)
    ended = end_of(found, kind)
    record_end(town.store(), ended)
    close_work(town.store(), found)
    return ended


def stall(town: Town, work: OpenWork, code: str = "Quota") -> None:
    write_stall(town.store(), StallOf(seen(town, work), code))


def test_open_work_is_read_back_with_when_it_was_opened(town: Town) -> None:
    work = town.open()
    town.advance(60)

    assert seen(town, work) == SeenWork(work, NOON)
    assert list_open(town.store()).listeners == [str(work.place.listener)]


def test_a_cause_is_opened_once(town: Town) -> None:
    work = town.open()

    assert not open_work(town.store(), work)


def test_opening_is_refused_when_the_end_of_that_cause_exists(town: Town) -> None:
    work = town.open()
    end(town, work, "refused")

    assert not open_work(town.store(), work)
    assert town.keys("state/open/") == []


def test_an_end_is_recorded_once(town: Town) -> None:
    work = town.open()
    found = seen(town, work)

    assert record_end(town.store(), end_of(found, "served"))
    assert not record_end(town.store(), end_of(found, "refused"))
    assert town.read(keys.end(work.deployment, work.cause))["end"] == "served"


def test_ending_deletes_exactly_that_open_key(town: Town) -> None:
    first, second = town.open(cause="a-1"), town.open(cause="b-1")

    end(town, first)

    assert [one.work.cause for one in read_open_work(town.store(), first.place.listener)] == ["b-1"]
    assert has_ended(town.store(), first)
    assert not has_ended(town.store(), second)


@pytest.mark.parametrize("kind", ["served", "disproved"])
def test_a_changed_config_opens_no_work_where_the_last_end_is_served_or_disproved(town: Town, kind: EndKind) -> None:
    end(town, town.open(cause="aaaaaaaaaaaa-1"), kind)

    assert not open_work(town.store(), town.work(cause="aaaaaaaaaaaa-2"))


@pytest.mark.parametrize("kind", ["refused", "superseded"])
def test_a_changed_config_opens_work_anew_where_the_last_end_is_another(town: Town, kind: EndKind) -> None:
    end(town, town.open(cause="aaaaaaaaaaaa-1"), kind)

    assert open_work(town.store(), town.work(cause="aaaaaaaaaaaa-2"))


def test_the_last_end_counts_be_it_that_of_a_redrive(town: Town) -> None:
    end(town, town.open(cause="aaaaaaaaaaaa-1"), "refused")
    town.advance(60)
    end(town, town.open(cause="f" * 32), "served")

    assert not open_work(town.store(), town.work(cause="aaaaaaaaaaaa-2"))


@pytest.mark.parametrize("cause", ["bbbbbbbbbbbb-1", "f" * 32])
def test_disproved_work_is_opened_again_for_a_new_snapshot_or_a_redrive(town: Town, cause: str) -> None:
    end(town, town.open(cause="aaaaaaaaaaaa-1"), "disproved")

    assert open_work(town.store(), town.work(cause=cause))


def test_a_stall_stands_beside_its_work_and_says_when_to_look_again(town: Town) -> None:
    work = town.open()
    stall(town, work)

    found = seen(town, work).stalled

    assert found is not None
    assert (found.times, found.due) == (1, NOON + timedelta(minutes=2))


def test_stalls_are_looked_at_again_after_2_to_the_k_minutes_up_to_64(town: Town) -> None:
    work = town.open()
    waits = []

    for _ in range(8):
        stall(town, work)
        found = seen(town, work).stalled
        assert found is not None
        waits.append((found.due - found.at).total_seconds() / 60)

    assert waits == [2, 4, 8, 16, 32, 64, 64, 64]


def test_however_often_work_stalls_it_leaves_six_keys_and_a_count(town: Town) -> None:
    work = town.open()
    for _ in range(9):
        stall(town, work)
        town.advance(60)

    stalls = [key for key in town.keys("state/open/") if "stalled-" in key]

    assert stalls == [keys.stalled(work.place.listener, work.deployment, times) for times in range(1, 7)]
    assert town.read(stalls[-1])["count"] == 9
    assert town.bucket.objects[stalls[-1]].last_modified == NOON + timedelta(minutes=8)


def test_a_later_stall_stands_for_the_earlier_ones_in_whatever_order_they_are_listed(town: Town) -> None:
    work = town.open()
    for times in (1, 3, 2):
        town.put(keys.stalled(work.place.listener, work.deployment, times), '{"code": "x"}')

    found = seen(town, work).stalled

    assert found is not None
    assert found.times == 3


def test_stalls_are_deleted_together(town: Town) -> None:
    work = town.open()
    for _ in range(3):
        stall(town, work)

    delete_stalls(town.store(), seen(town, work))
    delete_stalls(town.store(), seen(town, work))

    assert town.keys("state/open/") == [keys.open_work(work.place.listener, work.deployment, work.cause)]


def test_work_is_due_unless_it_is_stalled_and_not_yet_to_be_looked_at(town: Town) -> None:
    work = town.open()
    other = town.work(bundle("blog.example"))

    def is_due(one: OpenWork) -> bool:
        store = town.store()
        return list_open(store).keys_of(one.place.listener, one.deployment).is_due(one.deployment, store.now)

    fresh = is_due(work)
    stall(town, work)
    stalled = is_due(work)
    town.advance(120)

    assert (fresh, stalled) == (True, False)
    assert is_due(work)
    assert not is_due(other)


def test_a_mark_stands_with_its_cause_and_goes_with_it(town: Town) -> None:
    marked, other = town.open(cause="a-1"), town.open(cause="b-1")
    write_disproved(town.store(), seen(town, marked), MARK)
    write_disproved(town.store(), seen(town, marked), MARK.model_copy(update={"shown": "second"}))

    assert seen(town, marked).disproved == MARK
    assert seen(town, other).disproved is None
    end(town, marked, "disproved")
    assert town.keys("state/open/") == [keys.open_work(other.place.listener, other.deployment, other.cause)]


def test_marks_and_stalls_without_open_work_are_left_overs_that_whoever_looks_deletes(town: Town) -> None:
    work = town.open()
    stall(town, work)
    write_disproved(town.store(), seen(town, work), MARK)
    town.store().delete(keys.open_work(work.place.listener, work.deployment, work.cause))

    assert len(town.keys("state/open/")) == 2
    assert read_open_work(town.store(), work.place.listener) == []
    assert town.keys("state/open/") == []


def test_an_open_key_that_is_deleted_while_it_is_read_is_passed_over(town: Town) -> None:
    work = town.open()
    town.start_instance()
    town.wire.trouble = lambda label, when: (
        town.bucket.objects.clear() if (label[:4], when) == ("LIST", "after") else None
    )

    assert read_open_work(town.store(), work.place.listener) == []


def test_the_open_work_of_a_listener_is_not_anothers(town: Town) -> None:
    alb, clb = town.open(), town.open(service="clb")

    assert [one.work for one in read_open_work(town.store(), alb.place.listener)] == [alb]
    assert list_open(town.store()).listeners == sorted(str(one.place.listener) for one in (alb, clb))


def test_open_work_is_read_with_one_list_and_a_get_for_each(town: Town) -> None:
    for number in range(4):
        town.open(cause=f"{number}-1")
    listener = town.work().place.listener
    town.start_instance()
    before = len(town.wire.sent)

    read_open_work(town.store(), listener)

    assert [label.split()[0] for label in town.wire.sent[before:]] == ["LIST"] + 4 * ["GET"]


def test_notices_that_wait_are_seen_and_taken_for_no_listener(town: Town) -> None:
    before = list_open(town.store()).notices
    post_notice(town.store(), Notice(subject="drop/shop", event="e", occasion="1", severity="info", time=NOON))
    opened = list_open(town.store())

    assert (before, opened.notices) == (False, True)
    assert (opened.listeners, opened.deployments) == ([], frozenset())
