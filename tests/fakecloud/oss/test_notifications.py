from typing import Any

import httpx
import pytest

from fakecloud.oss.objects import Bucket
from fakecloud.world import World


@pytest.fixture
def told(world: World, bucket: Bucket) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    world.oss.subscribe("bkt", ["oss:ObjectCreated:*", "oss:ObjectRemoved:*"], "certs/", ".pem", told.append)
    return told


def test_a_change_is_told_in_the_documented_shape(oss: httpx.Client, told: list[dict[str, Any]]) -> None:
    oss.put("/bkt/certs/a.pem", content=b"12345")
    told.clear()
    headers = {"x-oss-meta-m": "v", "content-type": "text/plain"}
    answer = oss.put("/bkt/certs/a.pem", content=b"hello world", headers=headers)
    [document] = told
    [event] = document["events"]
    rule = event["oss"].pop("ruleId")
    assert len(rule) == 40
    assert event == {
        "eventName": "ObjectCreated:PutObject",
        "eventSource": "acs:oss",
        "eventTime": "2026-11-01T12:00:00.000Z",
        "eventVersion": "1.0",
        "oss": {
            "bucket": {
                "arn": "acs:oss:cn-hangzhou:1234567890123456:bkt",
                "name": "bkt",
                "ownerIdentity": "1234567890123456",
                "virtualBucket": "",
            },
            "object": {
                "deltaSize": 6,
                "eTag": "5EB63BBBE01EEED093CB22BB8F5ACDC3",
                "key": "certs/a.pem",
                "objectMeta": {"mimeType": "text/plain", "userMeta": {"x-oss-meta-m": "v"}},
                "size": 11,
            },
            "ossSchemaVersion": "1.0",
        },
        "region": "cn-hangzhou",
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"requestId": answer.headers["x-oss-request-id"]},
        "userIdentity": {"principalId": "1234567890123456"},
    }


def test_each_way_of_changing_has_its_name(oss: httpx.Client, told: list[dict[str, Any]]) -> None:
    oss.put("/bkt/certs/a.pem", content=b"1")
    oss.put("/bkt/certs/b.pem", headers={"x-oss-copy-source": "/bkt/certs/a.pem"})
    oss.delete("/bkt/certs/a.pem")
    oss.delete("/bkt/certs/a.pem")
    oss.post("/bkt/?delete", content="<Delete><Object><Key>certs/b.pem</Key></Object></Delete>")
    assert [document["events"][0]["eventName"] for document in told] == [
        "ObjectCreated:PutObject",
        "ObjectCreated:CopyObject",
        "ObjectRemoved:DeleteObject",
        "ObjectRemoved:DeleteObjects",
    ]


def test_what_does_not_match_is_not_told(oss: httpx.Client, world: World, told: list[dict[str, Any]]) -> None:
    world.oss.create_bucket("other")
    for url in ("/other/certs/a.pem", "/bkt/state/a.pem", "/bkt/certs/a.key"):
        oss.put(url, content=b"1")
    oss.put("/bkt/certs/none.pem", headers={"x-oss-copy-source": "/bkt/missing"})
    assert told == []


@pytest.mark.parametrize(
    ("events", "count"),
    [(["oss:ObjectCreated:PutObject"], 1), (["ObjectCreated:*"], 1), (["oss:ObjectRemoved:*"], 0), ([], 1)],
)
def test_a_rule_names_its_events(world: World, bucket: Bucket, events: list[str], count: int) -> None:
    told: list[dict[str, Any]] = []
    world.oss.subscribe("bkt", events, "", "", told.append)
    world.oss.put_object("bkt", "k", b"1")
    assert len(told) == count


def test_an_overwrite_that_is_forbidden_is_not_told(oss: httpx.Client, told: list[dict[str, Any]]) -> None:
    for _ in range(2):
        oss.put("/bkt/certs/a.pem", content=b"1", headers={"x-oss-forbid-overwrite": "true"})
    assert len(told) == 1
