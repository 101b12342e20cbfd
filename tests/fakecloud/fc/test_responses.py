"""Both invocation APIs on the wire, in process."""

import base64
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from fakecloud.faults import Fault
from fakecloud.fc.function import Result
from fakecloud.serving import LostAnswerError
from fakecloud.world import ACCESS_KEY_ID, Identity, World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import FAILURE, RecordingRunner, make_function
from tests.fakecloud.fc.signing import ACCOUNT, AcsAuth, FcAuth, code_of

NAME = "work"
OLD = f"/2016-08-15/services/any/functions/{NAME}/invocations"
NEW = f"/2023-03-30/functions/{NAME}/invocations"
BOTH = pytest.mark.parametrize(("path", "auth"), [(OLD, FcAuth), (NEW, AcsAuth)])
Auth = type[FcAuth] | type[AcsAuth]


@pytest.fixture(autouse=True)
def deployed(deploy: Deploy) -> None:
    deploy(make_function("work", reserved_concurrency=1))


@BOTH
def test_a_synchronous_call_answers_with_the_documented_headers(
    client: httpx.Client, runner: RecordingRunner, path: str, auth: Auth
) -> None:
    runner.results = [Result(b"\x00out", None, "line\n", "c-1", 12.345)]

    response = client.post(path, content=b'{"a": 1}', auth=auth(), headers={"x-fc-log-type": "Tail"})

    assert (response.status_code, response.content) == (200, b"\x00out")
    [call] = runner.calls
    assert call.event == {"a": 1}
    assert response.headers["x-fc-request-id"] == call.invocation.request_id
    assert response.headers["x-fc-instance-id"] == "c-1"
    assert response.headers["x-fc-max-memory-usage"] == "12.35"
    assert response.headers["x-fc-invocation-duration"] == "0"
    assert base64.b64decode(response.headers["x-fc-log-result"]) == b"line\n"
    assert "x-fc-error-type" not in response.headers


@BOTH
def test_the_log_tail_is_four_kilobytes_and_sent_when_asked_for(
    client: httpx.Client, runner: RecordingRunner, path: str, auth: Auth
) -> None:
    runner.results = [Result(b"", None, "x" * 5000), Result(b"", None, "x")]

    tail = client.post(path, content=b"1", auth=auth(), headers={"x-fc-log-type": "Tail"})
    none = client.post(path, content=b"1", auth=auth(), headers={"x-fc-log-type": "None"})

    assert len(base64.b64decode(tail.headers["x-fc-log-result"])) == 4096
    assert "x-fc-log-result" not in none.headers


@BOTH
def test_a_failing_function_is_status_200_with_an_error_type(
    client: httpx.Client, runner: RecordingRunner, path: str, auth: Auth
) -> None:
    runner.results = [FAILURE]

    response = client.post(path, content=b"1", auth=auth())

    assert response.status_code == 200
    assert response.headers["x-fc-error-type"] == "UnhandledInvocationError"
    assert response.json()["errorType"] == "ValueError"


@BOTH
def test_an_asynchronous_call_is_accepted_and_run_later(
    client: httpx.Client, world: World, runner: RecordingRunner, path: str, auth: Auth
) -> None:
    response = client.post(path, content=b"1", auth=auth(), headers={"x-fc-invocation-type": "Async"})

    assert (response.status_code, response.content, runner.calls) == (202, b"", [])
    world.run_due()
    assert runner.calls[0].invocation.request_id == response.headers["x-fc-request-id"]


@BOTH
def test_a_kind_of_invocation_that_does_not_exist_is_refused(client: httpx.Client, path: str, auth: Auth) -> None:
    response = client.post(path, content=b"1", auth=auth(), headers={"x-fc-invocation-type": "Later"})

    assert (response.status_code, code_of(response)) == (400, "InvalidArgument")


@BOTH
def test_errors_have_the_names_of_their_api(client: httpx.Client, path: str, auth: Auth) -> None:
    response = client.post(path.replace("work", "nothing"), content=b"1", auth=auth())

    names = ("ErrorCode", "ErrorMessage") if auth is FcAuth else ("Code", "Message")
    assert response.status_code == 404
    assert response.json() == {
        names[0]: "FunctionNotFound",
        names[1]: "function 'nothing' does not exist",
        "RequestId": response.headers["x-fc-request-id"],
    }


@BOTH
def test_only_the_latest_version_exists(client: httpx.Client, path: str, auth: Auth) -> None:
    latest = path.replace("any", "any.LATEST") if auth is FcAuth else f"{path}?qualifier=LATEST"
    other = latest.replace("LATEST", "prod")

    assert client.post(latest, content=b"1", auth=auth()).status_code == 200
    assert code_of(client.post(other, content=b"1", auth=auth())) == "AliasNotFound"


@BOTH
def test_other_methods_and_paths_are_not_supported(client: httpx.Client, path: str, auth: Auth) -> None:
    got = client.get(path, auth=auth())
    posted = client.post(path.replace("invocations", "triggers"), auth=auth())

    assert [(r.status_code, code_of(r)) for r in (got, posted)] == [(400, "PathNotSupported")] * 2


@BOTH
def test_a_busy_function_is_exhausted(client: httpx.Client, runner: RecordingRunner, path: str, auth: Auth) -> None:
    answers = []
    runner.during = lambda: answers.append(client.post(path, content=b"2", auth=auth()))

    assert client.post(path, content=b"1", auth=auth()).status_code == 200

    [second] = answers
    assert (second.status_code, code_of(second)) == (429, "ResourceExhausted")


@BOTH
def test_an_event_that_is_too_large_is_refused(client: httpx.Client, path: str, auth: Auth) -> None:
    body = b"x" * (128 * 1024 + 1)

    response = client.post(path, content=body, auth=auth(), headers={"x-fc-invocation-type": "Async"})

    assert (response.status_code, code_of(response)) == (400, "EntityTooLarge")


@BOTH
def test_a_role_may_invoke_with_its_temporary_credentials(
    client: httpx.Client, world: World, path: str, auth: Auth
) -> None:
    identity = world.assume_role("certdrop-work")

    assert client.post(path, content=b"1", auth=auth(identity)).status_code == 200
    assert [call.role for call in world.calls.entries if call.action == "InvokeFunction"] == ["certdrop-work"]


def refusal(client: httpx.Client, path: str, auth: httpx.Auth) -> tuple[int, str]:
    response = client.post(path, content=b"1", auth=auth)
    return response.status_code, code_of(response)


def test_the_old_api_refuses_callers_in_its_documented_words(client: httpx.Client, world: World) -> None:
    stranger = Identity("LTAI5tSomebodyElse", "secret")
    forger = Identity(ACCESS_KEY_ID, "wrong")
    known = world.assume_role("certdrop-work", seconds=60)
    forged = Identity(known.access_key_id, known.secret, "other")
    old = datetime.now(timezone.utc) - timedelta(minutes=16)

    assert refusal(client, OLD, httpx.Auth()) == (400, "MissingRequiredHeader")
    assert refusal(client, OLD, FcAuth(stranger)) == (403, "InvalidAccessKeyID")
    assert refusal(client, OLD, FcAuth(forger)) == (403, "SignatureNotMatch")
    assert refusal(client, OLD, FcAuth(forged)) == (403, "InvalidSecurityToken")
    assert refusal(client, OLD, FcAuth(ACCOUNT, old)) == (403, "AccessDenied")
    world.clock.advance(61)
    assert refusal(client, OLD, FcAuth(known)) == (403, "SecurityTokenExpired")


def test_a_signed_request_without_a_date_is_refused(client: httpx.Client) -> None:
    response = client.post(OLD, content=b"1", headers={"authorization": f"FC {ACCESS_KEY_ID}:c2lnbmF0dXJl"})

    assert (response.status_code, code_of(response)) == (400, "MissingRequiredHeader")


def test_the_new_api_refuses_callers_like_every_gateway(client: httpx.Client) -> None:
    assert refusal(client, NEW, AcsAuth(Identity(ACCESS_KEY_ID, "wrong"))) == (400, "SignatureDoesNotMatch")
    assert refusal(client, NEW, AcsAuth(Identity("LTAI5tSomebodyElse", "s"))) == (404, "InvalidAccessKeyId.NotFound")


def test_a_changed_header_or_path_breaks_the_signature(client: httpx.Client) -> None:
    request = client.build_request("POST", OLD, content=b"1", headers={"x-fc-invocation-type": "Async"})
    signed = next(FcAuth().auth_flow(request))
    signed.headers["x-fc-invocation-type"] = "Sync"

    assert code_of(client.send(signed)) == "SignatureNotMatch"


@BOTH
def test_faults_on_order_are_suffered(
    client: httpx.Client, world: World, runner: RecordingRunner, path: str, auth: Auth
) -> None:
    world.faults.add(Fault(service="fc", action="InvokeFunction", status=503, code="ServiceUnavailable"))
    world.faults.add(Fault(service="fc", action="InvokeFunction", kind="lost"))

    assert refusal(client, path, auth()) == (503, "ServiceUnavailable")
    assert runner.calls == []
    with pytest.raises(LostAnswerError):
        client.post(path, content=b"1", auth=auth())
    assert len(runner.calls) == 1


@BOTH
def test_calls_are_noted(client: httpx.Client, world: World, path: str, auth: Auth) -> None:
    client.post(path, content=b"1", auth=auth())
    client.post(path, content=b"1")

    noted = [(call.action, call.resource, call.status, call.mutating) for call in world.calls.entries]
    assert noted == [
        ("RunFunction", "work", 200, False),
        ("InvokeFunction", "work", 200, False),
        ("InvokeFunction", "work", 400, False),
    ]
