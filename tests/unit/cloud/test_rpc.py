"""A call to the gateway on the wire, and its errors."""

import hashlib
import re
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import SecretStr

from certdrop.cloud.signing import sign_rpc
from certdrop.errors import CloudError, LostAnswerError
from certdrop.ports import Credentials
from tests.unit.cloud.doubles import Cloud, answering, refusal

LISTENER = {"ListenerId": "lsn-1", "ListenerPort": 443, "ListenerStatus": "Running"}


def sent(cloud: Cloud, **settings: Any) -> httpx.Request:
    cloud.account(**settings).alb("cn-hangzhou").get_listener_attribute("lsn-1")
    return cloud.requests[-1]


def check_signature(request: httpx.Request, token: str | None = None) -> None:
    """Verify as the server does: by the list of signed headers, the query, and the body's hash."""
    authorization = request.headers["authorization"]
    signed = re.search(r"SignedHeaders=([^,]+)", authorization)
    assert signed is not None
    names = signed[1].split(";")
    required = {"host", "content-type"} | {name for name in request.headers if name.startswith("x-acs-")}
    assert required & set(request.headers) <= set(names)
    assert request.headers["x-acs-content-sha256"] == hashlib.sha256(request.content).hexdigest()
    assert authorization == sign_rpc(
        method=request.method,
        path=request.url.path,
        query=parse_qsl(request.url.query.decode(), keep_blank_values=True),
        headers=request.headers,
        signed_headers=names,
        content_sha256=hashlib.sha256(request.content).hexdigest(),
        credentials=Credentials("id", "secret", token),
    )


def test_parameters_go_into_the_body_and_are_signed() -> None:
    request = sent(answering(LISTENER))
    assert str(request.url) == "https://alb.cn-hangzhou.aliyuncs.com/"
    assert request.content == b"ListenerId=lsn-1"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["x-acs-action"] == "GetListenerAttribute"
    assert request.headers["x-acs-version"] == "2020-06-16"
    assert request.headers["x-acs-date"] == "2026-11-22T01:09:10Z"
    check_signature(request)


def test_parameters_go_into_the_query_where_the_settings_say_so() -> None:
    request = sent(answering(LISTENER), rpc_parameters="query")
    assert str(request.url) == "https://alb.cn-hangzhou.aliyuncs.com/?ListenerId=lsn-1"
    assert request.content == b""
    assert "content-type" not in request.headers
    check_signature(request)


def test_odd_characters_survive_in_both_forms() -> None:
    for form in ("body", "query"):
        cloud = answering({"CertId": 7})
        key = SecretStr("-----BEGIN-----\na+b/c==\n-----END-----\n")
        cloud.account(rpc_parameters=form).cas.upload_user_certificate("c ~*é&1", "pem\n", key)
        [request] = cloud.requests
        text = request.content.decode() if form == "body" else request.url.query.decode()
        assert dict(parse_qsl(text, keep_blank_values=True)) == {
            "Name": "c ~*é&1",
            "Cert": "pem\n",
            "Key": key.get_secret_value(),
        }
        check_signature(request)


def test_a_temporary_credential_sends_and_signs_its_token() -> None:
    request = sent(answering(LISTENER), security_token="token/+=")
    assert request.headers["x-acs-security-token"] == "token/+="
    assert request.headers["x-acs-accesskey-id"] == "id"
    check_signature(request, "token/+=")


def test_an_endpoint_with_a_port_is_signed_with_its_port() -> None:
    request = sent(answering(LISTENER), endpoints={"alb": "http://127.0.0.1:1234"})
    assert str(request.url) == "http://127.0.0.1:1234/"
    assert request.headers["host"] == "127.0.0.1:1234"
    check_signature(request)


def test_an_error_names_service_action_code_status_and_request_id() -> None:
    with pytest.raises(CloudError) as caught:
        sent(answering(refusal(404, "ResourceNotFound.Listener", "The specified resource lsn-1 is not found.")))
    error = caught.value
    assert (error.service, error.action, error.code) == ("alb", "GetListenerAttribute", "ResourceNotFound.Listener")
    assert (error.status, error.request_id) == (404, "R-9")
    assert error.message == "The specified resource lsn-1 is not found."
    assert not isinstance(error, LostAnswerError)


def test_an_error_in_lower_camel_case_is_read_too() -> None:
    answer = httpx.Response(400, json={"code": "Throttled", "message": "m", "requestId": "r"})
    with pytest.raises(CloudError, match=r"alb GetListenerAttribute: Throttled \(400\) m \[RequestId r\]"):
        sent(answering(answer))


@pytest.mark.parametrize("body", [b"<html>Bad Gateway</html>", b"[1]", b"", b"\xff"])
def test_an_error_that_is_no_json_object_has_its_status_as_code(body: bytes) -> None:
    with pytest.raises(CloudError, match=r"Http404 \(404\).*\[RequestId from-header\]"):
        sent(answering(httpx.Response(404, content=body, headers={"x-acs-request-id": "from-header"})))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"<ok/>", b'{"RequestId": "r"}'])
def test_a_good_answer_that_cannot_be_read_is_a_lost_answer(body: bytes) -> None:
    cloud = answering(httpx.Response(200, content=body))
    with pytest.raises(LostAnswerError, match="UnreadableAnswer") as caught:
        sent(cloud)
    assert caught.value.__context__ is None
    assert len(cloud.requests) == 1


def test_a_query_too_long_for_a_url_is_an_error_of_ours_and_not_tried_again() -> None:
    cloud = answering({"CertId": 7})
    with pytest.raises(CloudError, match="InvalidUrl") as caught:
        cloud.account(rpc_parameters="query").cas.upload_user_certificate("c", "x" * 70_000, SecretStr("k"))
    assert caught.value.__context__ is None
    assert cloud.requests == []
