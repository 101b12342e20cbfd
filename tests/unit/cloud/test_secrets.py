"""A key travels in one body, and is found nowhere else: not in errors, their chains, or their tracebacks."""

import traceback
from collections.abc import Iterator
from types import TracebackType
from urllib.parse import quote, quote_plus

import httpx
import pytest
from pydantic import SecretStr

from certdrop.cloud.cas_models import UploadUserCertificateRequest
from certdrop.cloud.clb_models import UploadServerCertificateRequest
from certdrop.cloud.messages import LONGEST_MESSAGE, clean_message
from certdrop.errors import CloudError, InvalidRequestError
from tests.secrets.chains import chain_of
from tests.unit.cloud.doubles import Cloud, answering, refusal

CANARY = "MIIEowIBAAKCAQEAcanaryCANARY+canary/CANARYcanaryCANARYcanaryCANA"
KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----\n"
FORMS = {CANARY, quote(CANARY, safe=""), quote_plus(KEY), CANARY[:40]}
TOKEN = "CAIScanarytokencanarytokencanarytokencanarytoken"


def upload(cloud: Cloud, form: str = "body") -> None:
    cloud.account(rpc_parameters=form, security_token=TOKEN).cas.upload_user_certificate("c", "pem", SecretStr(KEY))


def texts_of(error: BaseException) -> Iterator[str]:
    """All that a logger, a reporter or a debugger could print of an error and its chain."""
    for found in chain_of(error):
        yield from (str(found), repr(found), repr(found.args), repr(vars(found)))
        yield "".join(traceback.format_exception(found))
        yield from locals_of(found.__traceback__)


def locals_of(trace: TracebackType | None) -> Iterator[str]:
    """The local variables of the frames in certdrop, as tracebacks with locals show them."""
    while trace is not None:
        if "/certdrop/" in trace.tb_frame.f_code.co_filename:
            yield from map(repr, trace.tb_frame.f_locals.values())
        trace = trace.tb_next


TROUBLES = {
    "refused connection": httpx.ConnectError("x"),
    "timeout": httpx.ReadTimeout("x"),
    "broken answer": httpx.RemoteProtocolError("x"),
    "refused": refusal(400, "InvalidParameter", f"bad: {KEY}"),
    "refused with the request echoed": refusal(
        400, "SignatureDoesNotMatch", "server string to sign is:POST&%2F&Key%3D" + quote(quote(KEY, safe=""), safe="")
    ),
    "code echoes": refusal(400, quote_plus(KEY), "?"),
    "500": refusal(500, "InternalError", CANARY),
    "unreadable": httpx.Response(200, content=b"{}"),
    "too long": httpx.Response(200, content=b"x" * (17 * 1024 * 1024)),
}


@pytest.mark.parametrize("form", ["body", "query"])
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_no_error_shows_the_key_or_the_token(trouble: httpx.Response | Exception, form: str) -> None:
    with pytest.raises(CloudError) as caught:
        upload(answering(trouble), form)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = "\n".join(texts_of(error))
    assert not [form for form in FORMS | {TOKEN} if form in shown]


def test_the_key_is_sent_in_the_body_and_not_in_the_url() -> None:
    cloud = answering({"CertId": 7})
    upload(cloud)
    [request] = cloud.requests
    assert quote(CANARY, safe="").encode() in request.content
    assert not [form for form in FORMS if form in str(request.url) or form in str(request.headers)]


@pytest.mark.parametrize(
    "request_",
    [
        UploadUserCertificateRequest(name="c", cert="pem", key=SecretStr(KEY), sign_private_key=SecretStr(KEY)),
        UploadServerCertificateRequest(server_certificate="pem", private_key=SecretStr(KEY)),
    ],
)
def test_a_request_does_not_show_its_key(request_: object) -> None:
    assert CANARY not in repr(request_) + str(request_)


def test_a_malformed_request_does_not_show_its_input() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        UploadUserCertificateRequest.model_validate({"name": "", "key": KEY, "surplus": KEY})
    assert CANARY not in str(caught.value)


def test_messages_keep_what_helps_and_lose_what_was_echoed() -> None:
    message = (
        "The specified resource lsn-o4u54y73wq7b1234567 is not found, 12315790343_166f8204689_1714763408_709981430."
    )
    assert clean_message(message) == message
    assert clean_message(f"key {KEY.strip()} is bad") == "key [masked] is bad"
    assert clean_message(f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY[:20]}") == "[masked]"
    assert clean_message(f"not {CANARY} but") == "not [masked] but"
    assert clean_message("Server StringToSign is: POST&%2F") == "Server StringToSign[masked]"
    assert len(clean_message("no " * 1000)) == LONGEST_MESSAGE
