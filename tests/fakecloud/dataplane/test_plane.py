"""The data plane over ALB and CLB: real handshakes that follow the control plane."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fakecloud.alb.changes import Changes
from fakecloud.alb.resources import Listener
from fakecloud.authority import KeyName, leaf
from fakecloud.dataplane.plane import DataPlane
from fakecloud.world import World
from tests.fakecloud.dataplane.tls import (
    NOT_AFTER,
    NOT_BEFORE,
    ROOT,
    chain_pem,
    client_context,
    connect,
    get,
    is_refused,
    issue,
    openssl_subject,
    send_plain,
    shake_hands,
)


@dataclass
class Scene:
    """A load balancer of ALB whose listeners are really served."""

    world: World
    plane: DataPlane
    load_balancer_id: str

    def certificate(self, *names: str, key: KeyName = "p-256") -> str:
        issued = issue(*names, key=key)
        name = f"n{len(self.world.cas.certificates)}"
        kept = self.world.cas.upload_user_certificate(name, chain_pem(issued), issued.key_pem.decode())
        return kept.cert_identifier

    def create(self, port: int = 443) -> Listener:
        changes = Changes(default_certificate=self.certificate("shop.example"))
        listener, _ = self.world.alb.create_listener(self.load_balancer_id, "HTTPS", port, changes)
        return listener

    def run(self, port: int = 443) -> Listener:
        listener = self.create(port)
        self.world.advance(60)
        return listener

    def associate(self, listener: Listener, *certificate_ids: str) -> None:
        self.world.alb.associate_additional_certificates_with_listener(listener.id, certificate_ids)
        self.world.advance(60)

    def tls_port(self, port: int = 443) -> int:
        [found] = [row["tls_port"] for row in self.plane.listeners() if row["port"] == port]
        assert isinstance(found, int)
        return found


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    plane = DataPlane(world)
    yield Scene(world, plane, world.alb.create_load_balancer().id)
    plane.close()


def test_a_listener_is_refused_until_it_runs_and_then_shows_its_certificate(scene: Scene) -> None:
    scene.create()
    port = scene.tls_port()
    assert is_refused(port)

    scene.world.advance(60)

    assert shake_hands(port, "shop.example") == issue("shop.example").fingerprint
    assert scene.tls_port() == port


def test_it_answers_http_with_the_name_of_the_listener(scene: Scene) -> None:
    scene.run()

    head, _, body = get(scene.tls_port()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body.decode() == f"alb {scene.load_balancer_id} 443\n"


def test_the_control_surface_and_dial_tell_where_listeners_are(scene: Scene) -> None:
    scene.run(443)
    scene.create(8443)
    address = scene.world.alb.load_balancers[scene.load_balancer_id].dns_name

    rows = scene.plane.listeners()
    assert [(row["service"], row["load_balancer"], row["port"], row["status"]) for row in rows] == [
        ("alb", scene.load_balancer_id, 443, "Running"),
        ("alb", scene.load_balancer_id, 8443, "Provisioning"),
    ]
    assert scene.plane.dial() == {
        f"{address}:443": f"127.0.0.1:{scene.tls_port(443)}",
        f"{address}:8443": f"127.0.0.1:{scene.tls_port(8443)}",
    }


def test_certificates_are_chosen_by_server_name(scene: Scene) -> None:
    listener = scene.run()
    scene.associate(listener, scene.certificate("*.shop.example"), scene.certificate("api.shop.example"))
    port = scene.tls_port()

    assert shake_hands(port, "api.shop.example") == issue("api.shop.example").fingerprint
    assert shake_hands(port, "www.shop.example") == issue("*.shop.example").fingerprint
    assert shake_hands(port, "unknown.test") == issue("shop.example").fingerprint
    assert shake_hands(port) == issue("shop.example").fingerprint


@pytest.mark.slow
def test_openssl_is_shown_the_same(scene: Scene) -> None:
    listener = scene.run()
    scene.associate(listener, scene.certificate("*.shop.example"), scene.certificate("api.shop.example"))
    port = scene.tls_port()

    assert openssl_subject(port, "-noservername") == "shop.example"
    assert openssl_subject(port, "-servername", "api.shop.example") == "api.shop.example"
    assert openssl_subject(port, "-servername", "API.SHOP.EXAMPLE") == "api.shop.example"
    assert openssl_subject(port, "-servername", "www.shop.example") == "*.shop.example"
    assert openssl_subject(port, "-servername", "unknown.test") == "shop.example"


@pytest.mark.slow
def test_the_client_chooses_between_rsa_and_ec(scene: Scene) -> None:
    listener = scene.run()
    rsa = leaf(common_name="rsa", names=("both.test",), key="rsa-2048", not_before=NOT_BEFORE, not_after=NOT_AFTER)
    ec = leaf(common_name="ec", names=("both.test",), not_before=NOT_BEFORE, not_after=NOT_AFTER)
    ids = [
        scene.world.cas.upload_user_certificate(name, each.pem.decode(), each.key_pem.decode()).cert_identifier
        for name, each in (("rsa", rsa), ("ec", ec))
    ]
    scene.associate(listener, *ids)
    options = ("-servername", "both.test")

    port = scene.tls_port()
    assert openssl_subject(port, *options) == "ec"
    assert openssl_subject(port, *options, "-sigalgs", "rsa_pss_rsae_sha256") == "rsa"
    assert openssl_subject(port, *options, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256") == "rsa"
    assert openssl_subject(port, *options, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256") == "ec"


def test_a_new_default_certificate_is_shown_from_the_next_handshake_on_without_a_gap(scene: Scene) -> None:
    listener = scene.run()
    port = scene.tls_port()
    seen: list[str] = []
    changed = threading.Event()

    def watch() -> None:
        while not changed.is_set():
            seen.append(shake_hands(port))

    watcher = threading.Thread(target=watch)
    watcher.start()
    new = Changes(default_certificate=scene.certificate("new.example"))
    scene.world.alb.update_listener_attribute(listener.id, new)
    assert shake_hands(port) == issue("shop.example").fingerprint
    scene.world.advance(60)
    assert shake_hands(port) == issue("new.example").fingerprint
    changed.set()
    watcher.join()

    assert set(seen) <= {issue("shop.example").fingerprint, issue("new.example").fingerprint}


def test_a_stopped_listener_refuses_and_keeps_its_port(scene: Scene) -> None:
    listener = scene.run()
    port = scene.tls_port()
    scene.world.alb.stop_listener(listener.id)
    scene.world.advance(60)
    assert is_refused(port)
    assert scene.tls_port() == port

    scene.world.alb.start_listener(listener.id)
    scene.world.advance(60)

    assert shake_hands(port) == issue("shop.example").fingerprint


def test_a_deleted_listener_refuses_and_is_listed_no_more(scene: Scene) -> None:
    listener = scene.run()
    port = scene.tls_port()
    scene.world.alb.delete_listener(listener.id)
    scene.world.advance(60)

    assert is_refused(port)
    assert scene.plane.listeners() == []
    assert scene.plane.dial() == {}


def test_mutual_authentication_lets_in_only_clients_of_the_ca_whatever_the_name(scene: Scene) -> None:
    listener = scene.run()
    authority = scene.world.alb.create_ca_certificate(ROOT.pem.decode())
    scene.world.alb.update_listener_attribute(listener.id, Changes(ca_enabled=True, client_ca=authority.id))
    scene.world.advance(60)
    scene.associate(listener, scene.certificate("other.example"))
    port = scene.tls_port()
    ours = leaf(issuer=ROOT, names=("client",), not_before=NOT_BEFORE, not_after=NOT_AFTER)
    foreign = leaf(names=("client",), not_before=NOT_BEFORE, not_after=NOT_AFTER)

    for name in (None, "other.example"):
        assert b"200 OK" in get(port, name, client_context(client=ours))
        for stranger in (None, foreign):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                get(port, name, client_context(client=stranger, maximum=ssl.TLSVersion.TLSv1_2))


def test_silent_clients_hold_up_nobody(scene: Scene) -> None:
    scene.run()
    port = scene.tls_port()
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]

    assert shake_hands(port) == issue("shop.example").fingerprint
    for client in silent:
        client.close()


def test_a_client_that_talks_nonsense_or_too_much_is_dropped(scene: Scene) -> None:
    scene.run()
    port = scene.tls_port()
    assert b"HTTP" not in send_plain(port, b"GET / HTTP/1.1\r\n\r\n")
    with connect(port) as endless, pytest.raises(OSError, match=r"reset|[Bb]roken|EOF|closed"):
        endless.sendall(b"x" * 10_000_000)

    assert shake_hands(port) == issue("shop.example").fingerprint


def test_listeners_that_were_there_before_are_served(world: World) -> None:
    first = DataPlane(world)
    Scene(world, first, world.alb.create_load_balancer().id).run()
    first.close()
    second = DataPlane(world)
    [row] = second.listeners()

    assert shake_hands(row["tls_port"]) == issue("shop.example").fingerprint
    second.close()


def test_closing_leaves_no_thread_and_no_socket(world: World) -> None:
    before = set(threading.enumerate())
    plane = DataPlane(world)
    scene = Scene(world, plane, world.alb.create_load_balancer().id)
    listener = scene.run()
    port = scene.tls_port()
    silent = socket.create_connection(("127.0.0.1", port))
    waiting = connect(port)
    plane.close()

    assert set(threading.enumerate()) == before
    assert is_refused(port)
    assert silent.recv(1) == b""
    world.alb.stop_listener(listener.id)
    world.advance(60)
    assert world.alb.on_change == world.clb.on_change == []
    silent.close()
    waiting.close()
