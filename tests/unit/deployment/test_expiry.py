"""When people are warned that a certificate expires: exactly on each threshold."""

from datetime import timedelta

import pytest

from certdrop.deployment.expiry import WARNINGS, count_days, find_threshold
from tests.unit.deployment.builders import NOW

SECOND = timedelta(seconds=1)


def test_the_warnings_are_these() -> None:
    assert WARNINGS == (30, 14, 7, 3, 1, 0)


@pytest.mark.parametrize("days", WARNINGS)
def test_a_warning_is_due_from_its_very_second_on(days: int) -> None:
    former = {30: None, 14: 30, 7: 14, 3: 7, 1: 3, 0: 1}[days]
    not_after = NOW + timedelta(days=days)

    assert find_threshold(not_after, NOW - SECOND) == former
    assert find_threshold(not_after, NOW) == find_threshold(not_after, NOW + SECOND) == days


def test_what_is_long_over_is_over() -> None:
    assert find_threshold(NOW - timedelta(days=400), NOW) == 0
    assert count_days(NOW - timedelta(days=400), NOW) == -400
