"""The domain extensions of CLB are put one by one; when a handshake disproves them, all are set back to what was."""

from typing import Any

import pytest

from certdrop.deployment.work import OpenWork
from certdrop.reconcile.house import Handshake
from certdrop.reconcile.opening import open_again
from certdrop.reconcile.owners import ASSOCIATE_ADDITIONAL_CERT, CREATE_HTTPS_LISTENER, JOB_STATUS_POLLER
from certdrop.state import keys
from certdrop.state.listeners import read_open_work
from tests.flows.bundles import Made, bundle
from tests.unit.reconcile.town import Town

DOMAINS = ("a.blog.example", "b.blog.example", "c.blog.example")
OLD, NEW = (bundle(*DOMAINS, month=month) for month in (9, 10))
FOREIGN = "f" * 64


@pytest.fixture
def listener(town: Town) -> Town:
    """A CLB listener that serves shop.example by default; the data plane shows whatever is asked for."""
    town.targets(town.target("clb"), town.target("clb", "more", role="additional"))
    town.import_to_cas()
    work = town.open(bundle(), "clb")
    run(town, work, CREATE_HTTPS_LISTENER, 3)
    show(town, bundle().fingerprint)
    town.tick()
    assert town.keys("state/open/") == []
    return town


def show(town: Town, fingerprint: str) -> None:
    town.dial = lambda *_: Handshake(fingerprint)


def run(town: Town, work: OpenWork, function: str, looks: int) -> None:
    for _ in range(looks):
        town.look(work.place.listener, function)
        town.advance(10)


def put(town: Town, made: Made, cause: str = "0123456789ab-1") -> OpenWork:
    """Put a bundle into an extension for each of its names."""
    town.import_to_cas(made)
    work = town.open(made, "clb", "additional", target="more", cause=cause)
    run(town, work, CREATE_HTTPS_LISTENER, 1)  # imports it to CLB
    run(town, work, ASSOCIATE_ADDITIONAL_CERT, len(DOMAINS))
    return work


def shown(town: Town) -> dict[str, str]:
    """Return the certificate of each extension."""
    found = town.world.clb.extensions.describe_domain_extensions(town.world.region, town.clb, 443)
    return {one.domain: one.server_certificate_id for one in found}


def doubt(town: Town, work: OpenWork) -> Any:
    """Let the data plane show another certificate for too long, and return the mark."""
    show(town, FOREIGN)
    town.advance(601)
    town.look(work.place.listener, JOB_STATUS_POLLER)
    return town.read(keys.disproved(work.place.listener, work.deployment, work.cause))


def settle(town: Town, work: OpenWork) -> None:
    run(town, work, ASSOCIATE_ADDITIONAL_CERT, len(DOMAINS) + 1)


def test_every_extension_is_set_back_to_the_certificate_that_it_had(listener: Town) -> None:
    town = listener
    show(town, OLD.fingerprint)
    put(town, OLD)
    town.tick()
    before = shown(town)
    work = put(town, NEW, "bbbbbbbbbbbb-1")
    between = shown(town)

    mark = doubt(town, work)
    settle(town, work)

    assert set(before) == set(between) == set(DOMAINS)
    assert not set(before.values()) & set(between.values())
    assert mark["before"]["extensions"] == before == shown(town)
    assert town.read(keys.end(work.deployment, work.cause))["end"] == "disproved"


def test_an_extension_that_was_not_there_has_nothing_to_be_set_back_to(listener: Town) -> None:
    town = listener
    work = put(town, NEW)

    mark = doubt(town, work)
    settle(town, work)

    assert {mark["before"]["extensions"].get(domain, "") for domain in DOMAINS} == {""}
    assert town.read(keys.end(work.deployment, work.cause))["end"] == "disproved"


def test_a_second_try_is_set_back_to_what_stood_before_it_and_not_before_the_first(listener: Town) -> None:
    town = listener
    show(town, OLD.fingerprint)
    put(town, OLD)
    town.tick()
    first = put(town, NEW, "bbbbbbbbbbbb-1")
    doubt(town, first)
    settle(town, first)
    before = shown(town)
    house = town.house()
    again = open_again(house, first, read_open_work(house.store, first.place.listener))
    run(town, again, ASSOCIATE_ADDITIONAL_CERT, len(DOMAINS))

    mark = doubt(town, again)

    assert mark["before"]["extensions"] == before
    assert set(shown(town).values()).isdisjoint(before.values())
