import socket
import ssl
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.runtime import machine
from certdrop.runtime.machine import MachineClock, MachineIds, MachineRandom, TlsDial, machine_sleep
from fakecloud.authority import Issued, intermediate_ca, leaf, root_ca
from tests.unit.runtime.tls_server import server_context, serving

EXPIRED = leaf(
    names=("old.example",),
    not_after=datetime(2020, 1, 1, tzinfo=timezone.utc),
    not_before=datetime(2019, 1, 1, tzinfo=timezone.utc),
)
KINDS: tuple[KeyKind, ...] = ("rsa", "ec")
SHOP = leaf(names=("shop.example",))


def test_a_handshake_tells_what_is_served_however_wrong_it_is(tmp_path: Path) -> None:
    with serving(server_context(EXPIRED, tmp_path)) as port:
        shown = TlsDial({})("127.0.0.1", port, None)

    assert shown.fingerprint == EXPIRED.fingerprint
    assert shown.leaf
    assert (shown.leaf.names, shown.leaf.not_after.year) == (("old.example",), 2020)


def test_a_server_name_asks_for_its_own_certificate(tmp_path: Path) -> None:
    with serving(server_context(EXPIRED, tmp_path), {"shop.example": server_context(SHOP, tmp_path)}) as port:
        dial = TlsDial({})
        shown = [dial("127.0.0.1", port, name).fingerprint for name in ("shop.example", "other.example")]

    assert shown == [SHOP.fingerprint, EXPIRED.fingerprint]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("asks_client", [False, True])
def test_the_order_of_the_chain_is_checked(tmp_path: Path, version: ssl.TLSVersion, *, asks_client: bool) -> None:
    root = root_ca()
    upper = intermediate_ca(issuer=root, common_name="Upper")
    lower = intermediate_ca(issuer=upper, common_name="Lower")
    shop = leaf(names=("shop.example",), issuer=lower)
    found = []
    for chain in ((lower, upper), (upper, lower), (lower,), (root,), ()):
        context = server_context(shop, tmp_path, client_ca=root if asks_client else None, chain=chain)
        context.minimum_version = context.maximum_version = version
        with serving(context) as port:
            found.append(TlsDial({})("127.0.0.1", port, None).is_in_order)

    assert found == [True, False, True, False, True]


@pytest.mark.parametrize("host", ["alb-1.cn-hangzhou.alb.example", "fd00::1"])
def test_a_dial_table_leads_elsewhere_like_curls_connect_to(tmp_path: Path, host: str) -> None:
    with serving(server_context(SHOP, tmp_path)) as port:
        asked = f"[{host}]:443" if ":" in host else f"{host}:443"
        shown = TlsDial({asked: f"127.0.0.1:{port}"})(host, 443, "shop.example")

    assert shown.fingerprint == SHOP.fingerprint


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_listener_that_asks_for_a_clients_certificate_still_shows_its_own(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    context = server_context(SHOP, tmp_path, client_ca=root_ca())
    context.minimum_version = context.maximum_version = version
    with serving(context) as port:
        shown = TlsDial({})("127.0.0.1", port, "shop.example")

    assert shown.fingerprint == SHOP.fingerprint
    assert shown.asks_client is (version is ssl.TLSVersion.TLSv1_2)


@pytest.mark.parametrize("client_ca", [None, root_ca()])
def test_up_to_tls_1_2_it_is_seen_whether_clients_are_asked(tmp_path: Path, client_ca: Issued | None) -> None:
    with serving(server_context(SHOP, tmp_path, client_ca=client_ca)) as port:
        shown = TlsDial({})("127.0.0.1", port, "shop.example", "ec")

    assert (shown.fingerprint, shown.asks_client) == (SHOP.fingerprint, client_ca is not None)


def test_a_listener_that_asks_clients_and_lacks_the_kind_cannot_be_reached(tmp_path: Path) -> None:
    context = server_context(SHOP, tmp_path, client_ca=root_ca())
    with serving(context) as port, pytest.raises(OSError, match="handshake failure"):
        TlsDial({})("127.0.0.1", port, "shop.example", "rsa")


def _hang_up_on_one(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    connection.close()


def test_a_server_that_hangs_up_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hanging_up = threading.Thread(target=_hang_up_on_one, args=(listener,))
        hanging_up.start()
        with pytest.raises(OSError, match=r"EOF|reset|pipe"):
            TlsDial({})("127.0.0.1", listener.getsockname()[1], None)
        hanging_up.join()


def test_a_server_that_talks_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LONGEST_FLIGHT", 10)
    with serving(server_context(SHOP, tmp_path)) as port, pytest.raises(OSError, match="talks without end"):
        TlsDial({})("127.0.0.1", port, "shop.example", "ec")


def test_a_listener_with_both_kinds_of_certificates_is_asked_for_one_kind(tmp_path: Path) -> None:
    both = server_context(SHOP, tmp_path)
    other = leaf(names=("shop.example",), key="rsa-2048")
    path = tmp_path / "rsa.pem"
    path.write_bytes(other.pem + other.traditional_key_pem)
    both.load_cert_chain(path)
    with serving(both) as port:
        dial = TlsDial({})
        shown = {kind: dial("127.0.0.1", port, "shop.example", kind).fingerprint for kind in KINDS}

    assert shown == {"rsa": other.fingerprint, "ec": SHOP.fingerprint}


def test_a_kind_that_the_listener_does_not_have_cannot_be_reached(tmp_path: Path) -> None:
    with serving(server_context(SHOP, tmp_path)) as port, pytest.raises(OSError, match="handshake failure"):
        TlsDial({})("127.0.0.1", port, "shop.example", "rsa")


def test_a_closed_port_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        TlsDial({})("127.0.0.1", port, None)


def test_a_server_that_stays_silent_costs_the_timeout_and_no_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = time.monotonic()
        with pytest.raises(OSError, match="timed out"):
            TlsDial({}, timeout=0.1)("127.0.0.1", listener.getsockname()[1], None)

    assert time.monotonic() - started < 2


@pytest.mark.parametrize("name", [".shop.example", "", "a" * 70 + ".example", "sh\0op.example"])
def test_a_server_name_that_tls_cannot_carry_cannot_be_reached(tmp_path: Path, name: str) -> None:
    with serving(server_context(SHOP, tmp_path)) as port, pytest.raises(OSError, match="cannot ask"):
        TlsDial({})("127.0.0.1", port, name)


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    clock = MachineClock()

    assert abs(clock.now() - datetime.now(timezone.utc)).total_seconds() < 5
    assert clock.monotonic() <= clock.monotonic()


def test_ids_are_fresh_hex() -> None:
    ids = {MachineIds().new() for _ in range(100)}

    assert len(ids) == 100
    assert all(len(text) == 32 and int(text, 16) >= 0 for text in ids)


def test_randomness_stays_between_its_bounds() -> None:
    drawn = [MachineRandom().uniform(1.0, 2.0) for _ in range(100)]

    assert len(set(drawn)) > 1
    assert all(1.0 <= number <= 2.0 for number in drawn)


def test_sleep_sleeps() -> None:
    started = time.monotonic()
    machine_sleep(0.02)

    assert time.monotonic() - started >= 0.02
