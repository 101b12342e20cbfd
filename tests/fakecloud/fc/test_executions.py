"""Runs: credentials, concurrency, faults on order, logs, deployment."""

import threading

import pytest

from fakecloud.faults import Fault
from fakecloud.fc.errors import DeploymentError, EntityTooLargeError, FcError, FunctionNotFoundError
from fakecloud.fc.function import Function, Invocation, OssTrigger, Result
from fakecloud.fc.workers import Threads
from fakecloud.world import World
from tests.fakecloud.fc.conftest import Deploy
from tests.fakecloud.fc.helpers import FAILURE, RecordingRunner, make_function, make_template, queue_trigger


def test_a_synchronous_invocation_answers_what_the_function_answered(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    deploy(make_function())

    result = world.fc.invoke("work", b'{"a": 1}')

    assert result.body == b"ok"
    assert runner.events == [{"a": 1}]


def test_every_invocation_has_fresh_credentials_of_the_functions_role(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    deploy(make_function())
    world.fc.invoke("work", b"1")
    world.fc.invoke("work", b"2")

    first, second = (call.invocation for call in runner.calls)

    assert first.identity.role == second.identity.role == "certdrop-work"
    assert first.identity.access_key_id != second.identity.access_key_id
    assert first.request_id != second.request_id
    assert (first.account_id, first.region) == (world.account_id, world.region)


def test_an_unknown_function_is_not_found(world: World) -> None:
    with pytest.raises(FunctionNotFoundError, match="'nothing' does not exist"):
        world.fc.invoke("nothing", b"")
    with pytest.raises(FunctionNotFoundError):
        world.fc.invoke_async("nothing", b"")


def test_events_have_documented_limits(world: World, deploy: Deploy) -> None:
    deploy(make_function())

    with pytest.raises(EntityTooLargeError, match="131072 bytes"):
        world.fc.invoke_async("work", b"x" * (128 * 1024 + 1))
    with pytest.raises(EntityTooLargeError, match="33554432 bytes"):
        world.fc.invoke("work", b"x" * (32 * 1024 * 1024 + 1))


def test_a_failing_function_is_a_result_that_is_not_retried(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    runner.results = [FAILURE]
    deploy(make_function())

    result = world.fc.invoke("work", b"{}")
    world.advance(3600)

    assert result.error_type == "UnhandledInvocationError"
    assert len(runner.calls) == 1


def test_reserved_concurrency_refuses_a_second_run_at_the_same_time(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    refused = []

    def invoke_again() -> None:
        with pytest.raises(FcError) as caught:
            world.fc.invoke("work", b"2")
        refused.append(caught.value)

    runner.during = invoke_again
    deploy(make_function(reserved_concurrency=1))

    world.fc.invoke("work", b"1")

    assert [(error.status, error.code) for error in refused] == [(429, "ResourceExhausted")]
    runner.during = lambda: None
    assert world.fc.invoke("work", b"3").body == b"ok"


def test_a_runner_that_breaks_gives_its_place_back(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    def break_once() -> None:
        runner.during = lambda: None
        raise RuntimeError("broken")

    runner.during = break_once
    deploy(make_function(reserved_concurrency=1))

    with pytest.raises(RuntimeError, match="broken"):
        world.fc.invoke("work", b"1")

    assert world.fc.running == 0
    assert world.fc.invoke("work", b"2").body == b"ok"


def test_an_error_on_order_prevents_the_run(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    world.faults.add(Fault(service="fc", action="RunFunction", status=500, code="InternalServerError"))
    deploy(make_function())

    with pytest.raises(FcError, match="InternalServerError"):
        world.fc.invoke("work", b"1")

    assert runner.calls == []
    assert world.fc.invoke("work", b"2").body == b"ok"


def test_a_lost_answer_on_order_comes_after_the_run(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    world.faults.add(Fault(service="fc", action="RunFunction", kind="lost"))
    deploy(make_function())

    with pytest.raises(FcError, match="lost"):
        world.fc.invoke("work", b"1")

    assert len(runner.calls) == 1


def test_runs_are_kept_with_their_logs(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    runner.results = [Result(b"", log="first\n"), Result(b"", "UnhandledInvocationError", "second\n"), Result(b"")]
    runner.during = lambda: world.clock.advance(1.5)
    deploy(make_function("one"), make_function("two"))
    for name in ("one", "two", "one"):
        world.fc.invoke(name, b"1")

    assert [run.function for run in world.fc.logs()] == ["one", "two", "one"]
    [run] = world.fc.logs("two")
    assert (run.log, run.error_type, run.duration) == ("second\n", "UnhandledInvocationError", 1.5)


def test_runs_are_in_the_call_log(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    runner.results = [FAILURE]
    deploy(make_function())
    world.fc.invoke("work", b"1")

    [call] = [call for call in world.calls.entries if call.service == "fc"]

    assert (call.action, call.resource, call.role) == ("RunFunction", "work", "certdrop-work")
    assert call.code == "UnhandledInvocationError"
    assert not call.mutating


def test_live_variables_reach_the_function_when_the_template_declares_them(
    world: World, deploy: Deploy, runner: RecordingRunner
) -> None:
    deploy(make_function(environment={"CERTDROP_DIAL": "", "CERTDROP_SITE": "china"}))
    world.fc.live_environment = lambda: {"CERTDROP_DIAL": "lb:443=127.0.0.1:5000", "OTHER": "x"}

    world.fc.invoke("work", b"1")

    [call] = runner.calls
    assert call.function.environment == {"CERTDROP_DIAL": "lb:443=127.0.0.1:5000", "CERTDROP_SITE": "china"}


def test_deploying_needs_the_buckets_and_queues_of_the_triggers(world: World, runner: RecordingRunner) -> None:
    watched = OssTrigger("in", "drops", ("oss:ObjectCreated:*",))
    template = make_template(make_function("a", watched), make_function("b", queue_trigger()))

    with pytest.raises(DeploymentError, match="create first: bucket drops, queue jobs, queue dead"):
        world.fc.deploy(template, runner)


def test_deploying_again_silences_the_old_triggers(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    watched = OssTrigger("in", "drops", ("oss:ObjectCreated:*",))
    deploy(make_function("old", watched), make_function("other", queue_trigger()))
    world.mns.queues["jobs"].send("eyJhIjogMX0=")
    world.advance(1)

    deploy(make_function("new", watched))
    world.oss.put_object("drops", "x", b"x")
    world.mns.queues["jobs"].send("eyJhIjogMX0=")
    world.advance(60)

    assert [call.function.name for call in runner.calls] == ["new"]


def test_nothing_runs_after_a_stop(world: World, deploy: Deploy, runner: RecordingRunner) -> None:
    deploy(make_function("work", queue_trigger()))
    world.mns.queues["jobs"].send("eyJhIjogMX0=")
    world.run_due()
    world.fc.stop()

    world.advance(600)

    assert runner.calls == []
    with pytest.raises(FcError, match="not running"):
        world.fc.invoke("work", b"1")


class BlockedRunner(RecordingRunner):
    """Blocks in the midst of a run until it is stopped, as an instance does that is killed then."""

    background = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.entered, self.killed = threading.Event(), threading.Event()

    def invoke(self, function: Function, event: bytes, invocation: Invocation) -> Result:
        self.entered.set()
        assert self.killed.wait(10)
        return FAILURE

    def stop(self) -> None:
        self.killed.set()


@pytest.fixture
def blocked(world: World) -> BlockedRunner:
    runner = BlockedRunner(world.clock.now)
    template = make_template(make_function("work", queue_trigger()))
    world.fc.create_resources(template)
    world.fc.deploy(template, runner)
    return runner


def test_the_world_goes_on_while_a_function_runs_on_a_thread(world: World, blocked: BlockedRunner) -> None:
    world.mns.queues["jobs"].send("eyJhIjogMX0=")
    world.advance(2)

    assert blocked.entered.wait(10)
    with world.lock:
        assert world.fc.running == 1
    world.fc.stop()


def test_stopping_ends_runs_even_when_the_stopper_holds_the_lock(world: World, blocked: BlockedRunner) -> None:
    world.fc.invoke_async("work", b"1")
    world.run_due()
    assert blocked.entered.wait(10)

    with world.lock:
        world.fc.stop()

    assert world.fc.running == 0
    assert not any(thread.name.startswith("fakecloud-fc") for thread in threading.enumerate())


def test_another_runner_takes_over_with_nothing_under_way(world: World, blocked: BlockedRunner) -> None:
    function = make_function("work", reserved_concurrency=1)
    world.fc.deploy(make_template(function), blocked)
    world.fc.invoke_async("work", b"1")
    world.run_due()
    assert blocked.entered.wait(10)

    world.fc.deploy(make_template(function), RecordingRunner(world.clock.now))

    assert blocked.killed.is_set()
    assert world.fc.running == 0
    assert world.fc.invoke("work", b"2").body == b"ok"


def test_what_breaks_on_a_thread_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def break_down() -> None:
        raise RuntimeError("broken")

    workers = Threads()
    workers.run(break_down)
    workers.stop()

    assert "a delivery broke" in caplog.text
