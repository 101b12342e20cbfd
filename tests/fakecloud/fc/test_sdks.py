"""The vendor's SDKs of both generations invoke functions on a real server."""

import base64
import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakecloud.fc.function import Result
from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, World
from tests.fakecloud.fc.helpers import FAILURE, RecordingRunner, make_function, make_template

pytestmark = pytest.mark.sdk


@pytest.fixture
def world(server: Server) -> World:
    return server.app.world


@pytest.fixture
def runner(world: World) -> Iterator[RecordingRunner]:
    runner = RecordingRunner(world.clock.now)
    world.fc.deploy(make_template(make_function("work")), runner)
    yield runner
    world.fc.stop()


@pytest.fixture
def old(server: Server) -> Callable[..., Any]:
    """Makes clients of aliyun-fc2."""
    import fc2

    logging.getLogger("urllib3").setLevel(logging.WARNING)

    def make(key: str = ACCESS_KEY_ID, secret: str = ACCESS_KEY_SECRET, token: str = "") -> Any:
        return fc2.Client(endpoint=server.url, accessKeyID=key, accessKeySecret=secret, securityToken=token)

    return make


@pytest.fixture
def new(server: Server) -> Callable[..., Any]:
    """Makes clients of alibabacloud_fc20230330."""
    from alibabacloud_fc20230330.client import Client
    from alibabacloud_tea_openapi.utils_models import Config

    def make(key: str = ACCESS_KEY_ID, secret: str = ACCESS_KEY_SECRET, token: str | None = None) -> Any:
        endpoint = server.url.removeprefix("http://")
        keys = {"access_key_id": key, "access_key_secret": secret, "security_token": token}
        return Client(Config(**keys, endpoint=endpoint, protocol="HTTP", region_id="cn-hangzhou"))

    return make


def invoke_new(client: Any, body: bytes, name: str = "work", **headers: str) -> Any:
    from alibabacloud_fc20230330 import models
    from darabonba.runtime import RuntimeOptions

    request = models.InvokeFunctionRequest(body=io.BytesIO(body))
    return client.invoke_function_with_options(name, request, models.InvokeFunctionHeaders(**headers), RuntimeOptions())


def wait_for_run(runner: RecordingRunner) -> None:
    deadline = time.monotonic() + 10
    while not runner.calls:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_fc2_invokes_synchronously(old: Callable[..., Any], runner: RecordingRunner) -> None:
    response = old().invoke_function("any", "work", b'{"a": 1}', {"x-fc-log-type": "Tail"})

    assert response.data == b"ok"
    assert runner.events == [{"a": 1}]
    assert response.headers["X-Fc-Request-Id"] == runner.calls[0].invocation.request_id


def test_fc2_invokes_asynchronously(old: Callable[..., Any], runner: RecordingRunner) -> None:
    response = old().invoke_function("any", "work", b'{"a": 1}', {"x-fc-invocation-type": "Async"})

    assert response.data == b""
    wait_for_run(runner)
    assert runner.events == [{"a": 1}]


def test_fc2_invokes_with_temporary_credentials(old: Callable[..., Any], world: World, runner: RecordingRunner) -> None:
    role = world.assume_role("certdrop-work")

    assert old(role.access_key_id, role.secret, role.token).invoke_function("any", "work", b"1").data == b"ok"
    assert len(runner.calls) == 1


def test_fc2_raises_what_a_function_raised(old: Callable[..., Any], runner: RecordingRunner) -> None:
    from fc2.fc_exceptions import FcError

    runner.results = [FAILURE]

    with pytest.raises(FcError) as caught:
        old().invoke_function("any", "work", b"1")

    assert caught.value.status_code == 200
    assert json.loads(caught.value.message)["errorType"] == "ValueError"


def test_fc2_hears_of_a_wrong_secret(old: Callable[..., Any], runner: RecordingRunner) -> None:
    from fc2.fc_exceptions import FcError

    with pytest.raises(FcError, match="SignatureDoesNotMatch") as caught:
        old(secret="wrong").invoke_function("any", "work", b"1")

    assert (caught.value.status_code, caught.value.err_code) == (403, "SignatureNotMatch")
    assert runner.calls == []


def test_fc2_hears_of_a_function_that_is_not_there(old: Callable[..., Any], runner: RecordingRunner) -> None:
    from fc2.fc_exceptions import FcError

    with pytest.raises(FcError, match="FunctionNotFound"):
        old().invoke_function("any", "nothing", b"1")

    assert runner.calls == []


def test_fc3_invokes_synchronously(new: Callable[..., Any], runner: RecordingRunner) -> None:
    runner.results = [Result(b"out", None, "line\n", "c-1", 12.0)]

    response = invoke_new(new(), b'{"a": 1}', x_fc_invocation_type="Sync", x_fc_log_type="Tail")

    assert (response.status_code, response.body.read()) == (200, b"out")
    assert base64.b64decode(response.headers["x-fc-log-result"]) == b"line\n"
    assert runner.events == [{"a": 1}]


def test_fc3_invokes_asynchronously(new: Callable[..., Any], runner: RecordingRunner) -> None:
    response = invoke_new(new(), b'{"a": 1}', x_fc_invocation_type="Async")

    assert (response.status_code, response.body.read()) == (202, b"")
    wait_for_run(runner)
    assert response.headers["x-fc-request-id"] == runner.calls[0].invocation.request_id


def test_fc3_invokes_with_temporary_credentials(new: Callable[..., Any], world: World, runner: RecordingRunner) -> None:
    role = world.assume_role("certdrop-work")

    response = invoke_new(new(role.access_key_id, role.secret, role.token), b"1")

    assert response.body.read() == b"ok"
    assert len(runner.calls) == 1


def test_fc3_does_not_raise_what_a_function_raised(new: Callable[..., Any], runner: RecordingRunner) -> None:
    runner.results = [FAILURE]

    response = invoke_new(new(), b"1")

    assert (response.status_code, response.headers["x-fc-error-type"]) == (200, "UnhandledInvocationError")
    assert json.loads(response.body.read())["errorType"] == "ValueError"


def test_fc3_hears_of_a_wrong_secret_and_of_a_missing_function(
    new: Callable[..., Any], runner: RecordingRunner
) -> None:
    from alibabacloud_tea_openapi.exceptions import ClientException

    with pytest.raises(ClientException, match="SignatureDoesNotMatch"):
        invoke_new(new(secret="wrong"), b"1")
    with pytest.raises(ClientException, match="FunctionNotFound"):
        invoke_new(new(), b"1", name="nothing")

    assert runner.calls == []
