"""The runs that have ended, as the control surface tells them: what demo and tools read the functions' logs from."""

import httpx

from fakecloud.fc.function import Result
from fakecloud.world import World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import RecordingRunner, make_function


def test_runs_are_told_with_their_logs_from_any_number_on(
    client: httpx.Client, world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    runner.results = [Result(b"", log="first\n"), Result(b"", "UnhandledInvocationError", "second\n")]
    deploy(make_function("one"), make_function("two"))
    world.fc.invoke("one", b"1", request_id="r-1")
    world.fc.invoke("two", b"1", request_id="r-2")

    runs = client.get("/_fakecloud/logs").json()

    assert [(run["number"], run["function"], run["log"]) for run in runs] == [
        (1, "one", "first\n"),
        (2, "two", "second\n"),
    ]
    assert runs[0] == {
        "number": 1,
        "function": "one",
        "request_id": "r-1",
        "retry_count": 0,
        "started": world.clock.now().isoformat(),
        "duration": 0.0,
        "error_type": None,
        "log": "first\n",
    }
    assert client.get("/_fakecloud/logs?since=1").json() == runs[1:]
    assert client.get("/_fakecloud/logs?function=one").json() == runs[:1]
    assert client.get("/_fakecloud/logs?since=2").json() == []


def test_a_wrong_number_is_explained(client: httpx.Client) -> None:
    answer = client.get("/_fakecloud/logs?since=x")

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "since should be a number, of the last one that is known"},
    )
