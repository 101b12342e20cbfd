"""Instances: processes that run real handler files."""

import json
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakecloud.fc.function import Function, Invocation, Result
from fakecloud.fc.instances import SubprocessRunner
from fakecloud.fc.process import Layout, Process
from fakecloud.world import Identity
from tests.fakecloud.fc.helpers import make_function

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
IDENTITY = Identity("STS.key", "secret", token="token", role="certdrop-work")
INVOCATION = Invocation("r-1", IDENTITY, 0, "1234567890123456", "cn-hangzhou")


class Project:
    """A project folder with one function, and the runner over it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "functions" / "work").mkdir(parents=True)
        (root / "shared").mkdir()
        self.runner = SubprocessRunner(root)

    def write(self, text: str, name: str = "functions/work/handler.py") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    def run(self, event: bytes = b"{}", function: Function | None = None, **changes: Any) -> Result:
        return self.runner.invoke(function or make_function(), event, replace(INVOCATION, **changes))

    def answer(self, event: bytes = b"{}", function: Function | None = None, **changes: Any) -> Any:
        result = self.run(event, function, **changes)
        assert result.error_type is None, result.body
        return json.loads(result.body)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path)
    yield project
    project.runner.stop()


def test_an_event_arrives_as_bytes_and_the_answer_leaves_as_json(project: Project) -> None:
    project.write("""
        def handler(event, context):
            return {"kind": type(event).__name__, "event": event.decode()}
    """)

    result = project.run("ü\n".encode())

    assert result.body == b'{\n    "event": "\\u00fc\\n",\n    "kind": "bytes"\n}'
    assert result.error_type is None
    assert result.instance_id.startswith("c-")
    assert result.memory > 1


def test_text_and_bytes_are_answered_as_they_are(project: Project) -> None:
    project.write("""
        def handler(event, context):
            return b"\\xff" if event == b"bytes" else "ü"
    """)

    assert project.run(b"bytes").body == b"\xff"
    assert project.run(b"text").body == "ü".encode()


def test_an_instance_is_kept_between_invocations(project: Project) -> None:
    project.write("""
        import os
        COUNT = []
        def handler(event, context):
            COUNT.append(1)
            return [os.getpid(), len(COUNT)]
    """)

    (first, one), (second, two) = project.answer(), project.answer()

    assert first == second != os.getpid()
    assert (one, two) == (1, 2)


def test_the_environment_is_the_functions_own(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSIDE", "leaks")
    project.write("""
        import os
        def handler(event, context):
            return dict(os.environ)
    """)

    environment = project.answer(function=make_function(environment={"CERTDROP_SITE": "china"}))

    assert environment.pop("FC_INSTANCE_ID").startswith("c-")
    environment.pop("LC_CTYPE", None)
    assert environment == {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "CERTDROP_SITE": "china",
        "FC_FUNC_CODE_PATH": str(project.root / "functions" / "work"),
        "FC_FUNCTION_NAME": "work",
        "FC_FUNCTION_HANDLER": "handler.handler",
        "FC_FUNCTION_MEMORY_SIZE": "512",
        "FC_FUNCTION_VERSION": "LATEST",
        "FC_QUALIFIER": "LATEST",
        "FC_ACCOUNT_ID": "1234567890123456",
        "FC_REGION": "cn-hangzhou",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.key",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
        "ALIBABA_CLOUD_SECURITY_TOKEN": "token",
    }


def test_credentials_change_with_every_invocation(project: Project) -> None:
    project.write("""
        import os
        def handler(event, context):
            return os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"]
    """)

    bodies = [project.run(identity=Identity(f"STS.{number}", "s", token="t")).body for number in range(2)]

    assert bodies == [b"STS.0", b"STS.1"]


CONTEXT = """
    def handler(event, context):
        return {name: vars(value) if hasattr(value, "__dict__") else value
                for name, value in vars(context).items() if not callable(value)}
"""


def test_the_context_of_python_312_has_no_credentials(project: Project) -> None:
    project.write(CONTEXT)

    assert project.answer(function=make_function(timeout=60)) == {
        "request_id": "r-1",
        "account_id": "1234567890123456",
        "region": "cn-hangzhou",
        "logger": None,
        "log_project": "1234567890123456-cn-hangzhou-project",
        "log_store": "function-logstore",
        "function": {
            "name": "work",
            "handler": "handler.handler",
            "memory": 512,
            "timeout": 60,
            "qualifier": "LATEST",
            "version_id": "LATEST",
        },
    }


def test_the_context_of_python_310_has_credentials_and_service(project: Project) -> None:
    project.write(CONTEXT)

    context = project.answer(function=make_function(runtime="python3.10", timeout=60), retry_count=2)

    assert context["credentials"] == {
        "access_key_id": "STS.key",
        "access_key_secret": "secret",
        "security_token": "token",
    }
    assert context["function"]["timeout"] == "60"
    assert context["service"]["log_store"] == "function-logstore"
    assert context["retry_count"] == 2
    assert context["request_id"] == context["requestId"] == "r-1"


def test_what_a_function_prints_and_logs_belongs_to_its_invocation(project: Project) -> None:
    project.write("""
        import logging, sys
        logging.getLogger().debug("never shown")
        def handler(event, context):
            print("printed", event.decode())
            print("to stderr", file=sys.stderr)
            logging.getLogger("some.module").warning("logged %s", event.decode())
    """)

    first, second = project.run(b"1"), project.run(b"2", request_id="r-2")

    printed, to_stderr, logged = first.log.splitlines()
    assert (to_stderr, printed) == ("to stderr", "printed 1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z r-1 \[WARNING\] logged 1", logged)
    assert "Z r-2 [WARNING] logged 2" in second.log
    assert "logged 1" not in second.log


def test_a_lot_of_log_neither_blocks_nor_grows_for_ever(project: Project) -> None:
    project.write("""
        def handler(event, context):
            for number in range(20000):
                print(f"{number:08d} " + "x" * 50)
            return "done"
    """)

    result = project.run()

    assert result.body == b"done"
    assert len(result.log) == 256 * 1024
    assert result.log.endswith("x\n")
    assert "00019999" in result.log


def test_a_large_event_and_a_large_answer_pass(project: Project) -> None:
    project.write("""
        def handler(event, context):
            return event
    """)
    event = os.urandom(1024 * 1024)

    assert project.run(event).body == event


def failure_of(result: Result) -> dict[str, Any]:
    assert result.error_type == "UnhandledInvocationError"
    document: dict[str, Any] = json.loads(result.body)
    return document


def test_an_exception_is_the_answer_and_the_instance_lives_on(project: Project) -> None:
    project.write("""
        import os
        def handler(event, context):
            if event == b"fail":
                raise ValueError("no " + event.decode())
            return os.getpid()
    """)
    before = project.answer()

    result = project.run(b"fail")

    failure = failure_of(result)
    assert (failure["errorType"], failure["errorMessage"]) == ("ValueError", "no fail")
    [[file, line, name, text]] = failure["stackTrace"]
    assert (Path(file).name, line, name, text) == (
        "handler.py",
        5,
        "handler",
        'raise ValueError("no " + event.decode())',
    )
    assert "[ERROR] Unhandled function error" in result.log
    assert project.answer() == before


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("import nothing_of_the_kind", "ImportModuleError", "Unable to import module 'handler': No module named"),
        ("def other(event, context): pass", "HandlerNotFound", "Handler 'handler' is missing on module 'handler'"),
        ("def handler(", "UserCodeSyntaxError", "Syntax error in module 'handler'"),
        ("def handler(event, context): return object()", "TypeError", "object is not JSON serializable"),
        ("import sys\ndef handler(event, context): sys.exit('enough')", "SystemExit", "enough"),
    ],
)
def test_code_that_cannot_run_fails_with_the_runtimes_words(
    project: Project, text: str, kind: str, message: str
) -> None:
    project.write(text)

    failure = failure_of(project.run())

    assert failure["errorType"] == kind
    assert message in failure["errorMessage"]


def test_shared_code_is_found_and_nothing_else_of_the_project(project: Project) -> None:
    project.write("VALUE = 7\n", "shared/common/__init__.py")
    project.write("VALUE = 8\n", "secret_of_the_root.py")
    project.write("""
        import sys
        from common import VALUE
        def handler(event, context):
            return {"value": VALUE, "path": sys.path}
    """)

    answer = project.answer()

    assert answer["value"] == 7
    assert answer["path"][:2] == [str(project.root / "functions" / "work"), str(project.root / "shared")]
    assert str(project.root) not in answer["path"]


def test_a_function_sees_neither_fakecloud_nor_the_command_line(tmp_path: Path) -> None:
    """Both lie on the path of the interpreter that runs it: an editable install puts them there."""
    (tmp_path / "handler.py").write_text(
        "from importlib.util import find_spec\n"
        "def handler(event, context):\n"
        "    return [bool(find_spec(name)) for name in ('fakecloud', 'certdrop_cli', 'certdrop', 'httpx')]\n"
    )
    layout = Layout(tmp_path, path=(tmp_path, ROOT / "shared"), without=(ROOT, ROOT / "cli", ROOT / "shared"))
    process = Process(make_function(), layout)
    try:
        result = process.invoke(b"{}", INVOCATION)
    finally:
        process.close()

    assert json.loads(result.body) == [False, False, True, True]


def test_a_packaged_function_runs_alone_under_the_python_of_its_runtime(tmp_path: Path) -> None:
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    code = tmp_path / "build" / "work"
    code.mkdir(parents=True)
    (code / "handler.py").write_text(
        "import sys\n"
        "def handler(event, context):\n"
        "    return [sys.path[0], [entry for entry in sys.path if 'site-packages' in entry]]\n"
    )
    runner = SubprocessRunner(tmp_path, packaged=True)
    function = replace(make_function(runtime=runtime), code=code)
    try:
        result = runner.invoke(function, b"{}", INVOCATION)
    finally:
        runner.stop()

    assert json.loads(result.body) == [str(code), []]


def test_a_runtime_that_the_machine_lacks_is_a_failure_that_says_so(tmp_path: Path) -> None:
    runner = SubprocessRunner(tmp_path, packaged=True)

    result = runner.invoke(make_function(runtime="python2.99"), b"{}", INVOCATION)

    assert failure_of(result)["errorMessage"].startswith("Process exited")
    assert "need python2.99, which this machine has not" in result.log


def test_a_function_without_code_is_a_failure_that_says_so(project: Project) -> None:
    result = project.run(function=make_function("missing"))

    failure_of(result)
    assert "missing has no code" in result.log


def test_a_changed_environment_replaces_the_instance(project: Project) -> None:
    project.write("""
        import os
        def handler(event, context):
            return [os.getpid(), os.environ["CERTDROP_DIAL"]]
    """)
    first, again, second = (
        project.answer(function=make_function(environment={"CERTDROP_DIAL": dial})) for dial in ("a", "a", "b")
    )

    assert first == again
    assert second[1] == "b"
    assert second[0] != first[0]


def test_a_function_that_takes_too_long_is_ended_and_shows_where_it_hangs(project: Project) -> None:
    project.write("""
        import time
        def linger():
            time.sleep(60)
        def handler(event, context):
            if event == b"linger":
                linger()
            return "quick"
    """)
    begin = time.monotonic()

    result = project.run(b"linger", make_function(timeout=1))

    assert 1 <= time.monotonic() - begin < 5
    assert failure_of(result)["errorMessage"].startswith("Function timed out after 1 seconds")
    assert "in linger" in result.log
    assert project.run(b"again", make_function(timeout=1)).body == b"quick"


def test_a_process_that_exits_is_a_failure_and_the_next_one_is_new(project: Project) -> None:
    project.write("""
        import os
        def handler(event, context):
            print("last words")
            if event == b"exit":
                os._exit(3)
            return "alive"
    """)

    result = project.run(b"exit")

    assert "Process exited unexpectedly before completing request" in failure_of(result)["errorMessage"]
    assert result.log == "last words\n"
    assert project.run().body == b"alive"


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def in_background(project: Project, event: bytes) -> tuple[threading.Thread, list[Result]]:
    results: list[Result] = []
    thread = threading.Thread(target=lambda: results.append(project.run(event)))
    thread.start()
    return thread, results


HANGING = """
    import os, pathlib, time
    def handler(event, context):
        pathlib.Path(event.decode()).write_text(str(os.getpid()))
        time.sleep(60)
"""


def test_killing_ends_a_run_in_its_midst(project: Project) -> None:
    project.write(HANGING)
    mark = project.root / "began"
    thread, results = in_background(project, str(mark).encode())
    wait_until(mark.exists)

    assert project.runner.kill("other") == 0
    assert project.runner.kill("work") == 1
    thread.join(10)

    [result] = results
    assert "Process exited unexpectedly" in failure_of(result)["errorMessage"]


def test_runs_at_the_same_time_have_instances_of_their_own(project: Project) -> None:
    project.write(HANGING)
    marks = [project.root / name for name in ("one", "two")]
    threads = [in_background(project, str(mark).encode())[0] for mark in marks]

    wait_until(lambda: all(mark.exists() for mark in marks))

    project.runner.stop()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_only_a_few_idle_instances_are_kept(project: Project) -> None:
    project.write("""
        import os, pathlib, time
        def handler(event, context):
            folder = pathlib.Path(event.decode())
            (folder / str(os.getpid())).touch()
            while len(list(folder.iterdir())) < 6:
                time.sleep(0.01)
            return os.getpid()
    """)
    folder = project.root / "meeting"
    folder.mkdir()
    runs = [in_background(project, str(folder).encode()) for _ in range(6)]
    for thread, results in runs:
        thread.join(20)
        assert results[0].error_type is None

    assert project.runner.kill() == 4


def test_nothing_is_left_of_a_stopped_runner(project: Project) -> None:
    project.write("""
        import os
        def handler(event, context):
            return os.getpid()
    """)
    pid = project.answer()
    before = open_files()

    project.runner.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert open_files() == before - 3
    failure_of(project.run())


def test_a_killed_fakecloud_leaves_no_instance_behind(project: Project) -> None:
    project.write(HANGING)
    mark = project.root / "began"
    script = f"""
from pathlib import Path
from fakecloud.fc.instances import SubprocessRunner
from tests.fakecloud.fc.helpers import make_function
from tests.fakecloud.fc.test_instances import INVOCATION
runner = SubprocessRunner(Path({str(project.root)!r}))
runner.invoke(make_function(timeout=60), {str(mark).encode()!r}, INVOCATION)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) as fakecloud:
        wait_until(lambda: mark.exists() and bool(mark.read_text()))
        fakecloud.kill()

    wait_until(lambda: has_ended(int(mark.read_text())))


def has_ended(pid: int) -> bool:
    """Say whether a process is gone, or a zombie that nobody reaps."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not state or state.startswith("Z")
