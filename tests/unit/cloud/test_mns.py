"""Requests to look are put into queues."""

import base64

import httpx
import pytest
from defusedxml import ElementTree

from certdrop.cloud.signing import sign_mns
from certdrop.errors import CloudError, LostAnswerError
from certdrop.ports import Credentials
from tests.unit.cloud.doubles import answering, xml_refusal

NAMESPACE = "{http://mns.aliyuncs.com/doc/v1/}"
SENT = httpx.Response(201, text='<Message xmlns="http://mns.aliyuncs.com/doc/v1/"><MessageId>M-1</MessageId></Message>')


def test_a_message_is_sent_in_base64_with_its_delay() -> None:
    cloud = answering(SENT)
    queues = cloud.account(security_token="t").queues
    assert queues.send_message("certdrop-drops", '{"a": "é<"}', delay_seconds=20) == "M-1"
    [request] = cloud.requests
    assert str(request.url) == "https://1234.mns.cn-hangzhou.aliyuncs.com/queues/certdrop-drops/messages"
    message = ElementTree.fromstring(request.content)
    body = message.findtext(f"{NAMESPACE}MessageBody", "")
    assert base64.b64decode(body).decode() == '{"a": "é<"}'
    assert message.findtext(f"{NAMESPACE}DelaySeconds") == "20"
    assert request.headers["security-token"] == "t"
    assert request.headers["date"] == "Sun, 22 Nov 2026 01:09:10 GMT"
    assert request.headers["authorization"] == sign_mns(
        method="POST",
        resource="/queues/certdrop-drops/messages",
        headers=request.headers,
        credentials=Credentials("id", "secret"),
    )


def test_sending_is_repeated_after_a_lost_answer() -> None:
    cloud = answering(httpx.ReadTimeout("x"), xml_refusal(500, "InternalError"), SENT)
    assert cloud.account().queues.send_message("q", "x") == "M-1"
    assert len(cloud.requests) == 3


def test_a_missing_queue_is_told() -> None:
    with pytest.raises(CloudError, match=r"mns SendMessage: QueueNotExist \(404\) no \[RequestId R-9\]"):
        answering(xml_refusal(404, "QueueNotExist")).account().queues.send_message("q", "x")


def test_an_answer_that_is_no_xml_is_a_lost_answer() -> None:
    with pytest.raises(LostAnswerError, match="UnreadableAnswer"):
        answering(httpx.Response(201, text="ok")).account().queues.send_message("q", "x")


def test_an_error_without_xml_shows_its_request_id() -> None:
    answer = httpx.Response(403, headers={"x-mns-request-id": "R-5"})
    with pytest.raises(CloudError, match=r"Http403 \(403\)  \[RequestId R-5\]"):
        answering(answer).account().queues.send_message("q", "x")
