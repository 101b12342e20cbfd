"""Notices: written down at once, delivered by the webhook, each by itself and once."""

from dataclasses import replace

import pytest

from certdrop.deployment.work import SeenWork, end_of
from certdrop.reconcile.ending import note_end
from certdrop.reconcile.house import House
from certdrop.reconcile.telling import AT_ONCE, deliver, tell
from certdrop.state import keys
from certdrop.state.listeners import record_end
from certdrop.state.notices import Notice
from tests.flows.receiver import Receiver
from tests.unit.reconcile.town import NOON, Town

WEBHOOK = "https://hooks.example/certdrop"


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def house(town: Town, receiver: Receiver | None, webhook: str = WEBHOOK) -> House:
    return replace(town.house(webhook=webhook), webhook=receiver)


def notice(number: int = 0) -> Notice:
    return Notice(
        subject=f"drop/d{number}", event="drop-refused", occasion="1", severity="error", drop=f"d{number}", time=NOON
    )


def waiting(town: Town) -> list[str]:
    return town.keys(keys.WAITING_NOTICES)


def test_a_notice_is_logged_written_down_and_delivered_once(town: Town, receiver: Receiver) -> None:
    tell(house(town, receiver), notice())
    tell(house(town, receiver), notice(), again=True)

    assert [deliver(house(town, receiver), waiting=False), deliver(house(town, receiver), waiting=True)] == [1, 0]
    assert town.log.events() == ["drop-refused"]
    assert [one["id"] for one in receiver.taken] == [notice().id]
    assert waiting(town) == []


def test_one_that_was_told_before_is_not_delivered_again(town: Town, receiver: Receiver) -> None:
    for _ in range(2):
        tell(house(town, receiver), notice())
        deliver(house(town, receiver), waiting=True)

    assert len(receiver.taken) == 1
    assert waiting(town) == []


def test_without_a_webhook_nothing_is_written_down_and_what_still_waits_goes(town: Town, receiver: Receiver) -> None:
    tell(house(town, None, webhook=""), notice(1))
    assert waiting(town) == []

    tell(house(town, receiver), notice(2))
    assert deliver(house(town, None, webhook=""), waiting=True) == 0
    assert waiting(town) == []


def test_what_is_not_taken_waits_and_comes_last_the_next_time(town: Town, receiver: Receiver) -> None:
    tell(house(town, receiver), notice(1))
    receiver.trouble = "it answered 503"
    assert deliver(house(town, receiver), waiting=True) == 0
    town.advance(60)
    tell(house(town, receiver), notice(2))
    receiver.trouble = ""

    assert deliver(house(town, receiver), waiting=True) == 2
    assert [one["drop"] for one in receiver.taken] == ["d2", "d1"]
    assert "notice-not-taken" in town.log.events()


def test_after_three_failures_in_a_row_the_webhook_is_left_alone_for_a_minute(town: Town, receiver: Receiver) -> None:
    for number in range(5):
        tell(house(town, receiver), notice(number))
    receiver.trouble = "ConnectTimeout"

    deliver(house(town, receiver), waiting=True)

    assert receiver.tried == 3
    assert len(waiting(town)) == 5


def test_after_a_day_a_notice_is_given_up_and_never_told_again(town: Town, receiver: Receiver) -> None:
    tell(house(town, receiver), notice())
    receiver.trouble = "it answered 404"
    town.advance(24 * 3600 + 1)

    deliver(house(town, receiver), waiting=True)

    [key] = town.keys("state/notices/")
    assert town.read(key)["given_up"] == "it answered 404"
    assert "notice-given-up" in town.log.events()
    assert waiting(town) == []


def test_so_many_are_delivered_in_a_minute_and_none_without_time(town: Town, receiver: Receiver) -> None:
    for number in range(AT_ONCE + 2):
        tell(house(town, receiver), notice(number))

    assert deliver(house(town, receiver), waiting=True) == AT_ONCE
    town.time_left = 7.9
    assert deliver(house(town, receiver), waiting=True) == 0
    town.time_left = 60
    assert deliver(house(town, receiver), waiting=True) == 2


def test_a_spoilt_notice_is_deleted_and_holds_up_no_other(town: Town, receiver: Receiver) -> None:
    town.put(keys.waiting_notice("0" * 32), "{")
    tell(house(town, receiver), notice())

    assert deliver(house(town, receiver), waiting=True) == 1
    assert waiting(town) == []


def test_an_end_whose_writer_died_before_it_told_is_told_by_whoever_finds_it_and_logged_by_none(
    town: Town, receiver: Receiver
) -> None:
    end = end_of(SeenWork(town.open(), NOON), "served")
    assert record_end(town.store(), end)

    note_end(house(town, receiver), end)

    assert len(waiting(town)) == 1
    assert town.log.events() == []
