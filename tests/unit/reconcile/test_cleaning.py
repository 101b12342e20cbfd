"""Certificates of no more use are found unused, retired after their grace, and ten minutes later deleted and told."""

from datetime import datetime, timedelta, timezone

import pytest

from certdrop.reconcile import cleaning
from tests.flows.bundles import bundle
from tests.unit.reconcile.stock import (
    DAY,
    GRACE,
    MINUTE,
    NEW,
    NOTHING,
    OLD,
    clean_if_due,
    clean_now,
    copy_to_clb,
    in_cas,
    in_clb,
    keep,
    marks,
    renew,
    retire,
    show,
    show_at_clb,
)
from tests.unit.reconcile.town import Town

ELEVEN = 11 * MINUTE


def told(town: Town) -> list[object]:
    return [fields["code"] for event, fields in town.log.lines if event == "certificate-removed"]


def test_what_is_superseded_is_marked_retired_after_its_grace_and_deleted_ten_minutes_later(town: Town) -> None:
    renew(town)

    assert (clean_now(town), marks(town)) == (NOTHING, (1, 0))
    town.advance(GRACE - 1)
    assert (clean_now(town), marks(town)) == ({}, (1, 0))
    town.advance(1)
    assert (clean_now(town), marks(town)) == ({**NOTHING, "certificates_retired": 1}, (1, 1))
    town.advance(599)
    assert clean_now(town)["certificates_deleted"] == 0
    town.advance(1)
    assert clean_now(town)["certificates_deleted"] == 1
    assert in_cas(town) == {NEW.fingerprint}
    assert told(town) == ["superseded"]


def test_an_instance_begins_at_a_minute_of_its_own_and_comes_again_within_the_hour(town: Town) -> None:
    renew(town)
    town.advance(50)
    listed = []
    for minute in range(1, 100):
        before = town.tried("ListCertificates")
        clean_if_due(town)
        listed += [minute] * (town.tried("ListCertificates") - before)
        town.advance(MINUTE)

    assert listed == [35, 95]


def test_it_comes_again_when_the_next_step_is_due(town: Town) -> None:
    renew(town)
    clean_now(town)
    town.advance(GRACE - 30 * MINUTE)
    clean_now(town)
    soon = town.memory.cleaning.due
    town.advance(30 * MINUTE)
    clean_now(town)
    now = town.world.clock.now()

    assert soon == now + timedelta(minutes=30)
    assert town.memory.cleaning.due == now + timedelta(minutes=11)


def test_nothing_is_begun_without_time(town: Town) -> None:
    renew(town)
    town.time_left = 11.9

    assert clean_now(town) == {}
    assert marks(town) == (0, 0)


def test_what_is_superseded_stays_in_cas_unless_the_targets_say_so_and_what_expired_goes(town: Town) -> None:
    town.targets(town.target())
    keep(town, OLD)
    show(town, keep(town, NEW))
    before = clean_now(town)
    town.advance((datetime(2027, 9, 1, tzinfo=timezone.utc) - town.world.clock.now()).total_seconds())
    expired = clean_now(town)
    town.advance(ELEVEN)
    clean_now(town)

    assert (before, expired) == ({}, {**NOTHING, "certificates_retired": 1})
    assert in_cas(town) == {NEW.fingerprint}
    assert told(town) == ["expired"]


def test_a_copy_at_clb_goes_first_and_then_the_original(town: Town) -> None:
    town.targets(town.target("clb"), cleanup="superseded")
    keep(town, OLD)
    keep(town, NEW)
    copy_to_clb(town, OLD)
    newer = copy_to_clb(town, NEW)
    show_at_clb(town, newer)
    retire(town)
    town.advance(ELEVEN)
    clean_now(town)
    first = in_clb(town), in_cas(town)
    clean_now(town)
    town.advance(ELEVEN)
    clean_now(town)

    assert first == ([newer], {OLD.fingerprint, NEW.fingerprint})
    assert in_cas(town) == {NEW.fingerprint}
    assert told(town) == ["superseded", "superseded"]


def test_of_two_of_the_same_at_clb_the_one_that_nobody_chooses_goes_at_once(town: Town) -> None:
    town.targets(town.target("clb"))
    keep(town, NEW)
    first = copy_to_clb(town, NEW)
    town.advance(1)
    copy_to_clb(town, NEW)
    show_at_clb(town, first)

    assert clean_now(town) == {**NOTHING, "certificates_retired": 1}
    town.advance(ELEVEN)
    clean_now(town)
    assert in_clb(town) == [first]


def test_what_is_shown_again_before_it_is_retired_loses_its_mark(town: Town) -> None:
    renew(town)
    clean_now(town)
    [old] = [one for one in town.world.cas.certificates.values() if one.chain.leaf.sha256 == OLD.fingerprint]
    show(town, old.cert_identifier, 8443)
    town.advance(GRACE)

    assert clean_now(town) == NOTHING
    assert marks(town) == (0, 0)


def test_what_is_shown_again_before_it_is_deleted_stays(town: Town) -> None:
    renew(town)
    retire(town)
    [old] = [one for one in town.world.cas.certificates.values() if one.chain.leaf.sha256 == OLD.fingerprint]
    show(town, old.cert_identifier, 8443)
    town.advance(ELEVEN)
    clean_now(town)

    assert in_cas(town) == {OLD.fingerprint, NEW.fingerprint}


def test_the_mark_of_what_somebody_deleted_goes(town: Town) -> None:
    renew(town)
    clean_now(town)
    del town.world.cas.certificates[next(iter(town.world.cas.certificates))]
    clean_now(town)

    assert marks(town) == (0, 0)


@pytest.mark.parametrize("spoilt", [False, True])
def test_the_slip_of_what_is_gone_goes_after_a_day_and_tells_what_nobody_may_have_told(
    town: Town, monkeypatch: pytest.MonkeyPatch, *, spoilt: bool
) -> None:
    again: list[bool] = []
    renew(town)
    retire(town)
    del town.world.cas.certificates[next(iter(town.world.cas.certificates))]
    if spoilt:
        town.put(town.keys("state/retired/")[0], "junk")
    monkeypatch.setattr(cleaning, "tell", lambda *_, **said: again.append(said["again"]))
    town.advance(DAY - 1)
    clean_now(town)
    early = marks(town)
    town.advance(1)
    clean_now(town)

    assert (early, marks(town)) == ((0, 1), (0, 0))
    assert again == ([] if spoilt else [True])


@pytest.mark.parametrize(("code", "is_gone"), [("NotFound", True), ("NoPermission", False)])
def test_a_refused_deletion_is_logged_and_tried_again_and_what_is_gone_is_told(
    town: Town, code: str, *, is_gone: bool
) -> None:
    renew(town)
    retire(town)
    town.advance(ELEVEN)
    town.fault("DeleteUserCertificate", code, status=404 if is_gone else 403, times=1)

    assert clean_now(town)["certificates_deleted"] == is_gone
    assert ("certificate-not-deleted" in town.log.events()) is not is_gone
    assert told(town) == (["superseded"] if is_gone else [])
    clean_now(town)
    assert in_cas(town) == {NEW.fingerprint}


def test_a_slip_that_is_spoilt_deletes_nothing(town: Town) -> None:
    renew(town)
    retire(town)
    town.put(town.keys("state/retired/")[0], "junk")
    town.advance(ELEVEN)

    assert clean_now(town)["certificates_deleted"] == 0
    assert in_cas(town) == {OLD.fingerprint, NEW.fingerprint}


def test_a_deletion_that_has_no_time_waits(town: Town) -> None:
    renew(town)
    retire(town)
    town.advance(ELEVEN)
    town.on_sight("ListListenerCertificates", "after", lambda: setattr(town, "time_left", 11.0))
    late = clean_now(town)
    town.time_left = 60.0

    assert late == NOTHING
    assert clean_now(town)["certificates_deleted"] == 1


def test_many_are_deleted_over_several_minutes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "DELETED_AT_ONCE", 1)
    renew(town)
    keep(town, bundle(month=8))
    retire(town)
    town.advance(ELEVEN)
    first = clean_now(town)
    due = town.memory.cleaning.due

    assert (first["certificates_deleted"], due) == (1, town.world.clock.now())
    assert clean_if_due(town)["certificates_deleted"] == 1
    assert in_cas(town) == {NEW.fingerprint}
