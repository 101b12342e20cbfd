"""Held work begins when the stage before it is served and has baked; only the poller sees to it."""

from typing import Any

import pytest

from certdrop.deployment.work import EndKind, Former, OpenWork, end_of
from certdrop.reconcile.ending import end_works
from certdrop.reconcile.house import Outcome
from certdrop.reconcile.owners import CREATE_HTTPS_LISTENER, JOB_STATUS_POLLER
from certdrop.state import keys
from certdrop.state.listeners import read_open_work
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import Town


def stage(town: Town, bake: int = 0) -> tuple[OpenWork, OpenWork]:
    """Open a canary at CLB, and work at ALB that is held until it is served."""
    town.targets(town.target("clb", "canary"), town.target(name="rest", stage=2))
    canary = town.open(service="clb", target="canary")
    former = Former(deployment=canary.deployment, target="canary", place=canary.place, stage=1, bake=bake)
    return canary, town.open(target="rest", after=(former,))


def end(town: Town, work: OpenWork, kind: EndKind, **said: Any) -> None:
    [seen] = read_open_work(town.store(), work.place.listener)
    end_works(town.house(), [(end_of(seen, kind, **said), seen)])


def look(town: Town, held: OpenWork, function: str = JOB_STATUS_POLLER) -> Outcome:
    return town.look(held.place.listener, function)


def is_held(town: Town, held: OpenWork) -> bool:
    document = town.read(keys.open_work(held.place.listener, held.deployment, held.cause))
    return bool(document["after"])


def test_work_is_held_while_the_stage_before_it_is_open(town: Town) -> None:
    _, held = stage(town)

    assert look(town, held).result == "nothing-open"
    assert is_held(town, held)
    assert town.tried("ListListeners") == 0


def test_work_begins_when_the_stage_before_it_is_served(town: Town) -> None:
    canary, held = stage(town)
    end(town, canary, "served")

    look(town, held)

    assert not is_held(town, held)
    assert town.messages() == [("listeners", f"listener/{held.place.listener}", 0, 0.0)]
    assert [fields["target"] for event, fields in town.log.lines if event == "stage-begins"] == ["rest"]
    assert look(town, held).fields["step"] == "Import"


def test_only_the_poller_lets_held_work_begin(town: Town) -> None:
    canary, held = stage(town)
    end(town, canary, "served")

    assert look(town, held, CREATE_HTTPS_LISTENER).result == "nothing-open"
    assert is_held(town, held)


def test_work_is_held_until_the_stage_before_it_has_baked(town: Town) -> None:
    canary, held = stage(town, bake=5)
    end(town, canary, "served")
    town.advance(299)
    look(town, held)
    early = is_held(town, held)
    town.advance(1)
    look(town, held)

    assert early
    assert not is_held(town, held)


def test_work_whose_former_is_neither_open_nor_ended_goes_on_being_held(town: Town) -> None:
    canary, held = stage(town)
    for key in town.keys(keys.open_listener(canary.place.listener)):
        del town.bucket.objects[key]

    look(town, held)

    assert is_held(town, held)


@pytest.mark.parametrize("kind", ["refused", "disproved"])
def test_a_failure_of_the_stage_before_stops_what_is_held_and_tells_it(town: Town, kind: EndKind) -> None:
    canary, held = stage(town)
    end(town, canary, kind, code="why")

    look(town, held)

    ended = town.read(keys.end(held.deployment, held.cause))
    assert (ended["end"], ended["code"]) == ("refused", "stage-stopped")
    assert ended["message"] == f"stage 1 stopped at canary: {kind} (why)"
    assert town.keys("state/open/") == []
    assert "deployment-refused" in town.log.events()


def test_what_is_superseded_in_the_stage_before_is_superseded(town: Town) -> None:
    canary, held = stage(town)
    end(town, canary, "superseded")

    look(town, held)

    assert town.read(keys.end(held.deployment, held.cause))["end"] == "superseded"
    assert town.keys("state/open/") == []


def test_a_drop_that_is_judged_opens_the_work_of_later_stages_as_held_and_its_report_says_for_what(town: Town) -> None:
    town.targets(town.target("clb", "canary", bake=5), town.target(name="rest", stage=2))
    town.drop(made=bundle())

    town.look_at_drop()

    held = {one["target"]: (one["status"], one["code"], one["message"]) for one in town.report()["deployments"]}
    assert held["canary"][:2] == ("open", "")
    assert held["rest"] == ("open", "held", "begins when stage 1 (canary) is served and has been for 5 minutes")
