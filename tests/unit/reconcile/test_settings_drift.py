"""Settings of a listener that certdrop created are compared with what `listener:` says, and told in words."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from certdrop.deployment.work import OpenWork, SeenWork
from certdrop.reconcile.observing import observe_in
from certdrop.reconcile.owners import JOB_STATUS_POLLER
from certdrop.reconcile.settings_drift import find_settings_drift
from certdrop.state.config import read_config
from certdrop.state.listeners import close_work, open_work, read_open_work
from fakecloud.alb.changes import Changes
from fakecloud.alb.resources import Listener
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import NOON, Town


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


def open_to_set(town: Town, work: OpenWork) -> OpenWork:
    """End *work*, and open it again to put settings right."""
    [seen] = read_open_work(town.store(), work.place.listener)
    close_work(town.store(), seen)
    again = work.model_copy(update={"cause": "0" * 32, "heals": True, "settings": True})
    assert open_work(town.store(), again)
    return again


def test_what_the_target_names_is_told_apart_as_a_matter_of_the_default_certificates_work(town: Town) -> None:
    work = create(town, headers={"slb_id": True})
    change(town, idle_timeout=42, forwarded_for={"XForwardedForSLBIdEnabled": False})
    house = town.house(JOB_STATUS_POLLER)
    config = read_config(house.store)
    assert config
    seen = observe_in(house, work.region, work.place.listener, [])
    works = [SeenWork(town.work(slot="additional"), NOON), SeenWork(work, NOON)]

    named, rest = find_settings_drift(house, work.place.listener, config.targets.targets, seen, works)

    assert (named.work, named.message) == (
        works[1],
        "other than `listener:` says, XForwardedForSLBIdEnabled is False, not True",
    )
    assert (rest.work, rest.message) == (None, "other than `listener:` says, IdleTimeout is 42, not 15")


@pytest.mark.parametrize("service", ["alb", "clb"])
def test_one_call_sets_what_the_target_names_and_differs_and_nothing_else(town: Town, service: str) -> None:
    if service == "alb":
        work = create(town, request_timeout=90, http2=True)
        change(town, request_timeout=30, gzip=False)
        action = "UpdateListenerAttribute"
    else:
        groups = town.world.clb.load_balancers[town.clb].vserver_groups
        [group] = groups
        groups["rsp-other"] = "other"
        work = create(town, "clb", vserver_group=group, request_timeout=90)
        change_clb(town, VServerGroupId="rsp-other", RequestTimeout=30, Gzip="off")
        action = "SetLoadBalancerHTTPSListenerAttribute"
    again = open_to_set(town, work)

    outcome = town.look(again.place.listener)
    town.advance(10)

    assert (outcome.fields["step"], outcome.fields["code"]) == ("SetAttributes", "")
    [body] = [body for label, body in zip(town.wire.sent, town.wire.bodies, strict=True) if label == action]
    at = {"ListenerId", "ClientToken"} if service == "alb" else {"RegionId", "LoadBalancerId", "ListenerPort"}
    expected = {"RequestTimeout"} if service == "alb" else {"RequestTimeout", "VServerGroup", "VServerGroupId"}
    assert set(parse_qs(body.decode())) == at | expected
    assert messages(town, work) == [
        "other than `listener:` says, "
        + ("GzipEnabled is False, not True" if service == "alb" else "Gzip is off, not on")
    ]
    assert town.look(again.place.listener).fields["step"] == "Verify"


def change_clb(town: Town, **settings: Any) -> None:
    listeners = town.world.clb.listeners
    listeners.set_load_balancer_https_listener_attribute(town.world.region, town.clb, 443, settings)
    town.advance(10)


def test_settings_are_left_alone_by_work_that_is_not_open_for_them_or_when_no_target_says_any(town: Town) -> None:
    work = create(town, request_timeout=90)
    change(town, request_timeout=30)

    assert town.look(work.place.listener).fields["step"] == "Verify"
    again = open_to_set(town, work)
    town.targets(town.target(listener=None), number=2)
    assert town.look(again.place.listener).fields["step"] == "Verify"


def test_what_the_targets_stop_to_say_while_it_is_being_set_is_an_end_without_a_call(town: Town) -> None:
    work = create(town, request_timeout=90)
    change(town, request_timeout=30)
    again = open_to_set(town, work)
    town.on_sight("PUT state/listeners/", "before", lambda: town.targets(town.target(listener=None), number=2))

    assert town.look(again.place.listener).fields["code"] == "target-gone"
