"""What certdrop deletes: only what it imported, what nothing shows and what is of no more use; all else stays."""

from datetime import datetime, timezone

from fakecloud.alb.changes import Changes
from fakecloud.clb.certificates import Label
from tests.flows.bundles import bundle
from tests.flows.cleaning import clean, deletes, in_cas, in_clb, renew, wait_for_grace
from tests.flows.pipeline import Pipeline

HOUR, DAY = 3600.0, 86400.0


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
