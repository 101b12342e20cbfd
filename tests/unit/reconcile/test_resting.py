"""Where the minute's list shows that all is stalled and none of it due, no look is made."""

from certdrop.deployment.operations import StallOf
from certdrop.state import keys
from certdrop.state.listeners import open_work, read_open_work, write_stall
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town

EC = bundle(key="p-256")


def looks(town: Town) -> list[tuple[object, object]]:
    return [(fields["listener"], fields["result"]) for event, fields in town.log.lines if event == "looking"]


def test_a_listener_where_all_is_stalled_and_none_of_it_due_is_not_looked_at(town: Town) -> None:
    work = town.open(EC)
    place = work.place.model_copy(update={"port": 8443})
    assert open_work(town.store(), work.model_copy(update={"place": place, "deployment": "b" * 32}))
    first, second = str(work.place.listener), str(place.listener)
    [stalled] = read_open_work(town.store(), first)
    write_stall(town.store(), StallOf(stalled, "Quota"))
    town.advance(60)
    before = len(town.wire.sent)
    town.tick()

    assert looks(town) == [(second, "asked")]
    assert not [label for label in town.wire.sent[before:] if first in label]
    town.advance(60)
    town.tick()
    assert {listener for listener, _ in looks(town)} == {first, second}


def test_a_listener_where_something_was_opened_since_is_looked_at(town: Town) -> None:
    work = town.open(EC)
    [stalled] = read_open_work(town.store(), work.place.listener)
    write_stall(town.store(), StallOf(stalled, "Quota"))
    town.advance(1)
    town.open(EC, cause="f" * 32)
    town.tick()

    assert looks(town) == [(str(work.place.listener), "stalled")]


def test_a_left_over_stall_is_tidied_up_though_all_else_is_stalled(town: Town) -> None:
    work = town.open(EC)
    [stalled] = read_open_work(town.store(), work.place.listener)
    write_stall(town.store(), StallOf(stalled, "Quota"))
    left_over = keys.stalled(work.place.listener, "d" * 32, 1)
    town.put(left_over, "{}")
    town.tick()

    assert left_over not in town.keys("state/open/")
