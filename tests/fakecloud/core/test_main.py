"""The command as people start it: a process, its ready file, its end."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakecloud.__main__ import announce
from tests.fakecloud import plain
from tests.fakecloud.signing import OssAuth

ROOT = Path(__file__).resolve().parents[3]
POLICY = """
{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:${account}:*"}]}
"""
HANDLER = """
import os, http.client

def handler(event, context):
    with open(os.environ["MARK"], "ab") as mark:
        mark.write(event + b"\\n")
    return b"done"
"""
TEMPLATE = """
edition: 3.0.0
name: t
access: default
vars:
  region: ${env('CERTDROP_REGION', 'cn-shanghai')}
resources:
  marker:
    component: fc3
    props:
      region: ${vars.region}
      functionName: marker
      runtime: python3.12
      handler: handler.handler
      code: ./build/marker
      role: acs:ram::1234567890123456:role/certdrop-marker
      environmentVariables:
        MARK: MARK_PATH
        CERTDROP_ENDPOINT: ${env('CERTDROP_ENDPOINT', '')}
      triggers:
        - triggerName: certificates
          triggerType: oss
          sourceArn: acs:oss:cn-hangzhou:1234567890123456:${env('CERTDROP_BUCKET', 'none')}
          triggerConfig:
            events: [oss:ObjectCreated:PutObject]
            filter: {key: {prefix: certs/, suffix: ''}}
"""

Start = Callable[..., dict[str, Any]]


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture
def start(tmp_path: Path, processes: list[subprocess.Popen[bytes]]) -> Start:
    def run(*arguments: str) -> dict[str, Any]:
        ready = tmp_path / "ready.json"
        command = [sys.executable, "-m", "fakecloud", "--port", "0", "--ready-file", str(ready), *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        processes.append(process)
        deadline = time.monotonic() + 20
        while not ready.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return json.loads(ready.read_text())  # type: ignore[no-any-return]

    return run


def end(process: subprocess.Popen[bytes], number: signal.Signals) -> int:
    process.send_signal(number)
    return process.wait(10)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_and_stops(
    start: Start, processes: list[subprocess.Popen[bytes]], number: signal.Signals
) -> None:
    ready = start("--fast")
    assert set(ready) == {
        "port",
        "access_key_id",
        "access_key_secret",
        "account_id",
        "region",
        "bucket",
        "resources",
    }
    assert {"alb", "clb", "server_group"} <= set(ready["resources"])
    url = f"http://127.0.0.1:{ready['port']}"
    assert plain.put(f"{url}/{ready['bucket']}/k", content=b"1", auth=OssAuth()).status_code == 200
    assert plain.get(f"{url}/_fakecloud/listeners").json() == []
    assert end(processes[0], number) == 0
    assert processes[0].stderr is not None
    assert processes[0].stderr.read() == b""


@pytest.mark.slow
def test_it_stops_with_its_standard_input_where_it_is_so_asked(
    start: Start, processes: list[subprocess.Popen[bytes]]
) -> None:
    start("--stop-with-stdin")
    [process] = processes
    assert process.stdin is not None
    process.stdin.write(b"what is said there is for nobody")
    process.stdin.flush()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)

    process.stdin.close()

    assert process.wait(10) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""


@pytest.mark.slow
def test_a_reset_gives_a_bucket_without_objects_and_the_same_resources(start: Start) -> None:
    ready = start()
    url = f"http://127.0.0.1:{ready['port']}"
    with plain.Client(base_url=url, auth=OssAuth()) as client:
        client.put(f"/{ready['bucket']}/k", content=b"1")
        answer = client.post("/_fakecloud/reset").json()
        assert (answer["bucket"], answer["resources"]) == (ready["bucket"], ready["resources"])
        assert client.get(f"/{ready['bucket']}/k").status_code == 404
        assert client.put(f"/{ready['bucket']}/k", content=b"1").status_code == 200


@pytest.mark.slow
def test_with_a_template_the_functions_run(
    start: Start, tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    mark = tmp_path / "mark"
    (tmp_path / "template.yml").write_text(TEMPLATE.replace("MARK_PATH", str(mark)))
    code = tmp_path / "functions" / "marker"
    code.mkdir(parents=True)
    (tmp_path / "shared").mkdir()
    (code / "handler.py").write_text(HANDLER)
    (code / "policy.json").write_text(POLICY)
    ready = start("--template", str(tmp_path / "template.yml"))
    url = f"http://127.0.0.1:{ready['port']}"
    for _ in range(2):
        mark.unlink(missing_ok=True)
        put = plain.put(f"{url}/{ready['bucket']}/certs/a", content=b"1", auth=OssAuth())
        assert put.status_code == 200
        deadline = time.monotonic() + 20
        while not mark.exists() or not mark.read_bytes().endswith(b"\n"):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert json.loads(mark.read_bytes())["events"][0]["oss"]["object"]["key"] == "certs/a"
        assert plain.post(f"{url}/_fakecloud/reset").status_code == 200
    assert end(processes[0], signal.SIGTERM) == 0


@pytest.mark.slow
def test_what_cannot_be_deployed_is_said_in_one_line(tmp_path: Path) -> None:
    wrong = tmp_path / "template.yml"
    wrong.write_text("edition: 1.0.0")
    command = [sys.executable, "-m", "fakecloud", "--template", str(wrong)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 1
    assert done.stderr == f"fakecloud: {wrong}: edition is not 3.0.0\n"


def test_the_ready_file_appears_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    announce({"port": 1}, tmp_path / "ready.json")
    assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]
    assert json.loads((tmp_path / "ready.json").read_text()) == {"port": 1}
    announce({"port": 2}, None)
    assert json.loads(capsys.readouterr().out) == {"port": 2}


@pytest.mark.slow
def test_with_a_state_folder_the_cloud_is_there_again(
    start: Start, tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    folder = tmp_path / "state"
    first = start("--state", str(folder))
    url = f"http://127.0.0.1:{first['port']}/{first['bucket']}/k"
    assert plain.put(url, content=b"kept", auth=OssAuth()).status_code == 200
    assert end(processes[0], signal.SIGTERM) == 0
    (tmp_path / "ready.json").unlink()
    second = start("--state", str(folder))
    assert second["resources"] == first["resources"]
    url = f"http://127.0.0.1:{second['port']}/{second['bucket']}/k"
    assert plain.get(url, auth=OssAuth()).content == b"kept"
