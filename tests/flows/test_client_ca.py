"""Mutual TLS: a target that names a client CA is never created or served without it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.reconcile.house import Handshake
from certdrop.runtime.machine import TlsDial
from fakecloud.authority import Issued
from fakecloud.clb.certificates import Label
from fakecloud.dataplane.plane import DataPlane
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.flows.instances import TwoInstances
from tests.flows.pipeline import Pipeline

PARTNERS: dict[str, Any] = {"client_ca": {"drop": "partners"}}
IN_FULL = [
    "UploadUserCertificate",
    "UploadCACertificate",
    "UploadServerCertificate",
    "CreateLoadBalancerHTTPSListener",
    "StartLoadBalancerListener",
]


def drop_ca(pipeline: Pipeline, issued: Issued, drop: str = "partners") -> None:
    pipeline.drop(drop, ca_pem=issued.pem.decode())


def checked_against(pipeline: Pipeline) -> str | None:
    """Return the fingerprint of the CA that the CLB listener really checks clients against."""
    shown = pipeline.world.clb.shown(pipeline.clb, 443)
    assert shown
    known = {one.chain.pem.strip(): one.chain.leaf.sha256 for one in pipeline.world.clb.certificates.ca.values()}
    return known[shown.client_ca_pem.strip()] if shown.client_ca_pem else None


def served(pipeline: Pipeline, drop: str = "shop") -> list[str]:
    return [status for _, status, _ in pipeline.standings(drop)]


def never_without(pipeline: Pipeline) -> None:
    """Watch, at every change, that the CLB listener never serves without asking clients."""

    def watch() -> None:
        shown = pipeline.world.clb.shown(pipeline.clb, 443)
        assert shown is None or shown.client_ca_pem

    pipeline.world.clb.on_change.append(watch)


def clb_listener_by_hand(pipeline: Pipeline, client_ca: Issued | None = None) -> None:
    """Make a CLB listener as a person would in the console, serving bundle(month=9)."""
    clb, region = pipeline.world.clb, pipeline.world.region
    made = bundle(month=9)
    server = clb.certificates.upload_server_certificate(
        region, made.fullchain, made.leaf.traditional_key_pem.decode(), Label("by-hand")
    )
    sent: dict[str, Any] = {
        "Bandwidth": -1,
        "BackendServerPort": 8080,
        "HealthCheck": "off",
        "ServerCertificateId": server.certificate_id,
    }
    if client_ca:
        kept = clb.certificates.upload_ca_certificate(region, client_ca.pem.decode(), Label("foreign"))
        sent["CACertificateId"] = kept.certificate_id
    clb.listeners.create_load_balancer_https_listener(region, pipeline.clb, 443, sent)
    clb.listeners.start_load_balancer_listener(region, pipeline.clb, 443)
    pipeline.advance(30)


@pytest.mark.parametrize("seconds", [0, 60, 7200])
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


def alb_authority(pipeline: Pipeline, name: str = "Partners", number: int = 200) -> str:
    return pipeline.world.alb.create_ca_certificate(authority(name, number=number).pem.decode()).id


def test_an_alb_listener_is_created_with_the_client_ca_of_its_id(pipeline: Pipeline) -> None:
    identifier = alb_authority(pipeline)
    pipeline.targets(pipeline.alb_target(client_ca={"certificate_id": identifier}))

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)

    [listener] = pipeline.world.alb.listeners.values()
    assert listener.settings.client_ca
    assert listener.settings.client_ca.id == identifier
    assert served(pipeline) == ["served"]
    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener"]


def test_an_alb_listener_that_exists_gets_the_client_ca_before_its_new_default(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(120)
    before = len(pipeline.wire.sent)

    pipeline.targets(pipeline.alb_target(client_ca={"certificate_id": alb_authority(pipeline)}))
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)

    assert served(pipeline) == ["served"]
    updates = [sent.body for sent in pipeline.wire.sent[before:] if sent.label == "UpdateListenerAttribute"]
    assert [b"CaCertificates" in body for body in updates] == [True, False]


def test_an_alb_target_whose_client_ca_changes_is_served_anew(pipeline: Pipeline) -> None:
    first, second = alb_authority(pipeline), alb_authority(pipeline, "Others", 202)
    pipeline.targets(pipeline.alb_target(client_ca={"certificate_id": first}))
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(120)

    pipeline.targets(pipeline.alb_target(client_ca={"certificate_id": second}))
    pipeline.advance(240)

    [listener] = pipeline.world.alb.listeners.values()
    assert listener.settings.client_ca
    assert listener.settings.client_ca.id == second
    assert served(pipeline) == ["served"]
    assert pipeline.mutations().count("UpdateListenerAttribute") == 1


def test_a_client_ca_that_alb_does_not_know_stalls_with_its_code(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target(client_ca={"certificate_id": "99999999-cn-hangzhou"}))

    pipeline.drop("shop", **bundle().files)
    pipeline.advance(30 * 60)

    assert pipeline.standings() == [("shop", "stalled", "ResourceNotFound.Certificate")]
    assert pipeline.world.alb.listeners == {}


@pytest.fixture
def plane(pipeline: Pipeline) -> Iterator[DataPlane]:
    """Serve the pipeline's listeners on loopback, and let the poller's handshakes find them."""
    plane = DataPlane(pipeline.world)

    def dial(host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        return TlsDial(plane.dial())(host, port, server_name, key_kind)

    pipeline.dial = dial  # type: ignore[method-assign]
    yield plane
    plane.close()


@pytest.mark.parametrize("policy", ["tls_cipher_policy_1_2_strict_with_1_3", "tls_cipher_policy_1_2_strict"])
def test_real_handshakes_prove_bundle_and_client_ca(pipeline: Pipeline, plane: DataPlane, policy: str) -> None:
    target = pipeline.clb_target(**PARTNERS)
    target["listener"]["tls_policy"] = policy
    pipeline.targets(target)

    drop_ca(pipeline, authority())
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(240)

    assert plane.listeners()[0]["status"] == "running"
    assert pipeline.standings() == pipeline.standings("partners") == [("clb", "served", "")]


def test_real_handshakes_find_both_kinds_of_keys_behind_mutual_tls(pipeline: Pipeline, plane: DataPlane) -> None:
    clients: dict[str, Any] = {"client_ca": {"certificate_id": alb_authority(pipeline)}}
    more = pipeline.alb_target("more", role="additional", drops=("ec",), **clients)
    pipeline.targets(pipeline.alb_target(**clients), more)

    pipeline.drop("shop", **bundle().files)
    pipeline.drop("ec", **bundle(key="p-256").files)
    pipeline.advance(240)

    assert plane.listeners()[0]["status"] == "Running"
    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.standings("ec") == [("more", "served", "")]


@pytest.mark.parametrize("seed", range(3))
def test_two_instances_at_every_event_make_the_calls_of_one(seed: int) -> None:
    pipeline = TwoInstances(seed)
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    pipeline.drop("shop", **bundle().files)
    drop_ca(pipeline, authority())

    pipeline.advance(400)

    assert sorted(pipeline.mutations()) == sorted(IN_FULL)
    assert served(pipeline) == served(pipeline, "partners") == ["served"]
