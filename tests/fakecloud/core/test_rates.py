"""Calls are limited to the vendor's quotas, by action and region, in World time; it can be switched off."""

import json

import httpx
import pytest

from fakecloud.clock import RunningClock
from fakecloud.rates import Rates, find_rate
from fakecloud.world import ACCESS_KEY_ID, World
from tests.fakecloud.rpc.calling import Caller

UPLOAD = "UploadCACertificate"


@pytest.fixture
def call(client: httpx.Client, world: World) -> Caller:
    return Caller(client, "clb", world.identities[ACCESS_KEY_ID])


def spend(world: World, action: str, calls: int, region: str = "cn-hangzhou") -> None:
    for _ in range(calls):
        assert world.rates.take("clb", action, region, mutating=True)


@pytest.mark.parametrize(
    ("service", "action", "mutating", "calls", "seconds"),
    [
        ("alb", "CreateListener", True, 200, 60),
        ("alb", "ListListenerCertificates", False, 20, 1),
        ("clb", UPLOAD, True, 90, 60),
        ("clb", "SetDomainExtensionAttribute", True, 400, 60),
        ("clb", "DescribeServerCertificates", False, 3000, 60),
        ("cas", "UploadUserCertificate", True, 10, 1),
    ],
)
def test_the_figures(service: str, action: str, mutating: bool, calls: int, seconds: float) -> None:  # noqa: FBT001
    rate = find_rate(service, action, mutating=mutating)
    assert rate is not None
    assert (rate.calls, rate.seconds) == (calls, seconds)


def test_what_has_no_figure_is_not_limited() -> None:
    assert find_rate("cas", "ListCertificates", mutating=False) is None


def test_one_call_too_many_is_throttled_until_the_minute_is_over(call: Caller, world: World) -> None:
    spend(world, UPLOAD, 89)
    parameters = {"RegionId": "cn-hangzhou", "CACertificate": "x"}
    assert call.refused(UPLOAD, parameters) == (400, "InvalidParameter")
    assert call.refused(UPLOAD, parameters) == (400, "Throttling.User")
    assert call.refused(UPLOAD, {**parameters, "RegionId": "cn-beijing"}) == (400, "InvalidParameter")
    world.advance(60)
    assert call.refused(UPLOAD, parameters) == (400, "InvalidParameter")


def test_a_call_that_is_refused_is_not_counted(world: World) -> None:
    spend(world, UPLOAD, 90)
    world.advance(59)
    assert not world.rates.take("clb", UPLOAD, "cn-hangzhou", mutating=True)
    world.advance(1)
    spend(world, UPLOAD, 90)


def test_a_virtual_worlds_second_is_a_minute_long_and_a_running_ones_is_not(world: World) -> None:
    def count(rates: Rates) -> int:
        taken = 0
        while rates.take("alb", "ListListeners", "cn-hangzhou", mutating=False):
            taken += 1
        return taken

    assert count(world.rates) == 1200
    assert 20 <= count(Rates(RunningClock())) < 1200


def test_it_can_be_switched_off(client: httpx.Client, world: World) -> None:
    spend(world, UPLOAD, 90)
    assert client.get("/_fakecloud/rates").json() == {"enabled": True}
    assert client.post("/_fakecloud/rates", content=json.dumps({"enabled": False})).json() == {"enabled": False}
    spend(world, UPLOAD, 1)
    assert client.post("/_fakecloud/rates", content=json.dumps({"enabled": "no"})).status_code == 400
