"""What listeners show is asked over several minutes if need be, and nothing is retired before all is known."""

import pytest

from certdrop.reconcile import cleaning
from fakecloud.alb.changes import Changes
from tests.unit.reconcile.stock import (
    MINUTE,
    NEW,
    NOTHING,
    OLD,
    clean_if_due,
    clean_now,
    copy_to_clb,
    keep,
    marks,
    renew,
    show_at_clb,
)
from tests.unit.reconcile.town import Town


def test_a_census_that_has_no_more_calls_goes_on_in_the_next_minute(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "CALLS_AT_ONCE", 2)
    renew(town)

    assert clean_now(town) == {"cleaning": 1}
    town.advance(MINUTE)
    assert clean_if_due(town) == NOTHING
    assert marks(town) == (1, 0)


def test_a_census_of_more_than_15_minutes_is_begun_anew(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "CALLS_AT_ONCE", 1)
    renew(town)
    clean_now(town)
    first = town.memory.cleaning.census
    town.advance(15 * MINUTE)
    clean_now(town)
    same = town.memory.cleaning.census
    town.advance(1)
    clean_now(town)

    assert first is same is not town.memory.cleaning.census is not None


def test_a_load_balancer_that_goes_while_it_is_asked_shows_nothing(town: Town) -> None:
    renew(town)
    town.fault("DescribeLoadBalancerAttribute", "InvalidLoadBalancerId.NotFound", status=404)

    assert clean_now(town) == NOTHING
    assert marks(town) == (1, 0)


def test_what_listeners_show_and_may_not_be_asked_keeps_everything(town: Town) -> None:
    renew(town)
    town.fault("ListListenerCertificates", "NoPermission", status=403, times=9)
    town.memory.cleaning.due = town.world.clock.now()
    outcome = town.tick()

    assert "certificates_retired" not in outcome.fields
    assert [fields["code"] for event, fields in town.log.lines if event == "trouble"] == ["NoPermission"]
    assert marks(town) == (0, 0)


def test_listeners_of_every_kind_are_asked_what_they_show(town: Town) -> None:
    """Extensions of CLB count, listeners without TLS are passed over."""
    town.targets(town.target("clb"), cleanup="superseded")
    keep(town, OLD)
    keep(town, NEW)
    older, newer = copy_to_clb(town, OLD), copy_to_clb(town, NEW)
    show_at_clb(town, newer)
    town.world.clb.extensions.create_domain_extension(town.world.region, town.clb, 443, "www.shop.example", older)
    town.world.alb.create_listener(town.alb, "HTTP", 80, Changes(server_groups=(town.group,)))
    clean_now(town)

    assert marks(town) == (0, 0)
    assert town.tried("ListListenerCertificates") == 0
