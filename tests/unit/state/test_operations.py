"""A listener's operation log: numbered once, ended once, read with one LIST and two GETs."""

from datetime import timedelta

import pytest

from certdrop.deployment.operations import LastOperation, Operation, OperationEnd, StepKind
from certdrop.deployment.work import Before
from certdrop.errors import StateError
from certdrop.state.listeners import (
    begin_operation,
    end_operation,
    find_operations_of,
    is_in_flight,
    read_last_operation,
    settle_unknown,
)
from tests.unit.reconcile.town import NOON, Town

LOG = "alb.alb-1.443"


def operation(number: int, nonce: str = "n", *deployments: str, certificates: tuple[str, ...] = ("c",)) -> Operation:
    return Operation(
        number=number,
        step=StepKind.ASSOCIATE,
        deployments=deployments or ("d",),
        certificates=certificates,
        before=Before(),
        nonce=nonce,
        function="f",
    )


def last(town: Town) -> LastOperation:
    found = read_last_operation(town.store(), LOG)
    assert found is not None
    return found


def test_an_empty_log_has_no_last_operation(town: Town) -> None:
    assert read_last_operation(town.store(), LOG) is None


def test_a_list_of_two_keys_shows_the_newest_operation_however_long_the_history(town: Town) -> None:
    for number in range(1, 13):
        begin_operation(town.store(), LOG, operation(number))
        end_operation(town.store(), LOG, operation(number), OperationEnd(request_id=f"R{number}"))
    town.start_instance()
    before = len(town.wire.sent)

    found = last(town)

    assert (found.operation.number, found.end and found.end.request_id) == (12, "R12")
    assert [label.split()[0] for label in town.wire.sent[before:]] == ["LIST", "GET", "GET"]


def test_the_end_of_an_earlier_operation_is_not_taken_for_that_of_the_last(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1))
    end_operation(town.store(), LOG, operation(1), OperationEnd())
    begin_operation(town.store(), LOG, operation(2))

    assert (last(town).operation.number, last(town).end) == (2, None)


def test_a_number_is_taken_once(town: Town) -> None:
    assert begin_operation(town.store(), LOG, operation(1, "mine"))
    assert not begin_operation(town.store(), LOG, operation(1, "yours"))
    assert last(town).operation.nonce == "mine"


def test_ones_own_entry_whose_answer_was_lost_counts_as_created(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1, "mine"))

    assert begin_operation(town.store(), LOG, operation(1, "mine"))


def test_an_entry_that_vanished_is_nobodys(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1, "mine"))
    town.wire.trouble = lambda label, when: (
        town.bucket.objects.clear() if (label[:3], when) == ("PUT", "after") else None
    )

    assert not begin_operation(town.store(), LOG, operation(1, "mine"))


def test_the_first_end_of_an_operation_stands(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1))
    end_operation(town.store(), LOG, operation(1), OperationEnd(code="first"))
    end_operation(town.store(), LOG, operation(1), OperationEnd(code="second"))

    end = last(town).end

    assert end is not None
    assert end.code == "first"


def test_without_an_end_and_under_90_seconds_old_an_operation_is_in_flight(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1))

    assert is_in_flight(last(town), NOON + timedelta(seconds=89))
    assert not is_in_flight(last(town), NOON + timedelta(seconds=90))
    assert not is_in_flight(None, NOON)


def test_an_ended_operation_is_not_in_flight(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1))
    end_operation(town.store(), LOG, operation(1), OperationEnd())

    assert not is_in_flight(last(town), NOON)


def test_settling_writes_the_end_unknown_unless_somebody_wrote_one(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1))
    first, town_end = last(town), OperationEnd(code="Throttling")
    settled = settle_unknown(town.store(), LOG, first)
    begin_operation(town.store(), LOG, operation(2))
    second = last(town)
    end_operation(town.store(), LOG, operation(2), town_end)
    other = settle_unknown(town.store(), LOG, second)

    assert (settled.end and settled.end.code, settled.ended) == ("unknown", NOON)
    assert other.end == town_end


def test_an_end_that_vanishes_is_a_state_error(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1))
    found = last(town)
    town.wire.trouble = lambda label, when: (
        town.bucket.objects.clear() if (label[:3], when) == ("PUT", "after") else None
    )

    with pytest.raises(StateError, match="is gone"):
        settle_unknown(town.store(), LOG, found)


def test_an_operation_that_vanishes_is_a_state_error(town: Town) -> None:
    begin_operation(town.store(), LOG, operation(1))
    town.start_instance()
    town.wire.trouble = lambda label, when: (
        town.bucket.objects.clear() if (label[:4], when) == ("LIST", "after") else None
    )

    with pytest.raises(StateError, match="is gone"):
        read_last_operation(town.store(), LOG)


def test_the_operations_that_put_a_deployment_are_found_back_through_the_log_the_newest_first(town: Town) -> None:
    for number, deployments, certificates in (
        (1, ("a",), ("old",)),
        (2, ("a", "b"), ("new",)),
        (3, ("a",), ()),
        (4, ("b",), ("c",)),
    ):
        begin_operation(town.store(), LOG, operation(number, "n", *deployments, certificates=certificates))
        end_operation(town.store(), LOG, operation(number), OperationEnd())

    found = find_operations_of(town.store(), LOG, "a", "default")

    assert [one.number for one in found] == [2, 1]
    assert list(find_operations_of(town.store(), LOG, "z", "default")) == []
