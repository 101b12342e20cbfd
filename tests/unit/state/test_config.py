"""The targets in force: the highest number."""

import pytest

from certdrop.deployment.targets import Targets
from certdrop.errors import UnreadableError
from certdrop.state import keys
from certdrop.state.config import read_config, read_last_good, write_config
from tests.unit.deployment.target_examples import target, targets
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


def test_what_the_file_says_is_kept_and_no_more_so_that_what_it_does_not_name_is_known(town: Town) -> None:
    checks = {"backend_port": 80, "health_check": "off", "sticky_session": {"cookie": "C"}, "acl": "off"}
    said = targets(
        target(listener={"server_group": "sgp-1", "headers": {"slb_id": True}}),
        target(name="clb", clb="lb-bp1o94dp5i6earr0000", listener=checks, domains=["*.Shop.example"], drops=[]),
    )
    assert write_config(town.store(), 1, "e", said)
    config = read_config(town.store())

    assert config
    assert config.targets == said
    for read, written in zip(config.targets.targets, said.targets, strict=True):
        assert read.listener
        assert written.listener
        assert read.model_fields_set == written.model_fields_set
        assert read.listener.model_fields_set == written.listener.model_fields_set


def test_a_number_is_given_once(town: Town) -> None:
    assert write_config(town.store(), 1, "first", NONE)
    assert not write_config(town.store(), 1, "second", NONE)


def test_the_targets_in_force_cost_two_requests(town: Town) -> None:
    for number in range(1, 5):
        write_config(town.store(), number, "e", NONE)
    town.start_instance()
    before = len(town.wire.sent)

    read_config(town.store())

    assert len(town.wire.sent) - before == 2


def test_a_strangers_key_is_not_taken_for_the_targets_in_force(town: Town) -> None:
    assert write_config(town.store(), 1, "e", NONE)
    town.put("state/config/!", "junk")

    config = read_config(town.store())

    assert config is not None
    assert config.number == 1


def test_targets_that_are_spoilt_are_told_and_no_older_ones_stand_in_for_them(town: Town) -> None:
    assert write_config(town.store(), 1, "e", NONE)
    town.put(keys.config(2), "junk")

    with pytest.raises(UnreadableError, match="it is no Config"):
        read_config(town.store())


def test_targets_that_vanish_while_they_are_read_are_no_reason_to_judge_by_none(town: Town) -> None:
    assert write_config(town.store(), 1, "e", NONE)
    town.start_instance()
    town.on_sight("LIST state/config/", "after", town.bucket.objects.clear)

    with pytest.raises(UnreadableError, match="it is gone"):
        read_config(town.store())


def test_the_last_good_targets_are_the_newest_that_can_be_read(town: Town) -> None:
    for number in (1, 2):
        assert write_config(town.store(), number, f"etag-{number}", NONE)
    town.put(keys.config(3), "junk")
    town.put("state/config/!", "junk")

    config, highest = read_last_good(town.store())

    assert config is not None
    assert (config.number, highest) == (2, 3)


def test_before_any_targets_the_highest_number_is_none(town: Town) -> None:
    assert read_last_good(town.store()) == (None, 0)
