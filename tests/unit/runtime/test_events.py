import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certdrop.deployment.places import Listener
from certdrop.errors import EventError
from certdrop.reconcile.house import Tick
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.events import Item, NotOurs, parse_event

SHOP = ReconcileRequest.for_drop("shop", hops=1, correlation_id="0123456789ab")
LISTENER = ReconcileRequest.for_listener(Listener(service="alb", load_balancer="alb-1", port=443))


def encode(document: Any) -> bytes:
    return json.dumps(document).encode()


def parse(document: Any) -> list[Item]:
    return parse_event(encode(document))


def uploaded(*keys: str) -> dict[str, Any]:
    records = [
        {
            "eventName": "ObjectCreated:PutObject",
            "eventSource": "acs:oss",
            "oss": {"bucket": {"name": "drops"}, "object": {"key": key, "size": 1, "eTag": "AB"}},
            "region": "cn-hangzhou",
        }
        for key in keys
    ]
    return {"events": records}


def message(request: ReconcileRequest, number: int = 1, *, in_base64: bool = False) -> dict[str, Any]:
    body = request.model_dump_json()
    return {
        "requestId": "606EA3074344430D4C81",
        "messageId": f"message-{number}",
        "messageBody": base64.b64encode(body.encode()).decode() if in_base64 else body,
    }


def cloud_event(data: Any) -> dict[str, Any]:
    return {
        "id": "c2g71017-6f65-fhcf-a814-a396fc8d",
        "source": "MNS-Function-mnstrigger",
        "specversion": "1.0",
        "type": "mns:Queue:SendMessage",
        "subject": "acs:mns:cn-hangzhou:1234567890123456:queues/certdrop-listeners",
        "data": data,
    }


def topic_message(body: str) -> dict[str, Any]:
    return {"TopicOwner": "1", "Message": body, "PublishTime": 1550216480040, "MessageId": "topic-1", "key": "value"}


def test_the_timer_is_a_tick() -> None:
    event = {"triggerTime": "2026-11-01T12:00:00Z", "triggerName": "every-minute", "payload": "ignored"}

    assert parse(event) == [Item("every-minute", Tick())]


def test_an_object_below_certs_asks_for_its_drop() -> None:
    assert parse(uploaded("certs/shop/fullchain.pem")) == [
        Item("certs/shop/fullchain.pem", ReconcileRequest.for_drop("shop"))
    ]


def test_the_files_of_one_drop_ask_for_it_once() -> None:
    items = parse(uploaded("certs/shop/cert.pem", "certs/blog/cert.pem", "certs/shop/privkey.pem"))

    assert [item.content for item in items] == [ReconcileRequest.for_drop("shop"), ReconcileRequest.for_drop("blog")]


@pytest.mark.parametrize(
    "key",
    [
        "image/a.jpg",
        "certs/shop.pem",
        "certs/shop/",
        "certs//cert.pem",
        "certs/shop/old/cert.pem",
        "xcerts/shop/cert.pem",
        "certs/sh\nop/cert.pem",
        "certs/%00/cert.pem",
        "certs/shop%2Fold/cert.pem",
        f"certs/{'long ' * 41}/cert.pem",
        "",
    ],
)
def test_an_object_elsewhere_is_not_ours(key: str) -> None:
    assert parse(uploaded(key)) == [Item(key, NotOurs("not certs/<drop>/<file>"))]


@pytest.mark.parametrize(
    ("key", "drop"),
    [
        ("certs/my%20shop/cert.pem", "my shop"),
        ("certs/%E5%95%86%E5%BA%97/cert.pem", "商店"),
        ("certs/商店/cert.pem", "商店"),
        ("certs/a+b/cert.pem", "a+b"),
        ("certs/a%252Fb/cert.pem", "a%2Fb"),
        ("certs/../cert.pem", ".."),
    ],
)
def test_a_key_is_url_decoded_once(key: str, drop: str) -> None:
    (item,) = parse(uploaded(key))

    assert item == Item(key, ReconcileRequest.for_drop(drop))


def test_a_record_without_a_key_does_not_hide_the_others() -> None:
    event = uploaded("certs/shop/cert.pem")
    event["events"][:0] = [{"oss": {"object": {}}}, "text", {"oss": None}]

    broken, text, none, shop = parse(event)

    assert [str(item.content) for item in (broken, text, none)] == ["an OSS record without an object key"] * 3
    assert [item.id for item in (broken, text, none)] == ["event[0]", "event[1]", "event[2]"]
    assert shop.content == ReconcileRequest.for_drop("shop")


@pytest.mark.parametrize("in_base64", [False, True])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: [cloud_event(data)],
        cloud_event,
        lambda data: [json.dumps(cloud_event(data))],
        lambda data: [data],
        lambda data: data,
        lambda data: [json.dumps(data)],
        lambda data: [cloud_event(json.dumps(data))],
    ],
    ids=["array", "single", "array of texts", "raw array", "raw single", "raw texts", "data as text"],
)
def test_every_form_of_a_queues_delivery_is_read(*, wrap: Any, in_base64: bool) -> None:
    assert parse(wrap(message(LISTENER, in_base64=in_base64))) == [Item("message-1", LISTENER)]


def test_a_batch_keeps_its_order_and_its_repetitions() -> None:
    event = [cloud_event(message(request, n)) for n, request in enumerate((SHOP, LISTENER, SHOP))]

    assert parse(event) == [Item("message-0", SHOP), Item("message-1", LISTENER), Item("message-2", SHOP)]


@pytest.mark.parametrize(
    "event",
    [
        encode(topic_message(SHOP.model_dump_json())),
        encode(topic_message(base64.b64encode(SHOP.model_dump_json().encode()).decode())),
        encode({"body": SHOP.model_dump_json(), "attrs": {"Extend": "{}"}}),
        SHOP.model_dump_json().encode(),
        base64.b64encode(SHOP.model_dump_json().encode()),
    ],
    ids=["JSON", "JSON of base64", "STREAM with attributes", "STREAM", "STREAM of base64"],
)
def test_every_form_of_a_topics_delivery_is_read(event: bytes) -> None:
    (item,) = parse_event(event)

    assert item.content == SHOP


def test_a_message_that_cannot_be_read_keeps_its_id_and_hides_nothing() -> None:
    bad = {"messageId": "poison", "messageBody": "TEST"}

    poison, good = parse([cloud_event(bad), cloud_event(message(LISTENER))])

    assert poison.id == "poison"
    assert str(poison.content) == "neither JSON nor JSON in base64"
    assert good == Item("message-1", LISTENER)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (b"", "neither JSON nor JSON in base64"),
        (b"\xff\xfe", "the event is not UTF-8"),
        (b"7", "the event is neither an object nor an array"),
        (b"null", "the event is neither an object nor an array"),
        (b"[" * 100_000, "neither JSON nor JSON in base64"),
        (b"[[[[[[1]]]]]]", "the event is wrapped too deeply"),
        (b"{}", "not a reconcile request (reconcile: Field required)"),
        (b'{"messageBody": 5}', "not a reconcile request"),
        (b'{"version": 2, "reconcile": "drop/x"}', "not a reconcile request (version: Input should be 1)"),
        (b'{"reconcile": "bucket/x"}', "neither drop/<drop> nor listener/<listener>"),
        (b'{"reconcile": "drop/x", "role": "admin"}', "another field: Extra inputs are not permitted"),
    ],
)
def test_an_event_that_cannot_be_read_says_why(event: bytes, reason: str) -> None:
    (item,) = parse_event(event)

    assert isinstance(item.content, EventError)
    assert reason in str(item.content)


def test_an_empty_batch_holds_nothing() -> None:
    assert parse([]) == []


def test_what_a_forged_message_says_is_not_repeated() -> None:
    forged = {"reconcile": 5, "private_key": "s3cr!t", "version": "s3cr!t"}

    (item,) = parse([cloud_event({"messageId": "1", "messageBody": json.dumps(forged)})])

    assert "s3cr!t" not in str(item.content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["data", "events", "body"]), inner),
    max_leaves=15,
)


@given(st.binary() | JSON.map(lambda document: json.dumps(document).encode()))
def test_no_event_makes_parsing_raise(event: bytes) -> None:
    for item in parse_event(event):
        assert isinstance(item.content, ReconcileRequest | Tick | NotOurs | EventError)


@given(hops=st.lists(st.integers(0, 3), max_size=20), in_base64=st.booleans())
def test_a_batch_loses_no_message(*, hops: list[int], in_base64: bool) -> None:
    requests = [ReconcileRequest.for_drop("shop", hops=n) for n in hops]
    event = [cloud_event(message(request, n, in_base64=in_base64)) for n, request in enumerate(requests)]

    assert [item.content for item in parse(event)] == requests
