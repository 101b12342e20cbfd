"""Renewals for months leave nothing but what is served and what is within its grace; `make year` plays a whole year."""

from tests.flows.year import Year


def test_months_of_renewals_leave_exactly_what_is_served_and_what_is_within_grace() -> None:
    year = Year(groups=1, days=140.5, of_alb=3, of_clb=2)

    year.play()

    year.check_end()
    assert year.renewals == 10
