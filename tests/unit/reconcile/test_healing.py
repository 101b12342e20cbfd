"""What was changed by hand is put right once, and only where a target says `heal: true`; else the remedy is said."""

import json
from typing import Any

import pytest

from certdrop.deployment import drift
from certdrop.deployment.drift import Difference
from certdrop.deployment.targets import Targets
from certdrop.deployment.work import OpenWork, SeenWork, end_of
from certdrop.reconcile import healing
from certdrop.reconcile.healing import find_remedy, is_healed, open_healing
from certdrop.reconcile.house import Handshake, Memory
from certdrop.reconcile.owners import JOB_STATUS_POLLER
from certdrop.state.config import Config
from certdrop.state.listeners import close_work, read_open_work, record_end
from fakecloud.alb.changes import Changes
from tests.flows.bundles import bundle
from tests.unit.deployment.builders import LB, NOW, facts, listener, seen, work
from tests.unit.deployment.client_ca_builders import NEW_CA
from tests.unit.reconcile.town import NOON, Town

EC, STRANGE = bundle(key="p-256"), bundle(key="p-256", number=1, month=9)
DEFAULT, MORE = work(facts(serial="a")), work(facts("blog.example", serial="b"), slot="additional", creates=False)


def config(*, heal: bool = True, **said: Any) -> Config:
    """Return targets for the default and the additional slot of one ALB listener."""
    common = {"drops": ["shop"], "region": "cn-hangzhou", "alb": LB, "heal": heal, **said}
    targets = [{"name": "shop", **common}, {"name": "more", "role": "additional", **common}]
    return Config(number=1, etag="e", targets=Targets(version=1, targets=targets))


def remedy(event: str, *works: SeenWork, harmed: SeenWork | None = None, ours: bool = True, heal: bool = True) -> Any:
    """Return what is said of a difference, and which works put it right."""
    view = seen(listener(facts(serial="a"), ours=ours))
    return find_remedy(Difference(event, "why", harmed), works, view, config(heal=heal))


def test_settings_that_no_target_names_are_changed_back_by_the_user() -> None:
    assert remedy(drift.LISTENER_SETTINGS, DEFAULT) == (healing.SETTINGS, ())


def test_settings_that_the_target_names_are_put_right_with_the_default_certificates_work() -> None:
    assert remedy(drift.LISTENER_SETTINGS, DEFAULT, MORE, harmed=DEFAULT) == (healing.HEALED, (DEFAULT,))
    assert remedy(drift.LISTENER_SETTINGS, DEFAULT, harmed=DEFAULT, heal=False) == (healing.UNTOUCHED, ())


@pytest.mark.parametrize("event", [drift.LISTENER_MISSING, drift.LISTENER_STOPPED, drift.CERTIFICATE_REPLACED])
def test_where_no_target_heals_nothing_is_touched(event: str) -> None:
    harmed = DEFAULT if event == drift.CERTIFICATE_REPLACED else None

    assert remedy(event, DEFAULT, MORE, harmed=harmed, heal=False) == (healing.UNTOUCHED, ())


def test_a_certificate_is_put_back_by_its_own_work_alone() -> None:
    assert remedy(drift.CERTIFICATE_MISSING, DEFAULT, MORE, harmed=MORE) == (healing.HEALED, (MORE,))


def test_a_listener_that_is_gone_gets_back_all_it_served_the_default_first() -> None:
    assert remedy(drift.LISTENER_MISSING, MORE, DEFAULT) == (healing.HEALED, (DEFAULT, MORE))


def test_a_listener_that_is_gone_and_that_no_target_creates_is_created_by_hand() -> None:
    assert remedy(drift.LISTENER_MISSING, MORE) == (healing.CREATED_BY_NOBODY, ())


def test_a_listener_of_ours_that_is_stopped_is_started_once() -> None:
    assert remedy(drift.LISTENER_STOPPED, MORE, DEFAULT) == (healing.HEALED, (DEFAULT,))


def test_a_listener_of_somebody_else_that_is_stopped_is_not_started() -> None:
    assert remedy(drift.LISTENER_STOPPED, DEFAULT, ours=False) == (healing.NOT_OURS, ())


def authority(load_balancer: str) -> SeenWork:
    """Return work that brings a CA to the listener of a load balancer."""
    made = work(NEW_CA, service="clb", slot="client_ca")
    place = made.work.place.model_copy(update={"load_balancer": load_balancer})
    return SeenWork(made.work.model_copy(update={"place": place, "drop": "partners"}), NOW)


def test_a_client_ca_is_put_back_where_a_target_of_that_very_listener_heals() -> None:
    common = {"drops": ["shop"], "region": "cn-hangzhou", "client_ca": {"drop": "partners"}}
    targets = [
        {"name": "a", "clb": "lb-a", "heal": True, **common},
        {"name": "b", "clb": "lb-b", **common},
    ]
    said = Config(number=1, etag="e", targets=Targets(version=1, targets=targets))

    assert is_healed(authority("lb-a"), said)
    assert not is_healed(authority("lb-b"), said)


def test_work_that_heals_is_opened_under_a_fresh_cause_and_its_owner_asked(town: Town) -> None:
    served = SeenWork(town.work(EC), NOON)

    cause = open_healing(town.house(JOB_STATUS_POLLER), [served])

    [opened] = read_open_work(town.store(), served.work.place.listener)
    assert (opened.work.cause, opened.work.heals, opened.deployment) == (cause, True, served.deployment)
    assert cause != served.work.cause
    assert town.messages() == [("listeners", f"listener/{served.work.place.listener}", 0, 0.0)]


def test_what_a_handshake_disproved_is_not_tried_again(town: Town) -> None:
    work = town.open(EC)
    [found] = read_open_work(town.store(), work.place.listener)
    record_end(town.store(), end_of(found, "disproved"))
    close_work(town.store(), found)

    assert open_healing(town.house(JOB_STATUS_POLLER), [found]) == ""
    assert town.keys("state/open/") == []


# by the survey


@pytest.fixture
def served(town: Town) -> OpenWork:
    """A certificate that is served by default, and then replaced by hand."""
    town.targets(town.target())
    town.import_to_cas(EC)
    work = town.open(EC)
    town.look(work.place.listener)
    town.advance(10)
    town.dial = lambda *_: Handshake(EC.fingerprint)
    town.tick()
    [shown] = town.world.alb.listeners.values()
    changes = Changes(default_certificate=town.import_to_cas(STRANGE, "by-hand"))
    town.world.alb.update_listener_attribute(shown.id, changes)
    return work


def survey(town: Town, minutes: int = 5) -> dict[str, Any]:
    """Let the next survey come, and return the one drift that it finds."""
    town.advance(60 * minutes)
    town.tick()
    [found] = town.read("state/survey/listeners.json")["listeners"].values()
    [drift] = found["drifts"]
    assert isinstance(drift, dict)
    return drift


def told(town: Town) -> list[object]:
    return [fields["remedy"] for event, fields in town.log.lines if event == "drift-certificate-replaced"]


def heal(town: Town) -> None:
    town.targets(town.target(heal=True), number=2)
    town.memory = Memory()


def test_a_change_is_told_once_and_told_again_when_a_target_begins_to_heal_it(town: Town, served: OpenWork) -> None:
    first = survey(town)
    second = survey(town, 60)
    heal(town)
    third = survey(town, 60)

    assert [one["healing"] != "" for one in (first, second, third)] == [False, False, True]
    assert first["since"] == third["since"]
    assert told(town) == [healing.UNTOUCHED, healing.HEALED]


def test_a_change_is_healed_once_however_often_it_is_seen(town: Town, served: OpenWork) -> None:
    heal(town)
    first = survey(town)
    for key in town.keys("state/open/"):  # nobody worked it off, and nobody will
        del town.bucket.objects[key]
    second = survey(town, 60)

    assert first["healing"] == second["healing"] != ""
    assert town.keys("state/open/") == []
    assert told(town) == [healing.HEALED]


def test_a_change_after_a_disproof_is_told_with_its_remedy_and_not_healed(town: Town, served: OpenWork) -> None:
    heal(town)
    town.advance(1)
    (key,) = town.keys("state/deployments/")
    town.put(key.replace(".json", "0.json"), json.dumps({**town.read(key), "end": "disproved"}))

    found = survey(town)

    assert (found["remedy"], found["healing"]) == (healing.DISPROVED, "")
    assert town.keys("state/open/") == []
