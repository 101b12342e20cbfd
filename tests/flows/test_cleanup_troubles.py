"""Cleaning that is interrupted, refused, told, raced, or meets what is still wanted."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.reconcile.house import Handshake
from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.flows.cleaning import clean, deletes, in_cas, in_clb, renew, wait_for_grace
from tests.flows.pipeline import Killed, Pipeline, troubled
from tests.flows.receiver import Receiver

HOUR, DAY = 3600.0, 86400.0


def test_a_cleaning_that_has_no_time_goes_on_in_the_next_minute(pipeline: Pipeline) -> None:
    """The census makes two calls a minute."""
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target(), cleanup="superseded")
    _, new = renew(pipeline)
    with patch("certdrop.reconcile.cleaning.CALLS_AT_ONCE", 2):
        clean(pipeline)
        pipeline.advance(300)
        pipeline.leap(7 * DAY)
        for _ in range(4):
            clean(pipeline)
            pipeline.advance(300)

    assert [line["cleaning"] for line in pipeline.lines() if "cleaning" in line]
    assert in_cas(pipeline) == {new.fingerprint}


def test_a_deletion_is_told_once(pipeline: Pipeline) -> None:
    pipeline.webhook = Receiver()
    pipeline.targets(pipeline.clb_target())
    renew(pipeline)
    wait_for_grace(pipeline)

    clean(pipeline)
    pipeline.leap(2 * DAY)
    clean(pipeline)

    told = [one for one in pipeline.webhook.taken if one["event"] == "certificate-removed"]
    assert [(one["severity"], one["code"]) for one in told] == [("info", "superseded")]
    assert pipeline.keys("state/retired/") == pipeline.keys("state/unused/") == []


def test_a_refused_deletion_is_tried_again_later(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target())
    _, new = renew(pipeline)
    wait_for_grace(pipeline)
    refusal = Fault("clb", "DeleteServerCertificate", status=400, code="CertificateAndPrivateKeyIsRefered", times=2)
    pipeline.world.faults.add(refusal)

    clean(pipeline)
    refused = len(in_clb(pipeline))
    clean(pipeline)
    clean(pipeline)

    assert refused == 2
    assert [line["code"] for line in pipeline.lines("certificate-not-deleted")] == [refusal.code] * 2
    assert in_clb(pipeline) == [new.fingerprint]


def test_what_open_work_wants_is_not_retired(pipeline: Pipeline) -> None:
    """The older bundle is wanted at a place that nobody can create: it stalls for months, and its bundle stays."""
    old, new = bundle(month=9), bundle(month=10)
    pipeline.targets(
        pipeline.alb_target(),
        pipeline.alb_target("late", role="additional", drops=("old",), port=8443),
        cleanup="superseded",
    )
    pipeline.drop("old", **old.files)
    pipeline.drop("shop", **new.files)
    pipeline.advance(240)

    wait_for_grace(pipeline)
    clean(pipeline)

    assert in_cas(pipeline) == {old.fingerprint, new.fingerprint}
    assert pipeline.keys("state/retired/") == []


def test_a_retired_certificate_is_never_chosen_again_only_imported_anew(pipeline: Pipeline) -> None:
    """Somebody wants it at another place, after it was retired and before it is deleted."""
    pipeline.targets(pipeline.alb_target(), cleanup="superseded")
    old, _ = renew(pipeline)
    wait_for_grace(pipeline)
    pipeline.leap(HOUR)
    pipeline.tick()
    (mark,) = pipeline.keys("state/retired/cas/")
    retired = mark.rsplit("/", 1)[1].removesuffix(".json")
    pipeline.drop("late", **old.files)
    entries = [pipeline.alb_target(), pipeline.alb_target("late", role="additional", drops=("late",), port=8443)]
    other = {**entries[1], "role": "default", "listener": {"server_group": pipeline.group}}
    pipeline.targets(entries[0], other, cleanup="superseded")

    pipeline.advance(300)
    waiting = pipeline.standings("late")
    pipeline.advance(1200)

    assert waiting == [("late", "open", "")]
    assert pipeline.standings("late") == [("late", "served", "")]
    shown = {one.settings.default.id for one in pipeline.world.alb.listeners.values() if one.settings.default}
    assert retired not in shown
    assert len(shown) == 2


def test_a_retired_copy_at_clb_is_imported_anew_at_once(pipeline: Pipeline) -> None:
    """CLB takes any number of the same: nobody waits for the deletion."""
    pipeline.targets(pipeline.clb_target())
    old, _ = renew(pipeline)
    wait_for_grace(pipeline)
    pipeline.leap(HOUR)
    pipeline.tick()
    (mark,) = pipeline.keys("state/retired/clb.")
    retired = mark.rsplit("/", 1)[1].removesuffix(".json")
    pipeline.drop("late", **old.files)
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("late", drops=("late",), port=8443))

    pipeline.advance(300)

    assert pipeline.standings("late") == [("late", "served", "")]
    shown = {one.settings["ServerCertificateId"] for one in pipeline.world.clb.listeners.by_address.values()}
    assert retired not in shown
    assert len(shown) == 2


@pytest.mark.parametrize("copies", [2])
def test_two_pollers_at_once_delete_once(pipeline: Pipeline, copies: int) -> None:
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target(), cleanup="superseded")
    _, new = renew(pipeline)
    wait_for_grace(pipeline)
    pipeline.copies = copies

    for _ in range(3):
        clean(pipeline)

    assert in_cas(pipeline) == {new.fingerprint}
    assert in_clb(pipeline) == [new.fingerprint]
    assert deletes(pipeline) == ["DeleteServerCertificate", "DeleteUserCertificate"]


def test_a_poller_that_dies_at_any_call_leaves_what_the_next_one_finishes(pipeline: Pipeline) -> None:
    """Each minute of a cleaning dies after one call more, until one comes through."""
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target(), cleanup="superseded")
    _, new = renew(pipeline)
    wait_for_grace(pipeline)
    dead = 0

    def dying_after(calls: int) -> Callable[[int, str], None]:
        begun = len(pipeline.wire.sent)

        def die(number: int, when: str) -> None:
            if when == "after" and number - begun >= calls:
                raise Killed

        return die

    for calls in range(1, 60):
        with troubled(pipeline, dying_after(calls)):
            begin_anew(pipeline)
            dead += "job-status-poller" not in pipeline.instances
        pipeline.leap(660)
    for _ in range(2):
        begin_anew(pipeline)
        pipeline.leap(660)

    assert dead > 20
    assert in_cas(pipeline) == {new.fingerprint}
    assert in_clb(pipeline) == [new.fingerprint]


def begin_anew(pipeline: Pipeline) -> None:
    """Let a new instance of the poller have its first minute, the one in which it cleans."""
    now = pipeline.world.clock.now()
    ahead = (timedelta(minutes=35) - timedelta(minutes=now.minute, seconds=now.second)) % timedelta(hours=1)
    pipeline.leap(ahead.total_seconds())
    pipeline.instances.pop("job-status-poller", None)
    pipeline.tick()


def test_what_a_disproved_deployment_may_put_back_stays() -> None:
    """No grace at all, and the listener shows another certificate than the new one until it is restored."""
    pipeline = Pipeline(environment={"CERTDROP_CLEANUP_GRACE_DAYS": "0"})
    old, new = bundle(month=9), bundle(month=10)
    pipeline.targets(pipeline.alb_target(), cleanup="superseded")
    pipeline.drop("shop", **old.files)
    pipeline.advance(240)
    real = pipeline.dial

    def dial(host: str, port: int, name: str | None, kind: KeyKind | None = None) -> Handshake:
        shown = real(host, port, name, kind)
        return Handshake(bundle("other.example").fingerprint) if shown.fingerprint == new.fingerprint else shown

    pipeline.dial = dial  # type: ignore[method-assign, assignment]
    pipeline.drop("shop", **new.files)
    for _ in range(14):
        begin_cleaning(pipeline)
        pipeline.advance(60)

    assert pipeline.standings() == [("shop", "disproved", "another-certificate-served")]
    assert in_cas(pipeline) == {old.fingerprint, new.fingerprint}
    assert real(pipeline.world.alb.tls_listeners()[0].address, 443, None).fingerprint == old.fingerprint


def begin_cleaning(pipeline: Pipeline) -> None:
    """Let the poller clean in its next minute."""
    pipeline.instances["job-status-poller"].memory.cleaning.due = pipeline.world.clock.now()
