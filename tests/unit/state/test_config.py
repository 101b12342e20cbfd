"""The targets in force: the highest number."""

from certdrop.deployment.targets import Targets
from certdrop.state.config import read_config, write_config
from tests.unit.reconcile.town import Town

NONE = Targets(version=1, targets=())


def test_before_the_first_nothing_is_in_force(town: Town) -> None:
    assert read_config(town.store()) is None


def test_the_highest_number_is_in_force(town: Town) -> None:
    for number in (1, 2, 10, 9):
        assert write_config(town.store(), number, f"etag-{number}", NONE)

    config = read_config(town.store())

    assert config is not None
    assert (config.number, config.etag) == (10, "etag-10")


def test_a_number_is_given_once(town: Town) -> None:
    assert write_config(town.store(), 1, "first", NONE)
    assert not write_config(town.store(), 1, "second", NONE)


def test_the_targets_in_force_cost_two_requests(town: Town) -> None:
    for number in range(1, 5):
        write_config(town.store(), number, "e", NONE)
    before = len(town.wire.sent)

    read_config(town.store())

    assert len(town.wire.sent) - before == 2
