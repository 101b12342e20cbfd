"""aliyun-mns-sdk against the running server, with and without STS."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, Identity
from tests.fakecloud.signing import ACCOUNT

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the SDK's own modules use what Python is about to drop
    from mns.account import Account
    from mns.mns_exception import MNSServerException
    from mns.queue import Message, QueueMeta

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.filterwarnings("ignore:Call to deprecated function .*_messages:DeprecationWarning"),
]


def connect(server: Server, identity: Identity, name: str = "q") -> Any:
    account = Account(server.url, identity.access_key_id, identity.secret, identity.token or "")
    return account.get_queue(name)


@pytest.fixture(params=["account", "role"])
def identity(request: pytest.FixtureRequest, server: Server) -> Identity:
    return ACCOUNT if request.param == "account" else server.app.world.assume_role("certdrop-test")


@pytest.fixture
def sdk(server: Server, identity: Identity) -> Iterator[Any]:
    queue = connect(server, identity)
    assert queue.create(QueueMeta()) == f"{server.url}/queues/q"
    yield queue
    queue.mns_client.close_connection()


def test_a_message_goes_all_its_way(sdk: Any) -> None:
    sent = sdk.send_message(Message("hello é", delay_seconds=0, priority=3))
    peeked = sdk.peek_message()
    received = sdk.receive_message(1)
    assert received.message_id == peeked.message_id == sent.message_id
    assert (received.message_body.decode(), received.dequeue_count, received.priority) == ("hello é", 1, 3)
    changed = sdk.change_message_visibility(received.receipt_handle, 60)
    assert changed.receipt_handle != received.receipt_handle
    with pytest.raises(MNSServerException, match="MessageNotExist"):
        sdk.delete_message(received.receipt_handle)
    sdk.delete_message(changed.receipt_handle)
    with pytest.raises(MNSServerException, match="MessageNotExist"):
        sdk.receive_message(0)


def test_batches_go_all_their_way(sdk: Any) -> None:
    assert len(sdk.batch_send_message([Message("a"), Message("b")])) == 2
    assert len(sdk.batch_peek_message(16)) == 2
    received = sdk.batch_receive_message(16, 1)
    assert sorted(message.message_body for message in received) == [b"a", b"b"]
    handles = [message.receipt_handle for message in received]
    with pytest.raises(MNSServerException) as caught:
        sdk.batch_delete_message([*handles, "nonsense"])
    assert [error["ErrorCode"] for error in caught.value.sub_errors] == ["ReceiptHandleError"]
    sdk.batch_send_message([Message("c")])
    [last] = sdk.batch_receive_message(16, 1)
    sdk.batch_delete_message([last.receipt_handle])


def test_a_batch_that_fails_in_part_says_which(sdk: Any) -> None:
    with pytest.raises(MNSServerException) as caught:
        sdk.batch_send_message([Message("good"), Message("bad", priority=17)])
    assert caught.value.type == "InvalidArgument"
    assert sdk.receive_message(0).message_body == b"good"


def test_attributes_are_read_and_set(sdk: Any, server: Server) -> None:
    sdk.set_attributes(QueueMeta(vis_timeout=60))
    sdk.send_message(Message("x"))
    attributes = sdk.get_attributes()
    assert (attributes.visibility_timeout, attributes.active_messages) == (60, 1)


def test_queues_are_listed_and_deleted(sdk: Any, server: Server, identity: Identity) -> None:
    account = Account(server.url, identity.access_key_id, identity.secret, identity.token or "")
    urls, marker = account.list_queue("q", 10)
    assert (urls, marker) == ([f"{server.url}/queues/q"], "")
    sdk.delete()
    assert account.list_queue("q", 10)[0] == []
    account.mns_client.close_connection()


def test_a_wrong_secret_is_told(server: Server) -> None:
    queue = connect(server, Identity(ACCESS_KEY_ID, "wrong"))
    with pytest.raises(MNSServerException, match="SignatureDoesNotMatch"):
        queue.get_attributes()
    queue.mns_client.close_connection()
