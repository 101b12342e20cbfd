"""Stories over real TLS on loopback: the probe's clients and certdrop's own proof shake hands as on the internet."""

import ssl
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from certdrop.bundle.facts import KeyKind
from certdrop.reconcile.house import Handshake
from certdrop.runtime.machine import TlsDial
from fakecloud.authority import Issued, leaf
from fakecloud.dataplane.plane import DataPlane
from fakecloud.dataplane.shown import Shown
from tests.fakecloud.dataplane.tls import client_context, get
from tests.flows.authorities import authority
from tests.flows.bundles import bundle, key_of
from tests.flows.mutual_tls import PARTNERS, drop_ca
from tests.flows.pipeline import Pipeline
from tests.flows.probe import Probe, Where, leaf_of

OLD, NEW = bundle("blog.example", month=9), bundle("blog.example")


@pytest.fixture
def plane(pipeline: Pipeline) -> Iterator[DataPlane]:
    """Serve the pipeline's listeners on loopback, and let its functions dial there."""
    made = DataPlane(pipeline.world)

    def dial(host: str, port: int, server_name: str | None, key_kind: KeyKind | None = None) -> Handshake:
        return TlsDial(made.dial())(host, port, server_name, key_kind)

    pipeline.dial = dial  # type: ignore[method-assign]
    yield made
    made.close()


def port_of(plane: DataPlane, where: Where) -> int:
    (port,) = [
        row["tls_port"] for row in plane.listeners() if (row["service"], row["load_balancer"], row["port"]) == where
    ]
    assert isinstance(port, int)
    return port


def probe_of(pipeline: Pipeline, plane: DataPlane) -> Probe:
    """Let clients shake hands on loopback; what they are shown must be one that the listener may show."""
    dial = TlsDial({})

    def shake(where: Where, shown: Shown | None, name: str | None, kind: str) -> str | None:
        try:
            seen = dial("127.0.0.1", port_of(plane, where), name, "rsa" if kind == "rsa" else "ec").fingerprint
        except OSError:
            return None
        chains = (shown.default, *shown.additional) if shown else ()
        return next(chain.pem for chain in chains if leaf_of(chain.pem).sha256 == seen)

    return Probe.at(pipeline, shake, every=30)


def test_a_renewal_over_real_sockets_has_no_gap(pipeline: Pipeline, plane: DataPlane) -> None:
    probe = probe_of(pipeline, plane)
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.drop("blog", **OLD.files)
    pipeline.advance(300)

    pipeline.drop("shop", **bundle().files)
    pipeline.drop("blog", **NEW.files)
    pipeline.advance(300)

    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.standings("blog") == [("more", "served", "")]
    assert probe.shown("www.shop.example") == probe.shown(None) == {bundle().fingerprint}
    assert probe.shown("blog.example") == {NEW.fingerprint}
    assert probe.handshakes > len(probe.seen)


def client_of(issuer: Issued) -> ssl.SSLContext:
    """Make a client with a certificate of an authority."""
    issued = leaf(
        issuer=issuer,
        names=("client.example",),
        key=key_of("rsa-2048", 300),
        not_before=datetime(2026, 10, 1, tzinfo=timezone.utc),
        not_after=datetime(2036, 1, 1, tzinfo=timezone.utc),
    )
    return client_context(client=issued, maximum=ssl.TLSVersion.TLSv1_2, verify=False)


def is_let_in(port: int, client: ssl.SSLContext) -> bool:
    try:
        return get(port, None, client).startswith(b"HTTP/1.1 200 OK")
    except OSError:
        return False


def test_a_rotated_client_ca_lets_its_own_clients_in_and_says_whom_it_refuses(
    pipeline: Pipeline, plane: DataPlane
) -> None:
    former, renewed = authority("Former"), authority("Renewed", number=201, month=10)
    clients = [client_of(former), client_of(renewed)]
    pipeline.targets(pipeline.clb_target(**PARTNERS))
    drop_ca(pipeline, former)
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(300)
    port = port_of(plane, ("clb", pipeline.clb, 443))
    before = [is_let_in(port, client) for client in clients]

    drop_ca(pipeline, renewed)
    pipeline.advance(300)

    [rotated] = pipeline.report("partners")["deployments"]
    assert before == [True, False]
    assert [is_let_in(port, client) for client in clients] == [False, True]
    assert (rotated["status"], rotated["code"]) == ("served", "client-ca-rotated")
    assert "are refused from now on" in rotated["message"]
