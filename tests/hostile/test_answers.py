"""Answers that no cloud of good will gives: bombs, bodies without end, redirects; and what is never called."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from functools import cache

import httpx
import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from certdrop.cloud.sending import ANSWER_LIMIT
from certdrop.cloud.xml_answers import parse_xml
from certdrop.errors import CloudError, LostAnswerError
from fakecloud import authority
from tests.flows.bundles import intermediate, key_of
from tests.flows.pipeline import Pipeline
from tests.unit.cloud.doubles import Cloud

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "a billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY b "{"x" * 50_000}">]><a>{"&b;" * 50_000}</a>',
    "a file": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "an address": '<!DOCTYPE a [<!ENTITY b SYSTEM "http://127.0.0.1:9/x">]><a>&b;</a>',
    "parameters": '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x.dtd">%b;]><a/>',
    "a type elsewhere": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "a million tags": f"<a>{'<b/>' * 1_000_000}</a>",
    "depth": "<a>" * 90_000 + "</a>" * 9_000,
    "an unknown encoding": '<?xml version="1.0" encoding="x-bomb"?><a/>',
    "UTF-7": '<?xml version="1.0" encoding="utf-7"?>+ADw-a/+AD4-',
    "no XML": "\0" * 1000,
}
PLACES: dict[str, Callable[[Cloud], object]] = {
    "oss": lambda cloud: cloud.account().oss.list_objects("certs/"),
    "mns": lambda cloud: cloud.account().queues.send_message("q", "x"),
    "rpc": lambda cloud: cloud.account().clb("cn-hangzhou").describe_server_certificates(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_of_xml_is_no_answer_and_fills_no_memory(name: str) -> None:
    body = BOMBS[name].encode()
    tracemalloc.start()
    try:
        assert parse_xml(body) is None
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_an_answer_is_an_error_with_a_class(name: str, place: str, status: int) -> None:
    cloud = Cloud(lambda request: httpx.Response(status, content=BOMBS[name].encode()))

    with pytest.raises(CloudError, match="UnreadableAnswer" if status == 200 else "Http400"):
        PLACES[place](cloud)


@cache
def packed_bomb(kind: str) -> bytes:
    """Return 64 MB of nothing, packed."""
    return zlib.compress(bytes(64 << 20), 1) if kind == "deflate" else gzip.compress(bytes(64 << 20), 1)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"])
@pytest.mark.parametrize("place", PLACES)
def test_a_packed_bomb_is_never_unpacked(place: str, encoding: str) -> None:
    packed = packed_bomb("deflate" if encoding == "deflate" else "gzip")
    headers = {"content-encoding": encoding}
    cloud = Cloud(lambda request: httpx.Response(200, headers=headers, content=iter([packed])))
    tracemalloc.start()
    try:
        with pytest.raises(LostAnswerError, match="UnreadableAnswer"):
            PLACES[place](cloud)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("place", PLACES)
def test_an_answer_without_end_is_left_at_the_limit(place: str) -> None:
    read = 0

    def pour() -> object:
        nonlocal read
        while True:
            read += 1 << 16
            yield b"x" * (1 << 16)

    cloud = Cloud(lambda request: httpx.Response(200, content=pour()))  # type: ignore[arg-type]

    with pytest.raises(CloudError, match="EntityTooLarge"):
        PLACES[place](cloud)
    assert read <= ANSWER_LIMIT + (2 << 16)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", PLACES)
def test_no_service_is_followed_elsewhere(place: str, status: int) -> None:
    cloud = Cloud(lambda request: httpx.Response(status, headers={"location": "http://169.254.169.254/"}))

    with pytest.raises(CloudError, match=f"Http{status}"):
        PLACES[place](cloud)
    assert {request.url.host for request in cloud.requests}.isdisjoint({"169.254.169.254"})


def test_nothing_is_fetched_from_an_address_inside_a_certificate() -> None:
    """root -> intermediate -> leaf that names an issuer's file, an OCSP responder, revocation lists and policies."""
    uri = x509.UniformResourceIdentifier("http://169.254.169.254/latest")
    addresses: list[tuple[x509.ExtensionType, bool]] = [
        (
            x509.AuthorityInformationAccess(
                [x509.AccessDescription(kind, uri) for kind in (Access.OCSP, Access.CA_ISSUERS)]
            ),
            False,
        ),
        (x509.CRLDistributionPoints([x509.DistributionPoint([uri], None, None, None)]), False),
        (x509.FreshestCRL([x509.DistributionPoint([uri], None, None, None)]), False),
        (x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), [str(uri.value)])]), False),
    ]
    made = authority.certificate(
        common_name="shop.example",
        names=["shop.example"],
        issuer=intermediate(),
        key=key_of("p-256"),
        extra_extensions=addresses,
    )
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target())

    pipeline.drop("shop", fullchain_pem=made.pem + intermediate().pem, privkey_pem=made.key_pem)
    pipeline.advance(180)

    assert pipeline.standings() == [("shop", "served", "")]
    assert {httpx.URL(sent.url).host for sent in pipeline.wire.sent} == {"127.0.0.1"}
    assert not [sent for sent in pipeline.wire.sent if "169.254" in sent.url]
