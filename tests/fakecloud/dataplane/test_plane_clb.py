"""The data plane over CLB: started, extension domains, stopped."""

from collections.abc import Iterator

import pytest

from fakecloud.clb.certificates import Label
from fakecloud.dataplane.plane import DataPlane
from fakecloud.world import World
from tests.fakecloud.dataplane.tls import chain_pem, get, is_refused, issue, shake_hands

REGION = "cn-hangzhou"


@pytest.fixture
def plane(world: World) -> Iterator[DataPlane]:
    plane = DataPlane(world)
    yield plane
    plane.close()


def upload(world: World, *names: str) -> str:
    issued = issue(*names, key="rsa-2048")
    kept = world.clb.certificates.upload_server_certificate(
        REGION, chain_pem(issued), issued.traditional_key_pem.decode(), Label()
    )
    return kept.certificate_id


def test_a_clb_listener_is_served_from_its_start_to_its_stop(world: World, plane: DataPlane) -> None:
    instance = world.clb.create_load_balancer()
    place = (REGION, instance.load_balancer_id, 443)
    settings = {
        "ServerCertificateId": upload(world, "shop.example"),
        "Bandwidth": -1,
        "BackendServerPort": 80,
        "HealthCheck": "off",
        "StickySession": "off",
    }
    world.clb.listeners.create_load_balancer_https_listener(*place, settings)
    [row] = plane.listeners()
    port = row["tls_port"]
    assert row["status"] == "stopped"
    assert is_refused(port)

    world.clb.listeners.start_load_balancer_listener(*place)
    world.advance(60)
    assert plane.listeners() == [{**row, "status": "running"}]
    assert plane.dial() == {f"{instance.address}:443": f"127.0.0.1:{port}"}
    assert get(port).endswith(f"\r\n\r\nclb {instance.load_balancer_id} 443\n".encode())

    world.clb.extensions.create_domain_extension(*place, "api.shop.example", upload(world, "*.shop.example"))
    world.advance(60)
    assert shake_hands(port, "api.shop.example") == issue("*.shop.example", key="rsa-2048").fingerprint
    assert shake_hands(port, "www.shop.example") == issue("shop.example", key="rsa-2048").fingerprint

    world.clb.listeners.stop_load_balancer_listener(*place)
    world.advance(60)
    assert is_refused(port)
