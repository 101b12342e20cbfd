"""The Python runtime of an instance: events, answers, environment, context, logs, failures."""

import os
import re
from pathlib import Path

import pytest

from fakecloud.world import Identity
from tests.fakecloud.fc.helpers import make_function
from tests.fakecloud.fc.project import Project, failure_of

pytestmark = pytest.mark.slow


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
