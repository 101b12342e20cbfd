"""Mutual TLS on CLB: a target that names the drop of a client CA is never created or served without it."""

from dataclasses import replace
from typing import Any

import pytest

from fakecloud.clb.certificates import Label
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.flows.instances import TwoInstances
from tests.flows.mutual_tls import (
    IN_FULL,
    PARTNERS,
    checked_against,
    clb_listener_by_hand,
    drop_ca,
    never_without,
    served,
)
from tests.flows.pipeline import Pipeline
from tests.flows.receiver import Receiver


@pytest.mark.parametrize("seconds", [0, 60, 2400])  # at 40 minutes what waits stalls, and is due in 6
@pytest.mark.parametrize("first", ["ca", "shop"])
def test_the_listener_is_created_with_its_client_ca_whichever_comes_first(
    pipeline: Pipeline, first: str, seconds: int
) -> None:
    never_without(pipeline)
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    drops = [lambda: drop_ca(pipeline, authority()), lambda: pipeline.drop("shop", **bundle().files)]
    if first == "shop":
        drops.reverse()

    drops[0]()
    pipeline.advance(seconds)
    before = pipeline.mutations()
    drops[1]()
    pipeline.advance(240)

    assert set(before) <= {"UploadUserCertificate", "UploadCACertificate", "UploadServerCertificate"}
    assert sorted(pipeline.mutations()) == sorted(IN_FULL)
    assert served(pipeline) == served(pipeline, "partners") == ["served"]
    assert checked_against(pipeline) == authority().fingerprint
    assert pipeline.keys("state/open/") == []


def test_without_its_client_ca_a_bundle_waits_and_its_report_says_for_what(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    pipeline.drop("shop", **bundle().files)

    pipeline.advance(20 * 60)

    [deployment] = pipeline.report()["deployments"]
    assert (deployment["status"], deployment["code"]) == ("stalled", "client-ca-missing")
    assert "certs/partners/" in deployment["remedy"]
    assert pipeline.mutations() == ["UploadUserCertificate", "UploadServerCertificate"]


def test_a_listener_that_exists_gets_the_client_ca_before_its_new_default(pipeline: Pipeline) -> None:
    clb_listener_by_hand(pipeline)
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    before = len(pipeline.world.calls.entries)

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)
    waiting = pipeline.mutations(since=before)
    drop_ca(pipeline, authority())
    pipeline.advance(300)

    assert waiting == ["UploadUserCertificate", "UploadServerCertificate"]
    assert pipeline.mutations(since=before)[2:] == [
        "UploadCACertificate",
        *["SetLoadBalancerHTTPSListenerAttribute"] * 2,
    ]
    assert served(pipeline) == served(pipeline, "partners") == ["served"]
    assert checked_against(pipeline) == authority().fingerprint


def test_a_renewed_ca_replaces_its_predecessor_and_an_older_one_changes_nothing(pipeline: Pipeline) -> None:
    old, new = authority(month=9), authority(key="p-256", number=201, month=10)
    older = authority(number=203, month=8)
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    pipeline.drop("shop", **bundle().files)
    drop_ca(pipeline, old)
    pipeline.advance(240)

    drop_ca(pipeline, new)
    pipeline.advance(240)
    renewed = checked_against(pipeline)
    drop_ca(pipeline, older)
    pipeline.advance(240)

    assert renewed == checked_against(pipeline) == new.fingerprint
    assert served(pipeline, "partners") == ["superseded"]
    assert pipeline.mutations().count("UploadCACertificate") <= 3


@pytest.mark.parametrize("seconds", [20, 45])
def test_a_renewed_ca_replaces_one_that_is_not_proved_yet(pipeline: Pipeline, seconds: int) -> None:
    old, new = authority(month=9), authority(key="p-256", number=201, month=10)
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    pipeline.drop("shop", **bundle().files)
    drop_ca(pipeline, old)
    pipeline.advance(seconds)

    drop_ca(pipeline, new)
    pipeline.advance(400)

    assert served(pipeline) == served(pipeline, "partners") == ["served"]
    assert checked_against(pipeline) == new.fingerprint


def test_a_rotation_tells_in_the_report_and_in_a_notice_that_clients_of_the_former_ca_are_refused(
    pipeline: Pipeline,
) -> None:
    pipeline.webhook = Receiver()
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    pipeline.drop("shop", **bundle().files)
    drop_ca(pipeline, authority(month=9))
    pipeline.advance(240)
    pipeline.webhook.taken.clear()

    drop_ca(pipeline, authority(key="p-256", number=201, month=10))
    pipeline.advance(240)

    [notice] = pipeline.webhook.taken
    [deployment] = pipeline.report("partners")["deployments"]
    assert notice["event"] == "deployment-served"
    assert notice["code"] == deployment["code"] == "client-ca-rotated"
    assert notice["message"] == deployment["message"]
    assert f"certdrop-ca-{authority(month=9).fingerprint[:16]} issued are refused from now on" in notice["message"]


def test_a_server_renewal_after_the_listener_was_deleted_brings_the_client_ca_back(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    drop_ca(pipeline, authority())
    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(240)
    never_without(pipeline)
    pipeline.world.clb.listeners.delete_load_balancer_listener(pipeline.world.region, pipeline.clb, 443)

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)

    assert served(pipeline) == served(pipeline, "partners") == ["served"]
    assert checked_against(pipeline) == authority().fingerprint
    assert pipeline.mutations().count("UploadCACertificate") == 1


def test_a_ca_that_somebody_took_away_is_back_before_the_next_renewal_is_served(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    drop_ca(pipeline, authority())
    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(240)
    pipeline.world.clb.listeners.set_load_balancer_https_listener_attribute(
        pipeline.world.region, pipeline.clb, 443, {"CACertificateId": ""}
    )
    pipeline.advance(30)
    taken = checked_against(pipeline)

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(300)

    assert taken is None
    assert served(pipeline) == ["served"]
    assert checked_against(pipeline) == authority().fingerprint


def test_another_ones_client_ca_is_left_alone_and_nothing_is_served_beside_it(pipeline: Pipeline) -> None:
    foreign = authority("Foreign", number=202)
    clb_listener_by_hand(pipeline, foreign)
    pipeline.targets(pipeline.clb_target(**PARTNERS))

    drop_ca(pipeline, authority())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)

    assert pipeline.standings("partners") == [("clb", "refused", "slot-taken")]
    assert pipeline.standings() == [("clb", "stalled", "client-ca-taken")]
    assert checked_against(pipeline) == foreign.fingerprint
    assert "SetLoadBalancerHTTPSListenerAttribute" not in pipeline.mutations()


def test_a_client_ca_that_the_region_holds_already_is_used_and_not_uploaded(pipeline: Pipeline) -> None:
    keep = pipeline.world.clb.certificates.upload_ca_certificate
    first = keep(pipeline.world.region, authority().pem.decode(), Label("by-hand"))
    pipeline.advance(5)
    keep(pipeline.world.region, authority().pem.decode(), Label("again"))
    pipeline.targets(pipeline.clb_target(**PARTNERS))

    drop_ca(pipeline, authority())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)

    listener = pipeline.world.clb.listeners.get_https(pipeline.world.region, pipeline.clb, 443)
    assert listener.settings["CACertificateId"] == first.certificate_id
    assert "UploadCACertificate" not in pipeline.mutations()
    assert served(pipeline) == served(pipeline, "partners") == ["served"]


def test_one_ca_serves_the_listeners_of_every_target_that_names_its_drop(pipeline: Pipeline) -> None:
    pipeline.targets(
        pipeline.clb_target(**PARTNERS), pipeline.clb_target("second", port=8443, **PARTNERS), pipeline.alb_target()
    )

    drop_ca(pipeline, authority())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(400)

    assert served(pipeline) == ["served"] * 3
    assert sorted(pipeline.standings("partners")) == [("clb", "served", ""), ("second", "served", "")]
    assert pipeline.mutations().count("UploadCACertificate") == 1


def test_a_listener_that_does_not_ask_clients_is_disproved(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    shown = pipeline.world.clb.shown

    def forgetful(load_balancer: str, port: int) -> Any:
        found = shown(load_balancer, port)
        return replace(found, client_ca_pem=None) if found else None

    pipeline.world.clb.shown = forgetful  # type: ignore[method-assign, assignment]
    drop_ca(pipeline, authority())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(20 * 60)

    assert served(pipeline) == ["served"]
    assert pipeline.standings("partners") == [("clb", "disproved", "clients-not-asked")]


def test_a_renewed_ca_that_is_disproved_gives_way_to_the_one_before(pipeline: Pipeline) -> None:
    old, new = authority(month=9), authority(number=201, month=10)
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    drop_ca(pipeline, old)
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)
    dial = pipeline.dial
    pipeline.dial = lambda *asked: type(dial(*asked))(dial(*asked).fingerprint)  # type: ignore[method-assign]

    drop_ca(pipeline, new)
    pipeline.advance(20 * 60)

    assert pipeline.standings("partners") == [("clb", "disproved", "clients-not-asked")]
    assert checked_against(pipeline) == old.fingerprint


@pytest.mark.parametrize("seed", range(2))
def test_two_instances_at_every_event_make_the_calls_of_one(seed: int) -> None:
    pipeline = TwoInstances(seed)
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    pipeline.drop("shop", **bundle().files)
    drop_ca(pipeline, authority())

    pipeline.advance(400)

    assert sorted(pipeline.mutations()) == sorted(IN_FULL)
    assert served(pipeline) == served(pipeline, "partners") == ["served"]
