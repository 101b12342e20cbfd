"""Dead letters are received, looked at and deleted."""

from datetime import datetime, timezone

import httpx
import pytest

from certdrop.cloud.mns import Message
from certdrop.cloud.signing import sign_mns
from certdrop.errors import CloudError
from certdrop.ports import Credentials
from tests.unit.cloud.doubles import answering, xml_refusal

ONE = (
    "<Message><MessageId>M-1</MessageId><ReceiptHandle>8-MTIzNDU2Nw==</ReceiptHandle><MessageBody>{}</MessageBody>"
    "<EnqueueTime>1761998400000</EnqueueTime><Priority>8</Priority></Message>"
)
RECEIVED = httpx.Response(200, text=f'<Messages xmlns="http://mns.aliyuncs.com/doc/v1/">{ONE}{ONE}</Messages>')


def test_messages_are_received_up_to_sixteen_at_once() -> None:
    cloud = answering(RECEIVED)

    messages = cloud.account().queues.receive_messages("certdrop-dead-letters")

    sent = datetime(2025, 11, 1, 12, tzinfo=timezone.utc)
    assert messages == [Message("M-1", "{}", "8-MTIzNDU2Nw==", sent)] * 2
    [request] = cloud.requests
    resource = "/queues/certdrop-dead-letters/messages?numOfMessages=16"
    assert request.url.raw_path.decode() == resource
    assert request.headers["authorization"] == sign_mns(
        method="GET", resource=resource, headers=request.headers, credentials=Credentials("id", "secret")
    )


def test_messages_are_peeked_at() -> None:
    cloud = answering(RECEIVED)

    assert len(cloud.account().queues.peek_messages("q")) == 2
    assert cloud.requests[0].url.raw_path.decode() == "/queues/q/messages?numOfMessages=16&peekonly=true"


def test_an_empty_queue_has_no_messages() -> None:
    assert answering(xml_refusal(404, "MessageNotExist")).account().queues.receive_messages("q") == []


def test_a_queue_that_is_not_there_is_told() -> None:
    with pytest.raises(CloudError, match="QueueNotExist"):
        answering(xml_refusal(404, "QueueNotExist")).account().queues.receive_messages("q")


def test_a_message_is_deleted_by_its_handle_as_it_was_given() -> None:
    cloud = answering(httpx.Response(204))

    cloud.account().queues.delete_message("q", "8-MTIzNDU2Nw==")

    [request] = cloud.requests
    assert (request.method, request.url.raw_path.decode()) == (
        "DELETE",
        "/queues/q/messages?ReceiptHandle=8-MTIzNDU2Nw==",
    )


def test_a_message_that_is_gone_is_as_good_as_deleted() -> None:
    answering(xml_refusal(404, "MessageNotExist")).account().queues.delete_message("q", "h")
    with pytest.raises(CloudError, match="ReceiptHandleError"):
        answering(xml_refusal(400, "ReceiptHandleError")).account().queues.delete_message("q", "h")


@pytest.mark.parametrize("time", ["", "soon", "9" * 30])
def test_a_message_without_a_readable_time_is_still_a_message(time: str) -> None:
    text = f"<Messages>{ONE.replace('1761998400000', time)}</Messages>"

    [message] = answering(httpx.Response(200, text=text)).account().queues.peek_messages("q")

    assert message.sent is None
