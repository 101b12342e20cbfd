"""The queues: requests to look are sent, never received (the triggers deliver them)."""

import base64
from email.utils import format_datetime
from urllib.parse import quote

import httpx

from certdrop.cloud import xml_answers
from certdrop.cloud.sending import Answer, Call, Sender
from certdrop.cloud.signing import sign_mns
from certdrop.errors import CloudError
from certdrop.ports import Clock, Credentials

VERSION = "2015-06-06"
NAMESPACE = "http://mns.aliyuncs.com/doc/v1/"
CONTENT_TYPE = "text/xml;charset=UTF-8"


class Queues:
    """The account's queues in its region."""

    def __init__(self, endpoint: str, *, sender: Sender, credentials: Credentials, clock: Clock) -> None:
        self._endpoint = endpoint
        self._host = httpx.URL(endpoint).netloc.decode()
        self._sender = sender
        self._credentials = credentials
        self._clock = clock

    def send_message(self, queue: str, body: str, *, delay_seconds: int = 0) -> str:
        """Send *body* (in base64, as the queue triggers expect it), seen after the delay; return its MessageId.

        Repeated after a lost answer: a message only asks for a look, and a second one does no harm.
        """
        encoded = base64.b64encode(body.encode()).decode()
        document = (
            '<?xml version="1.0" encoding="utf-8"?>'
            f'<Message xmlns="{NAMESPACE}"><MessageBody>{encoded}</MessageBody>'
            f"<DelaySeconds>{int(delay_seconds)}</DelaySeconds><Priority>8</Priority></Message>"
        ).encode()
        resource = f"/queues/{quote(queue, safe='')}/messages"
        call = Call(
            service="mns",
            action="SendMessage",
            repeatable=True,
            build=lambda: self._build("POST", resource, document),
            read_error=_read_error,
        )
        answer = self._sender.send(call)
        return xml_answers.parse_answer(call, answer).findtext("MessageId", "")

    def _build(self, method: str, resource: str, body: bytes) -> httpx.Request:
        headers = {
            "host": self._host,
            "accept-encoding": "identity",
            "content-type": CONTENT_TYPE,
            "date": format_datetime(self._clock.now(), usegmt=True),
            "x-mns-version": VERSION,
        }
        if self._credentials.security_token:
            headers["security-token"] = self._credentials.security_token
        headers["authorization"] = sign_mns(
            method=method, resource=resource, headers=headers, credentials=self._credentials
        )
        return httpx.Request(method, self._endpoint + resource, headers=headers, content=body)


def _read_error(call: Call, answer: Answer) -> CloudError:
    return xml_answers.read_error(call, answer, "x-mns-request-id")
