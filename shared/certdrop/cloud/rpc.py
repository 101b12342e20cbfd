"""Calls to the API gateway (ALB, CLB, CAS): parameters in the POST body, so that a key never is in a URL."""

import hashlib
import json
from typing import Any, TypeVar

from pydantic import ValidationError

from certdrop.cloud.carrying import Answer, Request
from certdrop.cloud.endpoints import split_endpoint
from certdrop.cloud.flattening import flatten
from certdrop.cloud.messages import clean_id, clean_message
from certdrop.cloud.sending import Call, Sender
from certdrop.cloud.signing import canonical_query, sign_rpc
from certdrop.cloud.wire import RpcRequest, RpcResponse
from certdrop.errors import CloudError
from certdrop.ports import Clock, Credentials, Ids

FORM = "application/x-www-form-urlencoded"
NOT_SIGNED = frozenset({"accept-encoding", "user-agent"})
USER_AGENT = "certdrop"

Response = TypeVar("Response", bound=RpcResponse)


class RpcClient:
    """One service's version at one endpoint, signed for one set of credentials."""

    def __init__(
        self,
        service: str,
        version: str,
        endpoint: str,
        *,
        sender: Sender,
        credentials: Credentials,
        clock: Clock,
        ids: Ids,
        in_query: bool = False,
    ) -> None:
        self._service = service
        self._version = version
        self._origin = endpoint
        self._host = split_endpoint(endpoint).authority
        self._sender = sender
        self._credentials = credentials
        self._clock = clock
        self._ids = ids
        self._in_query = in_query

    def call(self, request: RpcRequest, response_type: type[Response]) -> Response:
        """Make the *request*'s action and read its answer; raises CloudError or LostAnswerError."""
        call = Call(
            service=self._service,
            action=request.action,
            repeatable=request.repeatable,
            build=lambda: self._build(request),
            read_error=_read_error,
        )
        answer = self._sender.send(call)
        problem = None
        try:
            return response_type.model_validate_json(answer.body)
        except ValidationError as error:
            problem = ", ".join(sorted({".".join(map(str, part["loc"])) or "document" for part in error.errors()}))
        raise call.lost("UnreadableAnswer", f"not as documented: {problem}", answer.status)

    def _build(self, request: RpcRequest) -> Request:
        parameters = flatten(request.model_dump(by_alias=True, exclude_none=True))
        query, body = (parameters, b"") if self._in_query else ([], canonical_query(parameters).encode())
        headers = {
            "host": self._host,
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": USER_AGENT,
            "x-acs-action": request.action,
            "x-acs-version": self._version,
            "x-acs-date": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": self._ids.new(),
            "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        }
        if body:
            headers["content-type"] = FORM
        if self._credentials.security_token:
            headers["x-acs-accesskey-id"] = self._credentials.access_key_id
            headers["x-acs-security-token"] = self._credentials.security_token
        headers["authorization"] = sign_rpc(
            method="POST",
            path="/",
            query=query,
            headers=headers,
            signed_headers=[name for name in headers if name not in NOT_SIGNED],
            content_sha256=headers["x-acs-content-sha256"],
            credentials=self._credentials,
        )
        return Request("POST", self._origin, f"/?{canonical_query(query)}" if query else "/", headers, body)


def _read_error(call: Call, answer: Answer) -> CloudError:
    """Read the gateway's JSON error; its keys come in both spellings. Anything else becomes `Http<status>`."""
    document = _read_object(answer.body)
    code, message, request_id = (
        _text_of(document.get(name) or document.get(name[0].lower() + name[1:]))
        for name in ("Code", "Message", "RequestId")
    )
    return call.error(
        clean_message(code) or f"Http{answer.status}",
        clean_message(message),
        request_id=clean_id(request_id or answer.headers.get("x-acs-request-id", "")),
        status=answer.status,
    )


def _text_of(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
