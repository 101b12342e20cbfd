"""Instances: what they see, how long they live, how they end."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fakecloud.fc.function import Result
from fakecloud.fc.instances import SubprocessRunner
from fakecloud.fc.process import Layout, Process
from tests.fakecloud.fc.helpers import make_function
from tests.fakecloud.fc.project import INVOCATION, ROOT, Project, failure_of, wait_until

pytestmark = pytest.mark.slow


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
from tests.fakecloud.fc.project import INVOCATION
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
