"""What is not done while documents in state/ are spoilt."""

import pytest

from certdrop.deployment.operations import Operation, StepKind
from certdrop.deployment.work import Before
from certdrop.errors import UnreadableError
from certdrop.reconcile.holding import find_held
from certdrop.state.listeners import begin_operation, read_last_operation
from tests.unit.reconcile.town import Town


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
