"""A fakecloud in a process of its own, and a user of it: OSS and Function Compute through the vendor's SDKs."""

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from demo.errors import DemoError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the SDKs' own modules use what Python is about to drop
    import fc2
    import oss2

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
ROLE = "certdrop-"  # and the function's name
READY, MESSAGES = "cloud.json", "cloud.log"
READY_WITHIN = 60.0  # seconds
STOPPED_WITHIN = 15.0
ANSWER_WITHIN = 10.0
TICK = json.dumps({"triggerTime": "2026-01-01T00:00:00Z", "triggerName": "every-minute", "payload": ""}).encode()


class Cloud:
    """A running cloud; *document* is what its ready file says."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.port: int = document["port"]
        self.url = f"http://{HOST}:{self.port}"
        self.bucket: str = document["bucket"]
        self.region: str = document["region"]
        self.resources: Mapping[str, str] = document["resources"]
        key_id, secret = document["access_key_id"], document["access_key_secret"]
        auth = oss2.AuthV4(key_id, secret)
        self._oss = oss2.Bucket(
            auth, self.url, self.bucket, region=self.region, connect_timeout=ANSWER_WITHIN, enable_crc=False
        )
        self._functions = fc2.Client(
            endpoint=self.url, accessKeyID=key_id, accessKeySecret=secret, Timeout=ANSWER_WITHIN
        )

    def put(self, key: str, content: bytes) -> None:
        """Put an object into the bucket."""
        with answering():
            self._oss.put_object(key, content)

    def read(self, key: str) -> Any:  # noqa: ANN401 whatever JSON lies there
        """Return a JSON document of the bucket, None when there is none."""
        with answering(), suppress(oss2.exceptions.NoSuchKey):
            return json.loads(self._oss.get_object(key).read())
        return None

    def invoke_poller(self) -> str:
        """Let the poller's minute come now; return the request id of its run."""
        asynchronous = {"x-fc-invocation-type": "Async"}
        with answering():
            answer = self._functions.invoke_function("certdrop", "job-status-poller", TICK, asynchronous)
        return str(answer.headers["x-fc-request-id"])

    def now(self) -> datetime:
        """Return the cloud's time."""
        return datetime.fromisoformat(self._ask("clock")["now"])

    def runs(self, since: int) -> list[dict[str, Any]]:
        """Return the runs of functions that ended after run number *since*."""
        answer: list[dict[str, Any]] = self._ask(f"logs?since={since}")
        return answer

    def changes(self) -> list[tuple[str, str]]:
        """Return the calls that changed something in CAS, ALB or CLB: who made them, and the vendor's action."""
        calls = [call for service in ("cas", "alb", "clb") for call in self._ask(f"calls?service={service}")]
        made = [call for call in calls if call["mutating"] and not call["code"]]
        return [(str(call["role"]).removeprefix(ROLE), call["action"]) for call in made]

    def tls_port(self, load_balancer: str, port: int) -> int:
        """Return the loopback port that serves a listener; raises DemoError when there is no such listener."""
        for one in self._ask("listeners"):
            if (one["load_balancer"], one["port"]) == (load_balancer, port):
                return int(one["tls_port"])
        raise DemoError(f"{load_balancer} has no HTTPS listener at port {port}")

    def _ask(self, what: str) -> Any:  # noqa: ANN401 whatever JSON it answers
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_WITHIN)
        with answering(), closing(connection):
            connection.request("GET", f"/_fakecloud/{what}")
            return json.loads(connection.getresponse().read())


@contextmanager
def answering() -> Iterator[None]:
    """Turn what goes wrong with a call into a DemoError that says so."""
    try:
        yield
    except (OSError, http.client.HTTPException, oss2.exceptions.RequestError) as error:  # fc2's are OSErrors
        raise DemoError(f"fakecloud does not answer any more ({type(error).__name__})") from error
    except oss2.exceptions.OssError as error:
        raise DemoError(f"OSS refused a call of the demo: {error.status} {error.code} {error.message}") from error
    except fc2.fc_exceptions.FcError as error:
        raise DemoError(f"Function Compute refused a call of the demo: {error}") from error


@contextmanager
def running(folder: Path) -> Iterator[Cloud]:
    """Run a cloud with the project's functions until the end of the block; its files and messages lie in *folder*."""
    ready, messages = folder / READY, folder / MESSAGES
    command = [sys.executable, "-m", "fakecloud", "--port", "0", "--fast"]
    command += ["--ready-file", str(ready), "--template", str(ROOT / "template.yml"), "--stop-with-stdin"]
    with messages.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 our own cloud
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await(process, ready)
        yield Cloud(json.loads(ready.read_text("utf-8")))
    finally:
        _stop(process)


def _await(process: "subprocess.Popen[bytes]", ready: Path) -> None:
    deadline, pause = time.monotonic() + READY_WITHIN, threading.Event()
    while not ready.exists():
        if process.poll() is not None:
            raise DemoError(f"fakecloud did not start: it ended with exit status {process.returncode}")
        if time.monotonic() > deadline:
            raise DemoError(f"fakecloud was not ready within {READY_WITHIN:.0f} s")
        pause.wait(0.02)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the cloud, which ends its functions; a second Ctrl-C must not keep it from that."""
    with suppress(ValueError):  # signals are the main thread's business
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    process.terminate()
    assert process.stdin is not None  # noqa: S101 as asked for above
    process.stdin.close()
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
