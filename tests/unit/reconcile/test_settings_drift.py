"""Settings of a listener that certdrop created are compared with what `listener:` says, and told in words."""

from typing import Any

import pytest

from certdrop.deployment.work import OpenWork
from certdrop.reconcile.observing import observe_in
from certdrop.reconcile.owners import JOB_STATUS_POLLER
from certdrop.reconcile.settings_drift import find_settings_drift
from certdrop.state.config import read_config
from fakecloud.alb.changes import Changes
from fakecloud.alb.resources import Listener
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town


def create(town: Town, service: str = "alb", **settings: Any) -> OpenWork:
    """Let certdrop create the listener that a target describes."""
    groups = {} if "server_groups" in settings else {"server_group": town.group}
    town.targets(town.target(service, listener={**groups, **settings} if service == "alb" else settings))
    town.import_to_cas()
    work = town.open(bundle(), service)
    for _ in range(3):
        town.look(work.place.listener)
        town.advance(10)
    return work


def created(town: Town) -> Listener:
    (listener,) = town.world.alb.listeners.values()
    return listener


def change(town: Town, **changes: Any) -> None:
    """Change settings of the ALB listener by hand."""
    town.world.alb.update_listener_attribute(created(town).id, Changes(**changes))
    town.advance(10)


def messages(town: Town, work: OpenWork) -> list[str]:
    house = town.house(JOB_STATUS_POLLER)
    config = read_config(house.store)
    assert config
    seen = observe_in(house, work.region, work.place.listener, [])
    return [one.message for one in find_settings_drift(house, work.place.listener, config.targets.targets, seen)]


@pytest.mark.parametrize("service", ["alb", "clb"])
def test_a_listener_as_it_was_created_differs_in_nothing(town: Town, service: str) -> None:
    settings = {"headers": {"slb_id": True}} if service == "alb" else {"backend_port": 8080}

    assert messages(town, create(town, service, **settings)) == []


def test_what_was_changed_is_told_with_what_is_meant(town: Town) -> None:
    work = create(town, headers={"slb_id": True, "x_forwarded_host": True})
    other = town.world.alb.create_server_group().id
    change(town, idle_timeout=42, server_groups=(other,), forwarded_for={"XForwardedForSLBIdEnabled": False})

    [message] = messages(town, work)

    assert message == (
        "other than `listener:` says, IdleTimeout is 42, not 15, XForwardedForSLBIdEnabled is False, not True, "
        f"DefaultActions is {other}, not {town.group}"
    )


def test_settings_of_a_clb_listener_are_compared_too(town: Town) -> None:
    work = create(town, "clb", backend_port=8080)
    region = town.world.region
    town.world.clb.listeners.set_load_balancer_https_listener_attribute(region, town.clb, 443, {"Scheduler": "rr"})
    town.advance(10)

    assert messages(town, work) == ["other than `listener:` says, Scheduler is rr, not wrr"]


def test_of_many_differences_some_are_said_and_the_others_counted(town: Town) -> None:
    work = create(town, description="shop", headers={"slb_id": True})
    other = town.world.alb.create_server_group().id
    changes = {"idle_timeout": 42, "request_timeout": 42, "gzip": False, "http2": False, "description": "by-hand"}
    change(town, server_groups=(other,), forwarded_for={"XForwardedForSLBIdEnabled": False}, **changes)

    [message] = messages(town, work)

    assert message.count(" is ") == 5
    assert message.endswith(" and 2 more")


def test_the_order_of_server_groups_is_no_difference(town: Town) -> None:
    other = town.world.alb.create_server_group().id
    work = create(town, server_groups=[town.group, other])
    change(town, server_groups=(other, town.group))

    assert messages(town, work) == []


def test_where_no_target_says_how_to_create_the_listener_nothing_is_meant(town: Town) -> None:
    work = create(town)
    change(town, idle_timeout=42)
    town.targets(town.target(listener=None), number=2)

    assert messages(town, work) == []


@pytest.mark.parametrize("state", ["missing", "somebody else's", "in configuration"])
def test_a_listener_that_is_not_ours_or_not_there_or_between_two_states_is_not_compared(town: Town, state: str) -> None:
    work = create(town)
    change(town, idle_timeout=42)
    if state == "missing":
        town.world.alb.listeners.clear()
    elif state == "somebody else's":
        created(town).tags = {}
    else:
        created(town).status = "Configuring"

    assert messages(town, work) == []
