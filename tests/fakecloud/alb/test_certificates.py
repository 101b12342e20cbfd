"""Additional certificates: associated, shown, dissociated, and what is refused."""

import pytest

from fakecloud.alb.models import Alb
from fakecloud.alb.resources import Edition, Listener
from fakecloud.authority import root_ca
from fakecloud.world import World
from tests.fakecloud.alb.scene import Scene, refused


def statuses(listener: Listener) -> dict[str, str]:
    return {certificate_id: association.status for certificate_id, association in listener.additional.items()}


def names_shown(alb: Alb, load_balancer_id: str) -> list[str]:
    shown = alb.shown(load_balancer_id, 443)
    assert shown is not None
    return [chain.names[0] for chain in shown.additional]


def test_associated_certificates_are_shown_when_their_job_is_done(scene: Scene) -> None:
    listener = scene.run()
    one, two = scene.certificate("one.example"), scene.certificate("two.example")
    scene.alb.associate_additional_certificates_with_listener(listener.id, [one, two])
    assert statuses(listener) == {one: "Associating", two: "Associating"}
    assert scene.status(listener) == "Configuring"
    assert names_shown(scene.alb, scene.load_balancer_id) == []

    scene.settle()

    assert statuses(listener) == {one: "Associated", two: "Associated"}
    assert scene.status(listener) == "Running"
    assert names_shown(scene.alb, scene.load_balancer_id) == ["one.example", "two.example"]


def test_an_association_that_fails_leaves_nothing(scene: Scene) -> None:
    listener = scene.run()
    scene.alb.fail_next_job("AssociateAdditionalCertificatesWithListener")
    scene.associate(listener, scene.certificates(2))

    assert statuses(listener) == {}
    assert scene.status(listener) == "Running"


def test_dissociated_certificates_are_shown_until_their_job_is_done(scene: Scene) -> None:
    listener = scene.run()
    one, two = scene.certificate("one.example"), scene.certificate("two.example")
    scene.associate(listener, [one, two])
    scene.alb.dissociate_additional_certificates_from_listener(listener.id, [one])
    assert statuses(listener) == {one: "Diassociating", two: "Associated"}
    assert names_shown(scene.alb, scene.load_balancer_id) == ["one.example", "two.example"]

    scene.settle()

    assert statuses(listener) == {two: "Associated"}
    assert names_shown(scene.alb, scene.load_balancer_id) == ["two.example"]


def test_a_dissociation_that_fails_leaves_the_certificates_associated(scene: Scene) -> None:
    listener = scene.run()
    [one] = scene.certificates(1)
    scene.associate(listener, [one])
    scene.alb.fail_next_job("DissociateAdditionalCertificatesFromListener")
    scene.alb.dissociate_additional_certificates_from_listener(listener.id, [one])
    scene.settle()

    assert statuses(listener) == {one: "Associated"}


def test_a_dissociation_that_is_only_tried_changes_nothing(scene: Scene) -> None:
    listener = scene.run()
    [one] = scene.certificates(1)
    scene.associate(listener, [one])

    with refused("DryRunOperation"):
        scene.alb.dissociate_additional_certificates_from_listener(listener.id, [one], dry_run=True)
    assert statuses(listener) == {one: "Associated"}


@pytest.mark.parametrize(("edition", "quota"), [("Basic", 10), ("Standard", 25), ("StandardWithWaf", 25)])
def test_the_quota_of_additional_certificates_is_by_edition_and_excludes_the_default_one(
    world: World, edition: Edition, quota: int
) -> None:
    scene = Scene.of(world, edition=edition)
    listener = scene.run()
    certificates = scene.certificates(quota + 1)
    for start in range(0, quota, 10):
        scene.associate(listener, certificates[start : min(start + 10, quota)])
    assert len(listener.additional) == quota

    with refused("ResourceQuotaExceeded.LoadBalancerCertificatesNum") as caught:
        scene.alb.associate_additional_certificates_with_listener(listener.id, certificates[-1:])
    assert f"{scene.load_balancer_id}, usage {quota}/{quota}" in caught.value.message
    assert f"certificates_num_{edition.lower()}_edition" in caught.value.message


def test_a_certificate_counts_once_for_every_listener_that_has_it(scene: Scene) -> None:
    scene.alb.limits.additional_certificates["Standard"] = 3
    one, two = scene.certificates(2)
    first, second = scene.run(443), scene.run(8443)
    scene.associate(first, [one, two])
    scene.associate(second, [one])

    with refused("ResourceQuotaExceeded.LoadBalancerCertificatesNum"):
        scene.alb.associate_additional_certificates_with_listener(second.id, [two])


def test_a_certificate_that_is_associated_already_is_refused(scene: Scene) -> None:
    listener = scene.run()
    [one] = scene.certificates(1)
    scene.associate(listener, [one])

    with refused("ResourceAlreadyAssociated.Certificate"):
        scene.alb.associate_additional_certificates_with_listener(listener.id, [one])


def test_the_default_certificate_is_no_additional_one(scene: Scene) -> None:
    default = scene.certificate()
    listener = scene.run(default_certificate=default)

    with refused("OperationDenied.DefaultCertificateUsed"):
        scene.alb.associate_additional_certificates_with_listener(listener.id, [default])
    with refused("OperationDenied.DefaultCertificateUsed"):
        scene.alb.dissociate_additional_certificates_from_listener(listener.id, [default])


def test_an_http_listener_has_no_certificates(scene: Scene) -> None:
    listener = scene.run(80, "HTTP")

    with refused("OperationDenied.HttpListenerNotSupport"):
        scene.alb.associate_additional_certificates_with_listener(listener.id, scene.certificates(1))
    with refused("OperationDenied.HttpListenerNotSupport"):
        scene.alb.dissociate_additional_certificates_from_listener(listener.id, scene.certificates(1))


def test_a_quic_listener_takes_additional_certificates(scene: Scene) -> None:
    listener = scene.run(443, "QUIC")
    [one] = scene.certificates(1)
    scene.associate(listener, [one])

    assert statuses(listener) == {one: "Associated"}


def test_a_certificate_must_be_a_server_certificate_in_cas(scene: Scene) -> None:
    listener = scene.run()
    authority = root_ca()
    kept = scene.world.cas.upload_user_certificate("ca", authority.pem.decode(), authority.key_pem.decode())

    with refused("ResourceNotFound.Certificate", 404):
        scene.alb.associate_additional_certificates_with_listener(listener.id, ["1-cn-hangzhou"])
    with refused("InvalidParameter"):
        scene.alb.associate_additional_certificates_with_listener(listener.id, [kept.cert_identifier])


def test_one_bad_certificate_refuses_the_whole_call(scene: Scene) -> None:
    listener = scene.run()
    good, *_ = scene.certificates(1)

    with refused("ResourceNotFound.Certificate", 404):
        scene.alb.associate_additional_certificates_with_listener(listener.id, [good, "1-cn-hangzhou"])
    assert statuses(listener) == {}


def test_the_same_certificate_twice_in_a_call_is_refused(scene: Scene) -> None:
    listener = scene.run()

    with refused("InvalidParameter"):
        scene.alb.associate_additional_certificates_with_listener(listener.id, scene.certificates(1) * 2)


def test_an_association_needs_the_default_certificate_in_cas(scene: Scene) -> None:
    listener = scene.run()
    scene.world.cas.certificates.clear()

    with refused("OperationFailed.DefaultCertificateNotFound"):
        scene.alb.associate_additional_certificates_with_listener(listener.id, scene.certificates(1))


def test_a_dissociation_takes_ten_certificates_unless_more_are_allowed(scene: Scene) -> None:
    listener = scene.run()
    certificates = scene.certificates(11)
    scene.associate(listener, certificates)
    with refused("InvalidParameter"):
        scene.alb.dissociate_additional_certificates_from_listener(listener.id, certificates)
    scene.alb.limits.dissociate_call = 20

    scene.alb.dissociate_additional_certificates_from_listener(listener.id, certificates)
    scene.settle()
    assert statuses(listener) == {}


def test_a_dissociation_tells_unknown_certificates_from_those_not_associated(scene: Scene) -> None:
    listener = scene.run()

    with refused("ResourceNotFound.Certificate", 404):
        scene.alb.dissociate_additional_certificates_from_listener(listener.id, ["1-cn-hangzhou"])
    with refused("ResourceNotAssociated.Certificate"):
        scene.alb.dissociate_additional_certificates_from_listener(listener.id, scene.certificates(1))


def test_certificates_of_an_unknown_or_foreign_listener_are_refused(scene: Scene) -> None:
    with refused("ResourceNotFound.Listener", 404):
        scene.alb.associate_additional_certificates_with_listener("lsn-nowhere", scene.certificates(1))
    listener = scene.run()
    listener.load_balancer.owner = "9999999999999999"

    with refused("Forbidden.LoadBalancer", 403):
        scene.alb.associate_additional_certificates_with_listener(listener.id, scene.certificates(1))
