"""Keys that are removed after they did their work, by certdrop (`keys: delete`) or by hand."""

import httpx
import pytest

from tests.flows.bundles import bundle
from tests.flows.pipeline import BUCKET, POLLER, Pipeline
from tests.flows.receiver import Receiver

KEY = "certs/shop/privkey.pem"
OLD, NEW = bundle(month=9), bundle(month=10, number=1)
SHOP = ("shop", "served", "")


def serve(pipeline: Pipeline, *, keys: str = "delete") -> None:
    """Serve a bundle, and let the poller come to the minute in which it looks for keys."""
    pipeline.targets(pipeline.alb_target(), keys=keys)
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(660)


def remove(pipeline: Pipeline, key: str = KEY) -> None:
    """Delete an object by hand."""
    del pipeline.world.oss.buckets[BUCKET].objects[key]


def test_a_key_is_deleted_once_everything_it_was_dropped_for_is_served(pipeline: Pipeline) -> None:
    pipeline.webhook = Receiver()

    serve(pipeline)

    names = [key.rsplit("/", 1)[1] for key in pipeline.keys("certs/shop/")]
    assert names == ["cert.pem", "chain.pem", "fullchain.pem"]
    assert pipeline.webhook.told("key-discarded") == ["key-discarded"]


def test_a_key_is_retained_unless_the_targets_say_so(pipeline: Pipeline) -> None:
    serve(pipeline, keys="retain")

    assert pipeline.keys(KEY) == [KEY]


def test_a_key_stays_while_one_deployment_is_open_or_was_refused(pipeline: Pipeline) -> None:
    """CLB takes no EC key; the additional place waits for its listener."""
    waiting = pipeline.alb_target("late", role="additional", port=8443)
    pipeline.targets(pipeline.alb_target(), waiting, keys="delete")
    pipeline.drop("shop", **OLD.files)
    pipeline.drop("ec", **bundle("ec.example", key="p-256").files)
    pipeline.advance(660)
    pipeline.targets(pipeline.alb_target(), waiting, pipeline.clb_target(drops=("ec",)), keys="delete")
    pipeline.advance(660)

    assert pipeline.keys(KEY) == [KEY]
    assert pipeline.keys("certs/ec/privkey.pem") == ["certs/ec/privkey.pem"]


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_snapshot_that_lacks_only_the_key_keeps_the_verdict_of_the_one_that_was_served(
    pipeline: Pipeline, *, by_hand: bool
) -> None:
    pipeline.webhook = Receiver()
    serve(pipeline, keys="retain" if by_hand else "delete")
    if by_hand:
        remove(pipeline)
    mutations = pipeline.mutations()
    pipeline.advance(1300)
    report = pipeline.report()

    assert report["verdict"] == "accepted"
    assert pipeline.standings() == [SHOP]
    assert "no-key" not in str(report)
    assert pipeline.keys("state/open/") == []
    assert pipeline.mutations() == mutations
    assert pipeline.webhook.told("drop-waiting", "drop-refused") == []


def test_new_targets_find_a_served_bundle_without_its_key_in_cas(pipeline: Pipeline) -> None:
    """The place that is served already is left alone; the new one takes the certificate from CAS."""
    serve(pipeline)
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("second", port=8443), keys="delete")

    pipeline.advance(300)

    assert sorted(pipeline.standings()) == [("second", "served", ""), SHOP]
    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener", "CreateListener"]


def test_a_later_renewal_with_its_key_is_served(pipeline: Pipeline) -> None:
    serve(pipeline)
    pipeline.drop("shop", **NEW.files)

    pipeline.advance(900)

    assert pipeline.standings() == [SHOP]
    assert pipeline.dial(pipeline.world.alb.tls_listeners()[0].address, 443, None).fingerprint == NEW.fingerprint
    assert pipeline.keys(KEY) == []


def test_a_newer_key_is_never_deleted(pipeline: Pipeline) -> None:
    """It comes after the poller listed the drop: the old certificate is served, the new one is still to come."""
    pipeline.targets(pipeline.alb_target(), keys="delete")
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(420)

    def renew(number: int, when: str) -> None:
        sent = pipeline.wire.sent[number - 1]
        listed = httpx.URL(sent.url).params.get("prefix")
        if (sent.function, listed, when) == (POLLER, "certs/", "after"):
            pipeline.put(KEY, NEW.key)

    pipeline.wire.trouble = renew
    pipeline.advance(120)

    assert pipeline.keys(KEY) == [KEY]
    assert pipeline.world.oss.buckets[BUCKET].objects[KEY].body == NEW.key.encode()


def test_work_that_needs_a_key_that_is_gone_stalls_and_says_what_to_do(pipeline: Pipeline) -> None:
    serve(pipeline)
    pipeline.world.cas.certificates.clear()
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("second", port=8443), keys="delete")

    pipeline.advance(300)
    (stalled,) = [one for one in pipeline.report()["deployments"] if one["target"] == "second"]
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(600)

    assert (stalled["status"], stalled["code"]) == ("stalled", "key-removed")
    assert stalled["remedy"] == "drop the certificate and its key again"
    assert sorted(pipeline.standings()) == [("second", "served", ""), SHOP]


def test_a_file_that_holds_certificate_and_key_is_deleted_whole(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target(), keys="delete")
    pipeline.drop("shop", all_pem=OLD.fullchain + OLD.key)

    pipeline.advance(1300)

    assert pipeline.keys("certs/shop/") == []
    assert pipeline.standings() == [SHOP]
