"""The names of state/: newest first, and a snapshot's id."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certdrop.deployment.places import Listener
from certdrop.state import keys

UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LISTENER = Listener(service="alb", load_balancer="alb-1", port=443)
NUMBERS = st.integers(min_value=0, max_value=9_999_999_999)


@dataclass(frozen=True)
class Found:
    key: str
    etag: str


@UNHURRIED
@given(NUMBERS, NUMBERS)
def test_the_larger_number_sorts_first(one: int, other: int) -> None:
    assert (keys.countdown(one) < keys.countdown(other)) == (one > other)


@UNHURRIED
@given(NUMBERS)
def test_a_number_survives_its_key(number: int) -> None:
    assert keys.count_up(keys.countdown(number)) == number
    assert len(keys.countdown(number)) == 10


@UNHURRIED
@given(st.integers(min_value=1, max_value=9_999_999_998))
def test_the_two_first_keys_of_a_log_are_of_the_newest_operation(number: int) -> None:
    every = [
        name
        for one in (number, number + 1)
        for name in (keys.operation(LISTENER, one), keys.operation_end(LISTENER, one))
    ]

    assert set(sorted(every)[:2]) == {keys.operation(LISTENER, number + 1), keys.operation_end(LISTENER, number + 1)}


def test_a_listeners_keys_bear_its_service_load_balancer_and_port() -> None:
    assert keys.log(LISTENER) == "state/listeners/alb.alb-1.443/"
    assert keys.open_work(LISTENER, "d" * 32, "s-1") == f"state/open/alb.alb-1.443/{'d' * 32}.s-1.json"
    assert keys.disproved(LISTENER, "d", "s-1") == "state/open/alb.alb-1.443/d.s-1.disproved.json"
    assert keys.stalled(LISTENER, "d", 3) == "state/open/alb.alb-1.443/d.stalled-3.json"
    assert keys.end("d", "s-1") == "state/deployments/d/s-1.json"


def test_a_bundles_facts_lie_under_what_its_name_in_cas_shows() -> None:
    assert keys.bundle("ab" * 32) == f"state/bundles/{'ab' * 8}.json"
    assert keys.bundle("ab" * 8) == keys.bundle("ab" * 32)


@UNHURRIED
@given(st.lists(st.tuples(st.text(min_size=1), st.text()), unique_by=lambda pair: pair[0]))
def test_a_snapshot_is_the_same_in_whatever_order_its_files_are_listed(pairs: list[tuple[str, str]]) -> None:
    entries = [Found(key, etag) for key, etag in pairs]

    assert keys.snapshot_id(entries) == keys.snapshot_id(entries[::-1])


def test_a_snapshot_changes_with_every_key_and_every_etag() -> None:
    base = [Found("certs/a/x.pem", "1"), Found("certs/a/y.pem", "2")]
    others = [
        [Found("certs/a/x.pem", "3"), base[1]],
        [Found("certs/a/z.pem", "1"), base[1]],
        [base[0]],
        [Found("certs/a/x.pem", "2"), Found("certs/a/y.pem", "1")],
    ]

    assert keys.snapshot_id(base) not in [keys.snapshot_id(other) for other in others]


@pytest.mark.parametrize("name", ["fullchain.pem", "CERT.PEM", "a.crt", "a.CeR", "private.key", ".pem"])
def test_files_of_the_four_endings_are_read_in_any_case(name: str) -> None:
    assert keys.is_read(f"certs/shop/{name}")


@pytest.mark.parametrize("key", ["certs/shop/a.pfx", "certs/shop/", "certs/a.pem", "certs/shop/deep/a.pem", "certs/"])
def test_everything_else_is_not_read(key: str) -> None:
    assert not keys.is_read(key)
