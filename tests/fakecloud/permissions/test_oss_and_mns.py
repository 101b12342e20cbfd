"""What OSS and MNS ask of a role's policy, through the wire."""

import json

import httpx
import pytest

from fakecloud.faults import Fault
from fakecloud.ram import Policy, parse_policy
from fakecloud.world import World
from tests.fakecloud.permissions.conftest import Grant
from tests.fakecloud.signing import MnsAuth, OssAuth

OSS = "acs:oss:oss-cn-hangzhou:1234567890123456"
QUEUE = "acs:mns:cn-hangzhou:1234567890123456:/queues/q"
MESSAGE = "<Message><MessageBody>x</MessageBody></Message>"


@pytest.fixture(autouse=True)
def _things(world: World) -> None:
    world.oss.create_bucket("b")
    for key in ("in/a", "in/b", "out/a"):
        world.oss.put_object("b", key, b"1")
    world.mns.create_queue("q")


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]


DENIED = (403, "AccessDenied")


def test_an_object_is_a_resource(client: httpx.Client, grant: Grant) -> None:
    auth = OssAuth(grant(("oss:GetObject", f"{OSS}:b/in/*")))
    assert client.get("/b/in/a", auth=auth).status_code == 200
    assert client.head("/b/in/a", auth=auth).status_code == 200
    assert client.head("/b/in/a?objectMeta", auth=auth).status_code == 200
    assert code(client.get("/b/in/missing", auth=auth)) == (404, "NoSuchKey")
    assert code(client.get("/b/out/a", auth=auth)) == DENIED
    assert client.head("/b/out/a", auth=auth).status_code == 403
    assert code(client.put("/b/in/a", content=b"2", auth=auth)) == DENIED
    assert code(client.get("/b/in/a?tagging", auth=auth)) == DENIED


def test_a_denial_names_resource_and_action_and_is_noted(client: httpx.Client, grant: Grant, world: World) -> None:
    answer = client.delete("/b/in/a", auth=OssAuth(grant()))
    assert f"Resource: {OSS}:b/in/a Action: oss:DeleteObject" in answer.text
    assert "in/a" in world.oss.buckets["b"].objects
    assert [(call.action, call.role, call.code) for call in world.calls.entries] == [
        ("DeleteObject", "tester", "AccessDenied")
    ]


def test_a_bucket_is_a_resource_and_all_buckets_are_everything(client: httpx.Client, grant: Grant) -> None:
    auth = OssAuth(grant(("oss:GetBucketInfo", f"{OSS}:b")))
    assert client.get("/b/?bucketInfo", auth=auth).status_code == 200
    assert code(client.get("/", auth=auth)) == DENIED
    assert client.get("/", auth=OssAuth(grant(("oss:ListBuckets", f"{OSS}:*")))).status_code == 200


def test_a_listing_brings_its_prefix_and_delimiter(client: httpx.Client, grant: Grant, world: World) -> None:
    role = grant()
    condition = {"StringLike": {"oss:Prefix": ["in/*"]}, "StringEquals": {"oss:Delimiter": "/"}}
    world.policies["tester"] = make_listing_policy(condition)
    auth = OssAuth(role)
    assert client.get("/b/?list-type=2&prefix=in/&delimiter=/", auth=auth).status_code == 200
    assert client.get("/b/?prefix=in/&delimiter=/", auth=auth).status_code == 200
    assert code(client.get("/b/?list-type=2&prefix=in/", auth=auth)) == DENIED
    assert code(client.get("/b/?list-type=2&prefix=out/&delimiter=/", auth=auth)) == DENIED
    assert code(client.get("/b/?list-type=2&delimiter=/", auth=auth)) == DENIED


def test_a_copy_reads_its_source_and_writes_its_target(client: httpx.Client, grant: Grant) -> None:
    headers = {"x-oss-copy-source": "/b/in/a"}
    read, write = ("oss:GetObject", f"{OSS}:b/in/*"), ("oss:PutObject", f"{OSS}:b/new/*")
    for pairs, expected in (((read, write), 200), ((read,), 403), ((write,), 403)):
        answer = client.put("/b/new/a", headers=headers, auth=OssAuth(grant(*pairs)))
        assert answer.status_code == expected


def test_tags_sent_with_an_object_need_leave_of_their_own(client: httpx.Client, grant: Grant) -> None:
    headers = {"x-oss-tagging": "k=v"}
    put, tag = ("oss:PutObject", "*"), ("oss:PutObjectTagging", "*")
    assert code(client.put("/b/new", headers=headers, auth=OssAuth(grant(put)))) == DENIED
    assert client.put("/b/new", headers=headers, auth=OssAuth(grant(put, tag))).status_code == 200


def test_every_key_of_a_deletion_counts(client: httpx.Client, grant: Grant, world: World) -> None:
    auth = OssAuth(grant(("oss:DeleteObject", f"{OSS}:b/*"), denied=f"{OSS}:b/out/*"))
    assert code(client.post("/b/?delete", content=deletion("in/a", "out/a"), auth=auth)) == DENIED
    assert len(world.oss.buckets["b"].objects) == 3
    assert client.post("/b/?delete", content=deletion("in/a", "in/b"), auth=auth).status_code == 200
    assert list(world.oss.buckets["b"].objects) == ["out/a"]


@pytest.mark.parametrize("body", ["no xml", "<Delete/>", "<Delete><Object/></Delete>"])
def test_a_deletion_of_nothing_readable_needs_leave_for_all(client: httpx.Client, grant: Grant, body: str) -> None:
    some = OssAuth(grant(("oss:DeleteObject", f"{OSS}:b/in/*")))
    assert code(client.post("/b/?delete", content=body, auth=some)) == DENIED
    everything = OssAuth(grant(("oss:DeleteObject", f"{OSS}:b/*")))
    assert code(client.post("/b/?delete", content=body, auth=everything)) == (400, "MalformedXML")


def test_the_messages_of_a_queue_are_a_resource(client: httpx.Client, grant: Grant) -> None:
    auth = MnsAuth(grant(("mns:SendMessage", f"{QUEUE}/messages")))
    assert client.post("/queues/q/messages", content=MESSAGE, auth=auth).status_code == 201
    batch = f"<Messages>{MESSAGE}</Messages>"
    assert client.post("/queues/q/messages", content=batch, auth=auth).status_code == 201
    assert code(client.post("/queues/other/messages", content=MESSAGE, auth=auth)) == DENIED
    denied = client.get("/queues/q/messages", auth=auth)
    assert code(denied) == DENIED
    assert f"Resource: {QUEUE}/messages Action: mns:ReceiveMessage" in denied.text


def test_the_account_and_a_role_without_a_policy_may_do_everything(
    client: httpx.Client, grant: Grant, world: World
) -> None:
    grant()
    assert client.put("/b/k", content=b"1", auth=OssAuth()).status_code == 200
    assert client.put("/b/k", content=b"1", auth=OssAuth(world.assume_role("another"))).status_code == 200


def test_a_call_that_is_denied_uses_up_no_fault(client: httpx.Client, grant: Grant, world: World) -> None:
    world.faults.add(Fault("oss"))
    assert code(client.get("/b/in/a", auth=OssAuth(grant()))) == DENIED
    assert client.get("/b/in/a", auth=OssAuth()).status_code == 503


def make_listing_policy(condition: dict[str, object]) -> Policy:
    statement = {"Effect": "Allow", "Action": "oss:ListObjects", "Resource": f"{OSS}:b", "Condition": condition}
    return parse_policy(json.dumps({"Statement": [statement]}), {})


def deletion(*keys: str) -> str:
    return f"<Delete>{''.join(f'<Object><Key>{key}</Key></Object>' for key in keys)}</Delete>"
