"""A client CA that another of its drop succeeded goes from CLB as server certificates do; all others stay."""

from typing import Any

import pytest

from fakecloud.authority import Issued
from fakecloud.clb.certificates import Label
from fakecloud.faults import Fault
from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.flows.cleaning import clean, wait_for_grace
from tests.flows.mutual_tls import PARTNERS, checked_against, drop_ca
from tests.flows.pipeline import Pipeline

HOUR, DAY = 3600.0, 86400.0
OLD, NEW = authority(), authority(number=201, month=10)
DELETE = "DeleteCACertificate"


@pytest.fixture
def rotated(pipeline: Pipeline) -> Pipeline:
    """A CLB listener whose clients were checked against OLD, and are checked against NEW."""
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    pipeline.drop("shop", **bundle().files)
    for made in (OLD, NEW):
        drop_ca(pipeline, made)
        pipeline.advance(300)
    assert checked_against(pipeline) == NEW.fingerprint
    return pipeline


def authorities(pipeline: Pipeline) -> set[str]:
    return {one.chain.leaf.sha256 for one in pipeline.world.clb.certificates.ca.values()}


def upload_by_hand(pipeline: Pipeline, made: Issued, name: str) -> None:
    clb, region = pipeline.world.clb, pipeline.world.region
    clb.certificates.upload_ca_certificate(region, made.pem.decode(), Label(name))


def deletes(pipeline: Pipeline) -> int:
    return pipeline.mutations().count(DELETE)


def test_a_superseded_client_ca_goes_after_its_grace(rotated: Pipeline) -> None:
    wait_for_grace(rotated, 6.9)
    clean(rotated)
    before = authorities(rotated)
    rotated.leap(DAY)
    clean(rotated)

    assert before == {OLD.fingerprint, NEW.fingerprint}
    assert authorities(rotated) == {NEW.fingerprint}
    assert checked_against(rotated) == NEW.fingerprint
    clean(rotated)
    assert (deletes(rotated), rotated.keys("state/unused/")) == (1, [])


def test_a_retired_record_precedes_the_delete_of_a_client_ca(rotated: Pipeline) -> None:
    wait_for_grace(rotated)
    rotated.leap(HOUR)
    rotated.tick()

    [mark] = rotated.keys("state/retired/clb.cn-hangzhou/")
    assert rotated.read(mark)["fingerprint"] == OLD.fingerprint
    assert deletes(rotated) == 0


def test_a_refused_delete_of_a_client_ca_is_tried_again_later(rotated: Pipeline) -> None:
    wait_for_grace(rotated)
    refusal = Fault("clb", DELETE, status=400, code="CertificateAndPrivateKeyIsRefered")
    rotated.world.faults.add(refusal)
    clean(rotated)
    refused = authorities(rotated)
    clean(rotated)

    assert refused == {OLD.fingerprint, NEW.fingerprint}
    assert [line["code"] for line in rotated.lines("certificate-not-deleted")] == [refusal.code]
    assert authorities(rotated) == {NEW.fingerprint}


def test_a_client_ca_that_any_listener_refers_to_stays(rotated: Pipeline) -> None:
    clb, region = rotated.world.clb, rotated.world.region
    [old] = [one for one in clb.certificates.ca.values() if one.chain.leaf.sha256 == OLD.fingerprint]
    [server] = clb.certificates.server.values()
    elsewhere = clb.create_load_balancer().load_balancer_id
    sent: dict[str, Any] = {"Bandwidth": -1, "BackendServerPort": 8080, "ServerCertificateId": server.certificate_id}
    sent["CACertificateId"] = old.certificate_id
    clb.listeners.create_load_balancer_https_listener(region, elsewhere, 8443, sent)
    wait_for_grace(rotated)
    clean(rotated)

    assert authorities(rotated) == {OLD.fingerprint, NEW.fingerprint}
    assert (deletes(rotated), rotated.keys("state/retired/")) == (0, [])


def test_what_others_brought_or_another_drop_uses_stays(rotated: Pipeline) -> None:
    foreign, other = authority("Foreign", number=202), authority("Staff", number=203)
    upload_by_hand(rotated, foreign, "foreign")
    upload_by_hand(rotated, authority("Untagged", number=204), "certdrop-ca-0123456789abcdef")
    rotated.clb = rotated.world.clb.create_load_balancer().load_balancer_id
    targets = [rotated.clb_target(**PARTNERS), rotated.clb_target("staff", port=8443, client_ca={"drop": "staff"})]
    rotated.targets(*targets)
    drop_ca(rotated, other, "staff")
    rotated.advance(600)
    before = authorities(rotated)
    wait_for_grace(rotated)
    clean(rotated)

    assert len(before) == 5
    assert authorities(rotated) == before - {OLD.fingerprint}


def test_a_client_ca_of_a_drop_that_no_target_names_any_more_stays(rotated: Pipeline) -> None:
    rotated.targets(rotated.clb_target())
    wait_for_grace(rotated)
    clean(rotated)

    assert authorities(rotated) == {OLD.fingerprint, NEW.fingerprint}


def test_a_retired_client_ca_is_never_chosen_again_only_imported_anew(rotated: Pipeline) -> None:
    """Another drop brings the CA that was retired a moment ago."""
    wait_for_grace(rotated)
    rotated.leap(HOUR)
    rotated.tick()
    [mark] = rotated.keys("state/retired/clb.cn-hangzhou/")
    retired = mark.rsplit("/", 1)[1].removesuffix(".json")
    rotated.targets(rotated.clb_target(**PARTNERS), rotated.clb_target("late", port=8443, client_ca={"drop": "late"}))
    drop_ca(rotated, OLD, "late")
    rotated.advance(600)
    clean(rotated)

    used = {one.settings.get("CACertificateId") for one in rotated.world.clb.listeners.by_address.values()}
    assert len(used) == 2
    assert retired not in used
    assert retired not in rotated.world.clb.certificates.ca
    assert authorities(rotated) == {OLD.fingerprint, NEW.fingerprint}
