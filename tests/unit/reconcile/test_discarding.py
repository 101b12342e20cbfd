"""Private keys go from the bucket where the targets say so, once all that they were dropped for is served."""

from collections.abc import Mapping

import pytest

from certdrop.deployment.work import EndKind, end_of
from certdrop.reconcile import discarding
from certdrop.reconcile.discarding import discard_keys
from certdrop.reconcile.ending import end_works
from certdrop.reconcile.owners import JOB_STATUS_POLLER
from certdrop.state.config import read_config
from certdrop.state.listeners import read_open_work
from certdrop.state.opened import list_open
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town

EC, RENEWED = bundle(key="p-256"), bundle(key="p-256", number=1, month=11)
KEY = "certs/shop/privkey.pem"


def accept(town: Town, drop: str = "shop", keys: str = "delete") -> None:
    """Drop a bundle that a target wants, and let it be accepted."""
    if not town.keys("state/config/"):
        town.targets(town.target(drops=["shop", "blog"]), keys=keys)
    town.drop(drop, EC)
    town.look_at_drop(drop)


def end(town: Town, kind: EndKind = "served") -> None:
    """Let all that is open end."""
    for listener in list_open(town.store()).listeners:
        works = read_open_work(town.store(), listener)
        end_works(town.house(), [(end_of(work, kind), work) for work in works])


def discard(town: Town) -> Mapping[str, int]:
    """Go to the next minute in which keys are discarded."""
    town.advance((discarding.AT - town.world.clock.now().minute - 1) % 10 * 60 + 60)
    return discard_now(town)


def discard_now(town: Town) -> Mapping[str, int]:
    house = town.house(JOB_STATUS_POLLER)
    config = read_config(house.store)
    assert config
    return discard_keys(house, config)


def test_the_key_of_a_served_drop_is_deleted_and_told_and_the_other_files_stay(town: Town) -> None:
    accept(town)
    end(town)

    assert discard(town) == {"keys_discarded": 1}
    assert town.keys("certs/") == [f"certs/shop/{name}.pem" for name in ("cert", "chain", "fullchain")]
    assert "key-discarded" in town.log.events()


def test_keys_stay_unless_the_targets_say_so(town: Town) -> None:
    accept(town, keys="retain")
    end(town)

    assert discard(town) == {}
    assert town.keys(KEY) == [KEY]


def test_keys_are_discarded_every_ten_minutes_in_a_minute_of_their_own(town: Town) -> None:
    accept(town)
    end(town)
    discarded = []
    for _ in range(20):
        town.advance(60)
        if discard_now(town):
            discarded.append(town.world.clock.now().minute)

    assert discarded == [8, 18]


def test_a_key_stays_while_its_deployment_is_open(town: Town) -> None:
    accept(town)

    assert discard(town) == {"keys_discarded": 0}
    end(town)
    assert discard(town) == {"keys_discarded": 1}


@pytest.mark.parametrize("kind", ["refused", "disproved", "superseded"])
def test_a_key_stays_when_a_deployment_ended_otherwise_than_served(town: Town, kind: EndKind) -> None:
    accept(town)
    end(town, kind)

    assert discard(town) == {"keys_discarded": 0}
    assert town.keys(KEY) == [KEY]


def test_a_key_stays_when_nobody_knows_how_its_deployment_ended(town: Town) -> None:
    accept(town)
    end(town)
    for key in town.keys("state/deployments/"):
        del town.bucket.objects[key]

    assert discard(town) == {"keys_discarded": 0}


def test_a_key_that_no_target_wants_yet_stays(town: Town) -> None:
    town.targets(town.target(drops=["other"]), keys="delete")
    accept(town)

    assert discard(town) == {"keys_discarded": 0}
    assert town.keys(KEY) == [KEY]


def test_a_drop_whose_files_are_not_two_minutes_old_may_be_in_the_middle_of_a_renewal(town: Town) -> None:
    accept(town)
    end(town)
    town.advance(7 * 60)
    town.put("certs/shop/cert.pem", EC.certificate)

    assert discard(town) == {"keys_discarded": 0}
    assert discard(town) == {"keys_discarded": 1}


def test_a_drop_that_is_not_judged_under_the_targets_in_force_keeps_its_key_until_it_is(town: Town) -> None:
    accept(town)
    end(town)
    town.targets(town.target(), keys="delete", number=2)
    unjudged = discard(town)
    town.look_at_drop()

    assert unjudged == {"keys_discarded": 0}
    assert discard(town) == {"keys_discarded": 1}


def test_a_drop_that_holds_no_key_is_looked_at_once_in_an_instances_life(town: Town) -> None:
    accept(town)
    town.drop("notes", cert_pem="no certificate")
    town.advance(180)
    town.look_at_drop("notes")
    end(town)
    discard(town)
    before = len(town.wire.sent)
    town.look_at_drop()  # what is left of shop keeps its verdict
    discard(town)
    seen = len(town.wire.sent)
    discard(town)

    read = [label for label in town.wire.sent[seen:] if label.startswith("GET state/drops/")]
    assert [label for label in town.wire.sent[before:seen] if label.startswith("GET state/drops/shop/")]
    assert read == []


def test_a_newer_key_that_came_after_the_drop_was_listed_is_not_deleted_and_nothing_is_told(town: Town) -> None:
    accept(town)
    end(town)
    town.on_sight(f"LIST {KEY}", "before", lambda: town.put(KEY, RENEWED.key))

    assert discard(town) == {"keys_discarded": 0}
    assert town.bucket.objects[KEY].body == RENEWED.key.encode()
    assert "key-discarded" not in town.log.events()


def test_no_drop_is_begun_without_time(town: Town) -> None:
    accept(town)
    end(town)
    town.time_left = 9.9

    assert discard(town) == {"keys_discarded": 0}
    assert town.keys(KEY) == [KEY]


def test_many_drops_whose_keys_must_stay_keep_no_other_from_its_turn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discarding, "DROPS_AT_ONCE", 1)
    town.targets(town.target(), keys="delete")
    for drop in ("blog", "news"):  # no target wants them
        accept(town, drop)
    accept(town)
    end(town)

    assert sorted(discard(town)["keys_discarded"] for _ in range(3)) == [0, 0, 1]
    assert town.keys(KEY) == []


def test_a_drop_whose_key_is_removed_before_anything_is_served_waits_for_a_key(town: Town) -> None:
    accept(town)
    del town.bucket.objects[KEY]
    town.advance(180)

    assert town.look_at_drop().result == "waiting"
    assert [finding["code"] for finding in town.report()["findings"]] == ["no-key"]


def test_what_is_left_of_a_served_drop_keeps_its_verdict(town: Town) -> None:
    accept(town)
    end(town)
    del town.bucket.objects[KEY]

    assert town.look_at_drop().result == "nothing-due"
    assert (town.report()["verdict"], town.keys("state/open/")) == ("accepted", [])
