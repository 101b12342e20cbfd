"""What is told, mended, and not done while documents in state/ are spoilt."""

import pytest

from certdrop.deployment.operations import Operation, OperationEnd, StepKind
from certdrop.deployment.targets import Targets
from certdrop.deployment.work import Before
from certdrop.errors import UnreadableError
from certdrop.reconcile.holding import find_held
from certdrop.reconcile.house import House
from certdrop.reconcile.mending import read_in_force, tell_spoilt
from certdrop.state import keys
from certdrop.state.config import Config, read_config
from certdrop.state.listeners import begin_operation, end_operation, is_newest, read_last_operation, read_open_work
from tests.unit.reconcile.town import Town

ONLY = Operation(
    number=1,
    step=StepKind.ASSOCIATE,
    deployments=("d",),
    certificates=("c",),
    before=Before(),
    nonce="n",
    function="f",
)


def test_nothing_counts_as_unused_while_work_that_may_hold_on_to_it_is_spoilt(town: Town) -> None:
    work = town.open()
    town.put(f"state/open/{work.place.listener}/{'c' * 32}.x-1.json", "junk")

    with pytest.raises(UnreadableError, match="spoilt"):
        find_held(town.house())


def test_nothing_counts_as_unused_while_an_operation_that_may_be_undone_is_spoilt(town: Town) -> None:
    work = town.open()
    town.put(f"state/listeners/{work.place.listener}/9999999998.json", "junk")

    with pytest.raises(UnreadableError, match="spoilt"):
        find_held(town.house())


def test_a_spoilt_operation_carries_on_what_the_one_before_it_knew(town: Town) -> None:
    first = Operation(
        number=1,
        step=StepKind.CREATE_LISTENER,
        deployments=("d",),
        certificates=("c",),
        before=Before(),
        failures={"d": 2},
        nonce="n",
        function="f",
    )
    begin_operation(town.store(), "clb.lb-1.443", first)
    town.put("state/listeners/clb.lb-1.443/9999999997.json", "junk")

    last = read_last_operation(town.store(), "clb.lb-1.443")

    assert last is not None
    assert (last.operation.number, last.operation.failures, last.operation.unstarted) == (2, {"d": 2}, True)
    assert last.operation.deployments == ()


def test_an_operation_whose_end_is_spoilt_ended_unknown(town: Town) -> None:
    begin_operation(town.store(), "alb.a.443", ONLY)
    end_operation(town.store(), "alb.a.443", ONLY, OperationEnd())
    town.put(keys.operation_end("alb.a.443", 1), "junk")

    last = read_last_operation(town.store(), "alb.a.443")

    assert last is not None
    assert (last.operation.nonce, last.end and last.end.code) == ("n", "unknown")


def test_a_strangers_key_in_a_log_hides_no_operation(town: Town) -> None:
    begin_operation(town.store(), "alb.a.443", ONLY)
    for name in ("!", "0"):
        town.put(f"{keys.log('alb.a.443')}{name}", "junk")
    last = read_last_operation(town.store(), "alb.a.443")

    assert last is not None
    assert last.operation.nonce == "n"
    assert is_newest(town.store(), "alb.a.443", last)
    assert not is_newest(town.store(), "alb.a.443", None)


def test_a_mark_that_is_spoilt_goes_and_its_work_stays(town: Town) -> None:
    work = town.open()
    mark = keys.disproved(work.place.listener, work.deployment, work.cause)
    town.put(mark, "junk")

    [seen] = read_open_work(town.store(), work.place.listener)

    assert (seen.work, seen.disproved) == (work, None)
    assert town.keys(mark) == []


def test_a_strangers_key_beside_open_work_is_left_alone(town: Town) -> None:
    work = town.open()
    stranger = f"{keys.open_listener(work.place.listener)}README.txt"
    town.put(stranger, "junk")

    assert [seen.work for seen in read_open_work(town.store(), work.place.listener)] == [work]
    assert town.keys(stranger) == [stranger]


def test_a_spoilt_document_is_told_once_with_its_key(town: Town) -> None:
    work = town.open()
    key = keys.open_work(work.place.listener, work.deployment, work.cause)
    town.put(key, "junk")
    house = town.house()
    read_open_work(house.store, work.place.listener)

    for _ in range(2):
        tell_spoilt(house)

    assert [key in str(fields["message"]) for event, fields in town.log.lines if event == "state-spoilt"] == [True]


# the targets in force


def in_force(town: Town, house: House | None = None) -> tuple[str, int]:
    """Return the name of the one target that is in force, and the highest number that was given."""
    config, highest = read_in_force(house or town.house())
    assert config
    assert read_config(town.store()) == config
    [target] = config.targets.targets
    return target.name, highest


def spoil(town: Town, number: int) -> None:
    town.put(keys.config(number), "junk")


def known(town: Town, number: int, name: str) -> House:
    """Return the house of an instance that read targets before they were spoilt."""
    house = town.house()
    targets = Targets(version=1, targets=[town.target(name=name)])
    house.memory.config = Config(number=number, etag="e", targets=targets)
    return house


def test_spoilt_targets_are_put_in_force_again_from_the_last_good_ones_under_a_fresh_number(town: Town) -> None:
    town.targets(town.target(name="first"), number=1)
    town.targets(town.target(name="second"), number=2)
    spoil(town, 2)

    assert in_force(town) == ("first", 3)
    assert "targets-in-force" in town.log.events()


@pytest.mark.parametrize(("number", "name"), [(2, "remembered"), (1, "first")])
def test_an_instance_that_remembers_newer_targets_than_the_last_good_ones_puts_those_in_force(
    town: Town, number: int, name: str
) -> None:
    town.targets(town.target(name="first"), number=1)
    spoil(town, 2)

    assert in_force(town, known(town, number, "remembered")) == (name, 3)


def test_targets_that_are_all_spoilt_are_put_in_force_again_from_memory(town: Town) -> None:
    spoil(town, 1)

    assert in_force(town, known(town, 1, "remembered")) == ("remembered", 2)


def test_without_any_good_targets_none_are_in_force_and_no_number_is_given_twice(town: Town) -> None:
    spoil(town, 4)

    assert read_in_force(town.house()) == (None, 4)
