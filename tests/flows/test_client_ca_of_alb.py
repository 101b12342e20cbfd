"""Mutual TLS on ALB, whose targets name a CA by its id; and real handshakes with both kinds of load balancers."""

from collections.abc import Iterator
from typing import Any

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.reconcile.house import Handshake
from certdrop.runtime.machine import TlsDial
from fakecloud.dataplane.plane import DataPlane
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.flows.mutual_tls import (
    PARTNERS,
    alb_authority,
    drop_ca,
    served,
)
from tests.flows.pipeline import Pipeline


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
