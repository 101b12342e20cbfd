"""What certdrop deletes: only what it imported, what nothing shows and what is of no more use; all else stays."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.reconcile.house import Handshake
from fakecloud.alb.changes import Changes
from fakecloud.clb.certificates import Label
from fakecloud.faults import Fault
from tests.flows.bundles import Made, bundle
from tests.flows.pipeline import Killed, Pipeline, troubled
from tests.flows.receiver import Receiver

HOUR, DAY = 3600.0, 86400.0
GRACE = 7 * DAY
DELETES = ("DeleteUserCertificate", "DeleteServerCertificate")


def clean(pipeline: Pipeline) -> None:
    """Let the poller clean: what it begins is done after a second look, ten minutes later."""
    for seconds in (HOUR, 660):
        memory = pipeline.memories["job-status-poller"].cleaning
        memory.due = memory.due or pipeline.world.clock.now()
        pipeline.leap(seconds)
        pipeline.tick()


def in_cas(pipeline: Pipeline) -> set[str]:
    return {one.chain.leaf.sha256 for one in pipeline.world.cas.certificates.values()}


def in_clb(pipeline: Pipeline) -> list[str]:
    return sorted(one.chain.leaf.sha256 for one in pipeline.world.clb.certificates.server.values())


def deletes(pipeline: Pipeline) -> list[str]:
    return [action for action in pipeline.mutations() if action in DELETES]


def renew(pipeline: Pipeline, drop: str = "shop", *names: str) -> tuple[Made, Made]:
    """Serve a bundle of a drop, and then its successor."""
    old, new = bundle(*names, month=9), bundle(*names, month=10)
    for made in (old, new):
        pipeline.drop(drop, **made.files)
        pipeline.advance(240)
    assert {one["status"] for one in pipeline.report(drop)["deployments"]} == {"served"}
    return old, new


def wait_for_grace(pipeline: Pipeline, days: float = 7) -> None:
    """Let what is unused be found, and its grace go by."""
    clean(pipeline)
    pipeline.leap(days * DAY)


def test_a_superseded_copy_at_clb_goes_after_its_grace_and_the_original_stays_in_cas(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target())
    old, new = renew(pipeline)

    wait_for_grace(pipeline, 6.9)
    clean(pipeline)
    before = in_clb(pipeline)
    pipeline.leap(DAY)
    clean(pipeline)

    assert before == sorted([old.fingerprint, new.fingerprint])
    assert in_clb(pipeline) == [new.fingerprint]
    assert in_cas(pipeline) == {old.fingerprint, new.fingerprint}


def test_superseded_ones_go_from_cas_too_where_the_targets_say_so_after_the_copies_at_clb(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target(), cleanup="superseded")
    _, new = renew(pipeline)
    wait_for_grace(pipeline)

    clean(pipeline)
    clean(pipeline)

    assert in_cas(pipeline) == {new.fingerprint}
    assert in_clb(pipeline) == [new.fingerprint]
    assert deletes(pipeline) == ["DeleteServerCertificate", "DeleteUserCertificate"]


def test_expired_ones_are_cleaned(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    old, new = renew(pipeline)
    pipeline.leap((datetime(2027, 9, 1, tzinfo=timezone.utc) - pipeline.world.clock.now()).total_seconds())
    before = in_cas(pipeline)

    clean(pipeline)

    assert before == {old.fingerprint, new.fingerprint}
    assert in_cas(pipeline) == {new.fingerprint}


def test_an_expired_one_that_a_listener_shows_stays(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target(), cleanup="superseded")
    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(180)

    pipeline.leap(400 * DAY)
    clean(pipeline)

    assert in_cas(pipeline) == {bundle(month=9).fingerprint}
    assert deletes(pipeline) == []


def copy_in_clb(pipeline: Pipeline) -> str:
    """Let CLB hold what it holds a second time, as two uploads at once would leave it; return the second's id."""
    certificates = pipeline.world.clb.certificates
    (first,) = certificates.server.values()
    assert first.reference is not None
    pipeline.leap(1)
    return certificates.refer_to_cas(first.region, first.reference, Label(first.name, tags=first.tags)).certificate_id


def test_a_duplicate_at_clb_is_healed(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)
    first = next(iter(pipeline.world.clb.certificates.server))
    copy_in_clb(pipeline)

    clean(pipeline)

    assert list(pipeline.world.clb.certificates.server) == [first]
    assert pipeline.dial(pipeline.world.clb.tls_listeners()[0].address, 443, None).fingerprint == bundle().fingerprint


def test_a_duplicate_that_a_listener_shows_stays(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)
    second = copy_in_clb(pipeline)
    (listener,) = pipeline.world.clb.listeners.by_address.values()
    listener.settings["ServerCertificateId"] = second

    clean(pipeline)

    assert second in pipeline.world.clb.certificates.server
    assert deletes(pipeline) == []


def test_unrelated_certificates_of_others_stay_whatever_cas_tells_of_their_names(pipeline: Pipeline) -> None:
    """They are older, expired, of the same names, named alike, on the same listener, at CLB: none is certdrop's."""
    world = pipeline.world
    assert not world.cas.returns_alternative_names
    pipeline.targets(
        pipeline.alb_target(),
        pipeline.alb_target("more", role="additional", drops=("blog",)),
        pipeline.clb_target(),
        cleanup="superseded",
    )
    theirs = [
        ("shop", bundle(month=8)),
        ("certdrop-shop.example-0123456789abcdef", bundle(month=7)),
        ("certdrop-by-hand", bundle("blog.example", month=7)),
        ("nameless", bundle("blog.example", month=6)),
    ]
    for name, made in theirs:
        entry = world.cas.upload_user_certificate(name, made.fullchain, made.key)
        world.clb.certificates.upload_server_certificate(
            world.region, made.fullchain, made.leaf.traditional_key_pem.decode(), Label(name)
        )
    renew(pipeline)
    renew(pipeline, "blog", "blog.example")
    (listener,) = world.alb.listeners.values()
    world.alb.associate_additional_certificates_with_listener(listener.id, [entry.cert_identifier])
    pipeline.advance(60)
    shown = set(listener.additional)

    wait_for_grace(pipeline)
    clean(pipeline)
    clean(pipeline)
    pipeline.leap((datetime(2027, 9, 1, tzinfo=timezone.utc) - world.clock.now()).total_seconds())
    clean(pipeline)

    assert {made.fingerprint for _, made in theirs} < in_cas(pipeline)
    assert {made.fingerprint for _, made in theirs} < set(in_clb(pipeline))
    assert set(listener.additional) == shown
    assert in_cas(pipeline) - {made.fingerprint for _, made in theirs} == {
        bundle(month=10).fingerprint,
        bundle("blog.example", month=10).fingerprint,
    }


def test_what_a_listener_of_any_load_balancer_of_the_region_shows_stays(pipeline: Pipeline) -> None:
    """Somebody uses the old certificate by hand, at a load balancer that no target names."""
    world = pipeline.world
    pipeline.targets(pipeline.alb_target(), cleanup="superseded")
    old, new = renew(pipeline)
    elsewhere = world.alb.create_load_balancer().id
    used = next(one for one in world.cas.certificates.values() if one.chain.leaf.sha256 == old.fingerprint)
    changes = Changes(default_certificate=used.cert_identifier, server_groups=(pipeline.group,))
    world.alb.create_listener(elsewhere, "HTTPS", 8443, changes)

    wait_for_grace(pipeline)
    clean(pipeline)

    assert in_cas(pipeline) == {old.fingerprint, new.fingerprint}
    assert pipeline.keys("state/unused/") == pipeline.keys("state/retired/") == []


def test_a_retired_one_that_somebody_shows_before_it_is_deleted_stays(pipeline: Pipeline) -> None:
    world = pipeline.world
    pipeline.targets(pipeline.alb_target(), cleanup="superseded")
    old, new = renew(pipeline)
    wait_for_grace(pipeline)
    pipeline.leap(HOUR)
    pipeline.tick()
    (mark,) = pipeline.keys("state/retired/cas/")
    retired = mark.rsplit("/", 1)[1].removesuffix(".json")
    changes = Changes(default_certificate=retired, server_groups=(pipeline.group,))
    world.alb.create_listener(pipeline.alb, "HTTPS", 8443, changes)

    clean(pipeline)
    clean(pipeline)

    assert in_cas(pipeline) == {old.fingerprint, new.fingerprint}


def test_what_is_served_in_a_region_that_no_target_names_any_more_stays(pipeline: Pipeline) -> None:
    """The targets moved to another region; the old listener goes on serving."""
    world = pipeline.world
    pipeline.targets(pipeline.clb_target(), cleanup="superseded")
    old, new = bundle(month=9), bundle(month=10)
    pipeline.drop("shop", **old.files)
    pipeline.advance(240)
    elsewhere = {**pipeline.clb_target(), "region": "cn-beijing"}
    elsewhere["clb"] = world.clb.create_load_balancer(region="cn-beijing").load_balancer_id
    pipeline.targets(elsewhere, cleanup="superseded")
    pipeline.drop("shop", **new.files)
    pipeline.advance(420)
    assert pipeline.standings() == [("clb", "served", "")]

    wait_for_grace(pipeline)
    clean(pipeline)

    assert in_cas(pipeline) == {old.fingerprint, new.fingerprint}


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
            dead += "job-status-poller" not in pipeline.memories
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
    pipeline.memories.pop("job-status-poller", None)
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
    pipeline.memories["job-status-poller"].cleaning.due = pipeline.world.clock.now()
