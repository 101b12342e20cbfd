import base64
import hashlib
import threading
import time
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from fakecloud.faults import Fault
from fakecloud.mns.models import Queue
from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, Identity, World
from tests.fakecloud import plain
from tests.fakecloud.signing import ACCOUNT, MnsAuth

NS = "{http://mns.aliyuncs.com/doc/v1/}"
MESSAGE = "<Message><MessageBody>aGVsbG8=</MessageBody></Message>"


def fields(answer: httpx.Response) -> dict[str, str | None]:
    return {child.tag.removeprefix(NS): child.text for child in ET.fromstring(answer.text)}


def code(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, fields(answer).get("Code") if answer.text else None


def test_a_queue_is_created_with_its_address(mns: httpx.Client, world: World) -> None:
    body = "<Queue><DelaySeconds>5</DelaySeconds><LoggingEnabled>True</LoggingEnabled></Queue>"
    answer = mns.put("/queues/new", content=body)
    assert (answer.status_code, answer.headers["location"]) == (201, "http://fakecloud/queues/new")
    assert mns.put("/queues/new", content=body).status_code == 204
    assert code(mns.put("/queues/new", content="<Queue/>")) == (409, "QueueAlreadyExist")
    assert (world.mns.queues["new"].attributes.delay_seconds, world.mns.queues["new"].attributes.logging_enabled) == (
        5,
        True,
    )


def test_attributes_are_changed_and_told(mns: httpx.Client, world: World, queue: Queue) -> None:
    world.advance(60)
    changed = mns.put("/queues/q?metaoverride=true", content="<Queue><VisibilityTimeout>60</VisibilityTimeout></Queue>")
    assert changed.status_code == 204
    queue.send("a")
    queue.send("b", delay=10)
    queue.send("c")
    queue.receive(1)
    assert fields(mns.get("/queues/q")) == {
        "QueueName": "q",
        "CreateTime": "1793534400",
        "LastModifyTime": "1793534460",
        "VisibilityTimeout": "60",
        "MaximumMessageSize": "65536",
        "MessageRetentionPeriod": "345600",
        "DelaySeconds": "0",
        "PollingWaitSeconds": "0",
        "LoggingEnabled": "False",
        "ActiveMessages": "1",
        "InactiveMessages": "1",
        "DelayMessages": "1",
    }


def test_queues_are_listed(mns: httpx.Client, world: World) -> None:
    world.mns.create_queue("p-1")
    world.mns.create_queue("p-2")
    page = mns.get("/queues", headers={"x-mns-prefix": "p-", "x-mns-ret-number": "1", "x-mns-with-meta": "true"})
    assert "<QueueURL>http://fakecloud/queues/p-1</QueueURL><QueueName>p-1</QueueName>" in page.text
    assert fields(page)["NextMarker"] == "p-1"
    assert "p-2" in mns.get("/queues", headers={"x-mns-prefix": "p-", "x-mns-marker": "p-1"}).text
    for number in ("0", "1001", "x"):
        assert code(mns.get("/queues", headers={"x-mns-ret-number": number})) == (400, "InvalidArgument")


def test_a_deleted_queue_is_gone(mns: httpx.Client) -> None:
    assert [mns.delete("/queues/q").status_code for _ in range(2)] == [204, 204]
    assert code(mns.get("/queues/q")) == (404, "QueueNotExist")
    assert code(mns.post("/queues/q/messages", content=MESSAGE)) == (404, "QueueNotExist")


def test_a_message_goes_all_its_way(mns: httpx.Client, queue: Queue) -> None:
    sent = mns.post("/queues/q/messages", content=MESSAGE)
    assert sent.status_code == 201
    peeked = mns.get("/queues/q/messages?peekonly=true")
    assert "ReceiptHandle" not in fields(peeked)
    received = fields(mns.get("/queues/q/messages"))
    handle = received.pop("ReceiptHandle")
    assert received == {
        "MessageId": fields(sent)["MessageId"],
        "MessageBody": "aGVsbG8=",
        "MessageBodyMD5": hashlib.md5(b"aGVsbG8=").hexdigest().upper(),
        "EnqueueTime": "1793534400000",
        "NextVisibleTime": "1793534430000",
        "FirstDequeueTime": "1793534400000",
        "DequeueCount": "1",
        "Priority": "8",
    }
    changed = fields(mns.put(f"/queues/q/messages?ReceiptHandle={handle}&VisibilityTimeout=600"))
    assert changed["NextVisibleTime"] == "1793535000000"
    assert code(mns.delete(f"/queues/q/messages?ReceiptHandle={handle}")) == (404, "MessageNotExist")
    assert mns.delete(f"/queues/q/messages?ReceiptHandle={changed['ReceiptHandle']}").status_code == 204
    assert code(mns.get("/queues/q/messages")) == (404, "MessageNotExist")


def test_delay_and_priority_are_taken(mns: httpx.Client, queue: Queue) -> None:
    body = "<Message><MessageBody>x</MessageBody><DelaySeconds>5</DelaySeconds><Priority>1</Priority></Message>"
    mns.post("/queues/q/messages", content=body)
    [message] = queue.messages.values()
    assert message.priority == 1
    assert queue.count() == (0, 0, 1)


def test_a_batch_fails_by_the_message(mns: httpx.Client, queue: Queue, world: World) -> None:
    bad = "<Message><MessageBody>b</MessageBody><Priority>17</Priority></Message>"
    whole = mns.post("/queues/q/messages", content=f"<Messages>{MESSAGE}{MESSAGE}</Messages>")
    part = mns.post("/queues/q/messages", content=f"<Messages>{MESSAGE}{bad}</Messages>")
    assert (whole.status_code, part.status_code) == (201, 500)
    assert part.text.count("<MessageId>") == 1
    assert "<ErrorCode>InvalidArgument</ErrorCode>" in part.text
    assert len(queue.messages) == 3
    received = mns.get("/queues/q/messages?numOfMessages=16")
    assert received.text.count("<ReceiptHandle>") == 3
    assert mns.get("/queues/q/messages?peekonly=true&numOfMessages=2").status_code == 404
    assert [call.action for call in world.calls.entries] == [
        "BatchSendMessage",
        "BatchSendMessage",
        "BatchReceiveMessage",
        "BatchPeekMessage",
    ]


def test_a_batch_is_deleted_by_the_handle(mns: httpx.Client, queue: Queue) -> None:
    for body in "ab":
        queue.send(body)
    handles = [message.receipt_handle for message in queue.receive(2)]
    body = "".join(f"<ReceiptHandle>{handle}</ReceiptHandle>" for handle in (handles[0], "nonsense", handles[1]))
    answer = mns.request("DELETE", "/queues/q/messages", content=f"<ReceiptHandles>{body}</ReceiptHandles>")
    assert answer.status_code == 404
    assert "<ErrorCode>ReceiptHandleError</ErrorCode>" in answer.text
    assert "<ReceiptHandle>nonsense</ReceiptHandle>" in answer.text
    assert queue.messages == {}
    assert code(mns.request("DELETE", "/queues/q/messages", content="<ReceiptHandles/>")) == (400, "MalformedXML")


@pytest.mark.parametrize(
    ("method", "url", "body", "expected"),
    [
        ("POST", "/queues/q/messages", "<Message/>", (400, "MissingMessageBody")),
        ("POST", "/queues/q/messages", "<Other/>", (400, "MalformedXML")),
        ("POST", "/queues/q/messages", "<Messages/>", (400, "MalformedXML")),
        ("POST", "/queues/q/messages", "no xml", (400, "MalformedXML")),
        ("POST", "/queues/q/messages", f"<Messages>{MESSAGE * 17}</Messages>", (400, "MalformedXML")),
        (
            "POST",
            "/queues/q/messages",
            f"<Message><MessageBody>{'x' * 65537}</MessageBody></Message>",
            (400, "InvalidArgument"),
        ),
        (
            "POST",
            "/queues/q/messages",
            "<Message><MessageBody>x</MessageBody><DelaySeconds>soon</DelaySeconds></Message>",
            (400, "InvalidArgument"),
        ),
        ("GET", "/queues/q/messages?numOfMessages=17", "", (400, "InvalidArgument")),
        ("GET", "/queues/q/messages?waitseconds=31", "", (400, "InvalidArgument")),
        ("PUT", "/queues/q/messages?ReceiptHandle=1-abcd", "", (400, "MissingVisibilityTimeout")),
        ("PUT", "/queues/q/messages?VisibilityTimeout=1", "", (400, "MissingReceiptHandle")),
        ("PUT", "/queues/q/messages?ReceiptHandle=1-abcd&VisibilityTimeout=43201", "", (400, "InvalidArgument")),
        ("PUT", "/queues/q/messages?ReceiptHandle=nonsense&VisibilityTimeout=1", "", (400, "ReceiptHandleError")),
        ("DELETE", "/queues/q/messages", "", (400, "MissingReceiptHandle")),
        ("PUT", "/queues/q_", "<Queue/>", (400, "InvalidQueueName")),
        ("PATCH", "/queues/q", "", (400, "InvalidRequestURL")),
        ("GET", "/nothing", "", (400, "InvalidRequestURL")),
    ],
)
def test_what_is_wrong_has_its_code(
    mns: httpx.Client, method: str, url: str, body: str, expected: tuple[int, str]
) -> None:
    assert code(mns.request(method, url, content=body)) == expected


@pytest.mark.parametrize("digest", ["bytes", "hex", "wrong"])
def test_the_digest_is_of_the_bytes_or_as_the_sdk_has_it_of_their_hex_digits(mns: httpx.Client, digest: str) -> None:
    md5 = hashlib.md5(MESSAGE.encode())
    text = {"bytes": md5.digest(), "hex": md5.hexdigest().encode(), "wrong": b"x"}[digest]
    answer = mns.post("/queues/q/messages", content=MESSAGE, headers={"content-md5": base64.b64encode(text).decode()})
    assert code(answer)[0] == (400 if digest == "wrong" else 201)
    assert digest != "wrong" or fields(answer)["Code"] == "InvalidDegist"


def test_every_answer_has_its_request_id_in_small_letters(mns: httpx.Client) -> None:
    for url in ("/queues/q", "/queues/none"):
        names = [name for name, _ in mns.get(url).headers.raw]
        assert b"x-mns-request-id" in names


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        (MnsAuth(Identity(ACCESS_KEY_ID, "wrong")), (403, "SignatureDoesNotMatch")),
        (MnsAuth(Identity("LTAIstranger", "x")), (403, "InvalidAccessKeyId")),
        (MnsAuth(Identity(ACCESS_KEY_ID, ACCOUNT.secret, token="x")), (403, "InvalidSecurityToken")),
        (MnsAuth(ACCOUNT, datetime.now(timezone.utc) - timedelta(minutes=16)), (408, "TimeExpired")),
    ],
)
def test_who_is_not_let_in_is_told_why(mns: httpx.Client, auth: MnsAuth, expected: tuple[int, str]) -> None:
    assert code(mns.get("/queues/q", auth=auth)) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "MissingAuthorizationHeader"),
        ({"authorization": "OSS a:b"}, "InvalidAuthorizationHeader"),
        ({"authorization": "MNS a"}, "InvalidAuthorizationHeader"),
        ({"authorization": "MNS a:b"}, "InvalidDateHeader"),
    ],
)
def test_what_is_no_signature_is_told_so(client: httpx.Client, headers: dict[str, str], expected: str) -> None:
    answer = client.get("/queues/q", headers={"x-mns-version": "2015-06-06", **headers})
    assert code(answer) == (400, expected)


def test_a_role_brings_its_token(mns: httpx.Client, world: World) -> None:
    role = world.assume_role("certdrop-create-https-listener", seconds=60)
    assert mns.get("/queues/q", auth=MnsAuth(role)).status_code == 200
    assert world.calls.entries[-1].role == "certdrop-create-https-listener"
    bare = Identity(role.access_key_id, role.secret)
    assert code(mns.get("/queues/q", auth=MnsAuth(bare))) == (403, "InvalidAccessKeyId")
    world.advance(60)
    assert code(mns.get("/queues/q", auth=MnsAuth(role))) == (403, "SecurityTokenExpired")


def test_in_a_virtual_world_nobody_waits(mns: httpx.Client) -> None:
    start = time.monotonic()
    assert mns.get("/queues/q/messages?waitseconds=30").status_code == 404
    assert time.monotonic() - start < 5


def test_waiting_ends_with_the_message_and_blocks_nobody(server: Server) -> None:
    server.app.world.mns.create_queue("q")
    received: list[httpx.Response] = []
    with plain.Client(base_url=server.url, auth=MnsAuth(), timeout=30) as client:
        waiting = threading.Thread(target=lambda: received.append(client.get("/queues/q/messages?waitseconds=20")))
        start = time.monotonic()
        waiting.start()
        while not server.app.world.mns.queues["q"].on_visible:
            time.sleep(0.01)
        assert client.post("/queues/q/messages", content=MESSAGE).status_code == 201
        waiting.join(20)
        assert time.monotonic() - start < 10
    assert fields(received[0])["MessageBody"] == "aGVsbG8="
    assert server.app.world.mns.queues["q"].on_visible == []


def test_waiting_ends_when_its_time_is_over_in_the_world(server: Server) -> None:
    server.app.world.mns.create_queue("q")
    with plain.Client(base_url=server.url, auth=MnsAuth(), timeout=30) as client:
        start = time.monotonic()
        timer = threading.Timer(0.1, server.app.world.clock.advance, (60,))
        timer.start()
        assert code(client.get("/queues/q/messages?waitseconds=30")) == (404, "MessageNotExist")
        assert time.monotonic() - start < 10
        timer.join()


def test_a_lost_answer_leaves_the_message_sent(server: Server) -> None:
    queue = server.app.world.mns.create_queue("q")
    server.app.world.faults.add(Fault(service="mns", action="SendMessage", kind="lost"))
    with pytest.raises(httpx.RemoteProtocolError):
        plain.post(f"{server.url}/queues/q/messages", content=MESSAGE, auth=MnsAuth())
    assert len(queue.messages) == 1
