"""A disproved additional certificate at ALB: its own predecessors come back, then it goes; nothing else is touched."""

from typing import Any

import pytest

from certdrop.deployment.steps import QUIET
from certdrop.deployment.work import OpenWork
from certdrop.reconcile.owners import ASSOCIATE_ADDITIONAL_CERT
from certdrop.state import keys
from certdrop.state.drops import write_bundle
from fakecloud.alb.resources import Listener
from tests.flows.bundles import Made, bundle
from tests.flows.probe import leaf_of
from tests.unit.reconcile.test_verifying import Server
from tests.unit.reconcile.town import Town, facts_of

BASE = bundle("base.example", key="p-256")
OLD, NEW = (bundle("blog.example", key="p-256", number=2, month=month) for month in (9, 10))
OTHER_OLD, OTHER_NEW = (bundle("wiki.example", key="p-256", number=3, month=month) for month in (9, 10))
FOREIGN = bundle("strange.example", key="p-256", number=4)
SETTLED = 10


@pytest.fixture
def listener(town: Town) -> Listener:
    """A listener that shows whatever it is asked for, as far as these tests go."""
    town.targets(town.target())
    town.import_to_cas(BASE)
    write_bundle(town.store(), facts_of(BASE))
    town.dial = shows(BASE)
    work = town.open(BASE)
    town.look(work.place.listener)
    town.advance(SETTLED)
    town.tick()
    (made,) = town.world.alb.listeners.values()
    return made


def shows(made: Made, **by_name: Made) -> Server:
    """Show *made*, but other certificates for some names: blog=... is what blog.example shows."""
    shown = {(f"{name}.example", kind): one.fingerprint for name, one in by_name.items() for kind in (None, "ec")}
    return Server(made.fingerprint, shown)  # type: ignore[arg-type]


def associate(town: Town, *bundles: Made, cause: str = "aaaaaaaaaaaa-1") -> list[OpenWork]:
    """Want additional certificates, and associate them in one call."""
    works = []
    for made in bundles:
        town.import_to_cas(made)
        write_bundle(town.store(), facts_of(made))
        works.append(town.open(made, slot="additional", cause=cause))
    town.advance(QUIET.total_seconds())
    look(town, works[0])
    return works


def look(town: Town, work: OpenWork) -> dict[str, Any]:
    """Let the owner look once, and the cloud come to rest."""
    outcome = town.look(work.place.listener, ASSOCIATE_ADDITIONAL_CERT)
    town.advance(SETTLED)
    return dict(outcome.fields)


def disprove(town: Town, work: OpenWork) -> list[str]:
    """Let ten minutes pass, then the poller and the owner look until nothing is left to do; return the steps."""
    town.advance(601)
    town.tick()
    steps = [str(look(town, work).get("step")) for _ in range(3)]
    return [step for step in steps if step not in ("None", "Done")]


def present(listener: Listener) -> set[str]:
    return {leaf_of(one.certificate.chain.pem).sha256 for one in listener.additional.values()}


def end_of(town: Town, work: OpenWork) -> dict[str, str]:
    found: dict[str, str] = town.read(keys.end(work.deployment, work.cause))
    return found


def test_the_listener_is_afterwards_as_it_was_before(town: Town, listener: Listener) -> None:
    town.dial = shows(OLD)
    [first] = associate(town, OLD)
    town.tick()
    [second] = associate(town, NEW, cause="bbbbbbbbbbbb-1")
    look(town, second)
    assert present(listener) == {NEW.fingerprint}

    assert disprove(town, second) == ["Restore", "Withdraw"]
    assert (end_of(town, first)["end"], end_of(town, second)["end"]) == ("served", "disproved")
    assert present(listener) == {OLD.fingerprint}


def test_of_a_batch_only_the_disproved_one_is_undone(town: Town, listener: Listener) -> None:
    town.dial = shows(BASE, blog=OLD, wiki=OTHER_OLD)
    associate(town, OLD, OTHER_OLD)
    town.tick()
    bad, good = associate(town, NEW, OTHER_NEW, cause="bbbbbbbbbbbb-1")
    look(town, bad)
    assert present(listener) == {NEW.fingerprint, OTHER_NEW.fingerprint}
    town.dial = shows(BASE, blog=OLD, wiki=OTHER_NEW)

    assert disprove(town, bad) == ["Restore", "Withdraw"]
    assert (end_of(town, bad)["end"], end_of(town, good)["end"]) == ("disproved", "served")
    assert present(listener) == {OLD.fingerprint, OTHER_NEW.fingerprint}


def test_what_somebody_took_away_meanwhile_does_not_come_back(town: Town, listener: Listener) -> None:
    strange = town.import_to_cas(FOREIGN, "by-hand")
    town.world.alb.associate_additional_certificates_with_listener(listener.id, [strange])
    town.dial = shows(OLD)
    associate(town, OLD)
    town.tick()
    [second] = associate(town, NEW, cause="bbbbbbbbbbbb-1")
    look(town, second)
    town.world.alb.dissociate_additional_certificates_from_listener(listener.id, [strange])

    assert disprove(town, second) == ["Restore", "Withdraw"]
    assert present(listener) == {OLD.fingerprint}


def test_a_first_one_stays_and_its_end_says_so(town: Town, listener: Listener) -> None:
    town.dial = shows(BASE)
    [work] = associate(town, NEW)

    assert disprove(town, work) == []
    assert "left at the listener" in end_of(town, work)["message"]
    assert present(listener) == {NEW.fingerprint}


def test_one_that_somebody_associated_by_hand_is_not_taken_away(town: Town, listener: Listener) -> None:
    identifier = town.import_to_cas(NEW)
    town.world.alb.associate_additional_certificates_with_listener(listener.id, [identifier])
    town.advance(SETTLED)
    write_bundle(town.store(), facts_of(NEW))
    work = town.open(NEW, slot="additional")
    town.dial = shows(BASE)

    assert disprove(town, work) == []
    assert end_of(town, work)["end"] == "disproved"
    assert present(listener) == {NEW.fingerprint}


def test_a_predecessor_that_has_expired_is_not_put_back(town: Town, listener: Listener) -> None:
    town.dial = shows(OLD)
    associate(town, OLD)
    town.tick()
    town.advance(300 * 24 * 3600)
    [second] = associate(town, NEW, cause="bbbbbbbbbbbb-1")
    look(town, second)
    town.advance(40 * 24 * 3600)  # OLD is over, NEW is not

    assert disprove(town, second) == []
    assert present(listener) == {NEW.fingerprint}
