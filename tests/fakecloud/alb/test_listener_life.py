"""A listener from Provisioning to its end, and who sees what meanwhile."""

import dataclasses
import re
from collections.abc import Callable

import pytest

from fakecloud.alb.changes import Changes
from fakecloud.alb.models import Alb
from tests.fakecloud.alb.scene import Scene, issue, refused


def test_ids_and_dns_names_have_the_vendors_shapes(scene: Scene) -> None:
    listener = scene.create()
    load_balancer = listener.load_balancer

    assert re.fullmatch(r"alb-[0-9a-z]{18}", load_balancer.id)
    assert re.fullmatch(r"lsn-[0-9a-z]{18}", listener.id)
    assert re.fullmatch(r"sgp-[0-9a-z]{16}", scene.server_group_id)
    assert load_balancer.dns_name == f"{load_balancer.id}.cn-hangzhou.alb.aliyuncsslb.com"


def test_a_new_listener_is_provisioning_and_shows_nothing_until_it_runs(scene: Scene) -> None:
    listener = scene.create()
    scene.world.advance(scene.world.timing.provisioning - 0.1)
    assert scene.status(listener) == "Provisioning"
    assert scene.alb.shown(scene.load_balancer_id, 443) is None

    scene.world.advance(0.2)

    assert scene.status(listener) == "Running"
    shown = scene.alb.shown(scene.load_balancer_id, 443)
    assert shown is not None
    assert shown.default.names == ("shop.example",)
    assert shown.default.kind == "ec"
    assert shown.default.key_pem == issue("shop.example").key_pem.decode()
    assert shown.additional == ()
    assert shown.client_ca_pem is None
    assert shown.minimum_tls == "1.0"


def test_a_listener_whose_creation_fails_is_gone_and_its_port_is_free(scene: Scene) -> None:
    scene.alb.fail_next_job("CreateListener")
    listener = scene.run()
    with refused("ResourceNotFound.Listener", 404):
        scene.alb.get_listener(listener.id)

    assert scene.run().status == "Running"


def test_a_new_default_certificate_is_shown_when_its_job_is_done(scene: Scene) -> None:
    listener = scene.run()
    new = scene.certificate("new.example")
    scene.alb.update_listener_attribute(listener.id, Changes(default_certificate=new))
    assert scene.status(listener) == "Configuring"
    before = scene.alb.shown(scene.load_balancer_id, 443)
    assert before is not None
    assert before.default.names == ("shop.example",)

    scene.settle()

    after = scene.alb.shown(scene.load_balancer_id, 443)
    assert after is not None
    assert after.default.names == ("new.example",)
    assert scene.status(listener) == "Running"


def test_an_update_that_fails_leaves_everything_as_it_was(scene: Scene) -> None:
    listener = scene.run()
    before = listener.settings
    scene.alb.fail_next_job("UpdateListenerAttribute")
    scene.alb.update_listener_attribute(listener.id, Changes(default_certificate=scene.certificate("new.example")))
    scene.settle()

    assert listener.settings == before
    assert scene.status(listener) == "Running"


def test_an_additional_certificate_that_becomes_the_default_one_is_no_longer_additional(scene: Scene) -> None:
    listener = scene.run()
    extra = scene.certificate("extra.example")
    scene.associate(listener, [extra])
    scene.alb.update_listener_attribute(listener.id, Changes(default_certificate=extra))
    scene.settle()

    assert listener.additional == {}
    assert listener.settings.default is not None
    assert listener.settings.default.id == extra


def test_a_stopped_listener_shows_nothing_and_can_be_started_again(scene: Scene) -> None:
    listener = scene.run()
    scene.alb.stop_listener(listener.id)
    assert scene.status(listener) == "Configuring"
    assert scene.alb.shown(scene.load_balancer_id, 443) is not None
    scene.settle()
    assert scene.status(listener) == "Stopped"
    assert scene.alb.shown(scene.load_balancer_id, 443) is None

    scene.alb.start_listener(listener.id)
    assert scene.alb.shown(scene.load_balancer_id, 443) is None
    scene.settle()

    assert scene.status(listener) == "Running"
    assert scene.alb.shown(scene.load_balancer_id, 443) is not None


def test_a_stopped_listener_can_be_changed_and_stays_stopped(scene: Scene) -> None:
    listener = scene.run()
    scene.alb.stop_listener(listener.id)
    scene.settle()
    scene.associate(listener, [scene.certificate("extra.example")])

    assert scene.status(listener) == "Stopped"
    assert scene.alb.shown(scene.load_balancer_id, 443) is None


def test_a_deleted_listener_serves_until_it_is_gone(scene: Scene) -> None:
    listener = scene.run()
    scene.alb.delete_listener(listener.id)
    assert scene.alb.shown(scene.load_balancer_id, 443) is not None

    scene.settle()

    assert scene.alb.shown(scene.load_balancer_id, 443) is None
    with refused("ResourceNotFound.Listener", 404):
        scene.alb.get_listener(listener.id)


@pytest.mark.parametrize("action", ["DeleteListener", "StopListener"])
def test_a_listener_whose_end_fails_goes_on(scene: Scene, action: str) -> None:
    listener = scene.run()
    scene.alb.fail_next_job(action)
    scene.call(action, ListenerId=listener.id)
    scene.settle()

    assert scene.status(listener) == "Running"
    assert scene.alb.shown(scene.load_balancer_id, 443) is not None


BUSY: dict[str, tuple[str, Callable[[Alb, str], object]]] = {
    "update": ("IncorrectStatus.Listener", lambda alb, id_: alb.update_listener_attribute(id_, Changes(gzip=False))),
    "start": ("IncorrectStatus.Listener", lambda alb, id_: alb.start_listener(id_)),
    "stop": ("IncorrectStatus.Listener", lambda alb, id_: alb.stop_listener(id_)),
    "delete": ("ResourceInConfiguring.Listener", lambda alb, id_: alb.delete_listener(id_)),
    "associate": (
        "ResourceInConfiguring.Listener",
        lambda alb, id_: alb.associate_additional_certificates_with_listener(id_, ["1-cn-hangzhou"]),
    ),
    "dissociate": (
        "ResourceInConfiguring.Listener",
        lambda alb, id_: alb.dissociate_additional_certificates_from_listener(id_, ["1-cn-hangzhou"]),
    ),
}


@pytest.mark.parametrize("name", BUSY)
def test_a_listener_takes_one_change_at_a_time(scene: Scene, name: str) -> None:
    code, change = BUSY[name]
    listener = scene.run()
    scene.alb.update_listener_attribute(listener.id, Changes(description="busy"))

    with refused(code):
        change(scene.alb, listener.id)


@pytest.mark.parametrize("name", BUSY)
def test_a_listener_that_is_provisioning_takes_no_change(scene: Scene, name: str) -> None:
    listener = scene.create()

    with refused("IncorrectStatus.Listener"):
        BUSY[name][1](scene.alb, listener.id)


def test_start_wants_a_stopped_listener_and_stop_a_running_one(scene: Scene) -> None:
    listener = scene.run()
    with refused("IncorrectStatus.Listener"):
        scene.alb.start_listener(listener.id)
    scene.alb.stop_listener(listener.id)
    scene.settle()

    with refused("IncorrectStatus.Listener"):
        scene.alb.stop_listener(listener.id)


def test_every_change_of_what_may_be_shown_is_told(scene: Scene) -> None:
    told: list[str] = []
    listener = scene.create()
    scene.alb.on_change.append(lambda: told.append(listener.status))
    scene.settle()
    scene.alb.update_listener_attribute(listener.id, Changes(default_certificate=scene.certificate("new.example")))
    scene.settle()

    assert told == ["Running", "Configuring", "Running"]


def test_the_policy_says_the_oldest_tls_version(scene: Scene) -> None:
    listener = scene.run(security_policy="tls_cipher_policy_1_2")
    custom = scene.alb.create_security_policy(minimum_tls="1.3")
    shown = scene.alb.shown(scene.load_balancer_id, 443)
    assert shown is not None
    assert shown.minimum_tls == "1.2"

    scene.alb.update_listener_attribute(listener.id, Changes(security_policy=custom.id))
    scene.settle()

    after = scene.alb.shown(scene.load_balancer_id, 443)
    assert after == dataclasses.replace(shown, minimum_tls="1.3")


def test_mutual_authentication_can_be_switched_on_and_off(scene: Scene) -> None:
    listener = scene.run()
    authority = scene.alb.create_ca_certificate("-")
    with refused("OperationDenied.CACertificateCorrupted"):
        scene.alb.update_listener_attribute(listener.id, Changes(ca_enabled=True, client_ca=authority.id))
    good = scene.authority()
    scene.alb.update_listener_attribute(listener.id, Changes(ca_enabled=True, client_ca=good.id))
    scene.settle()
    shown = scene.alb.shown(scene.load_balancer_id, 443)
    assert shown is not None
    assert shown.client_ca_pem == good.pem

    scene.alb.update_listener_attribute(listener.id, Changes(ca_enabled=False))
    scene.settle()

    after = scene.alb.shown(scene.load_balancer_id, 443)
    assert after is not None
    assert after.client_ca_pem is None


def test_http_and_quic_listeners_are_not_served_over_tls_and_tcp(scene: Scene) -> None:
    scene.run(80, "HTTP")
    scene.run(443, "QUIC")

    assert scene.alb.tls_listeners() == []
    assert scene.alb.shown(scene.load_balancer_id, 443) is None
    assert scene.alb.shown(scene.load_balancer_id, 80) is None


def test_a_certificate_that_cas_has_forgotten_is_still_shown(scene: Scene) -> None:
    scene.run()
    scene.world.cas.certificates.clear()

    shown = scene.alb.shown(scene.load_balancer_id, 443)
    assert shown is not None
    assert shown.default.names == ("shop.example",)
