"""The whole demo, as `make demo` runs it: in a process of its own, with its exit status and what it leaves behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@contextmanager
def demo(temporary: Path, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {name: value for name, value in os.environ.items() if name not in ("KEEP", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**environment, "TMPDIR": str(temporary), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    """Return what it says, to the line that holds *text*."""
    assert process.stdout
    said = ""
    while line := process.stdout.readline():
        said += line
        if text in line:
            return said
    raise AssertionError(f"{text!r} never came: {said}")


def cloud_port(said: str) -> int:
    found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
    assert found
    return int(found[1])


def assert_nothing_is_left(temporary: Path, port: int) -> None:
    assert list(temporary.iterdir()) == []
    assert is_gone(port)


def is_gone(port: int) -> bool:
    """Say whether the cloud at *port* and all its functions have ended."""
    with socket.socket() as client:
        if client.connect_ex(("127.0.0.1", port)) == 0:
            return False
    endpoint = f"CERTDROP_ENDPOINT=http://127.0.0.1:{port}\0".encode()
    return not any(endpoint in environment_of(process) for process in Path("/proc").glob("[0-9]*"))


def environment_of(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""  # it has ended, or is somebody else's


def assert_it_served_within_a_minute(said: str) -> None:
    assert re.findall(r"✓ (alb|lb)-\S+:443 +(\S+) +(RSA 2048|EC P-256)  TLSv1.3  verified", said) == [
        ("alb", "shop.example", "RSA 2048"),
        ("alb", "www.shop.example", "RSA 2048"),
        ("alb", "blog.example", "RSA 2048"),
        ("alb", "api.example", "EC P-256"),
        ("lb", "shop.example", "RSA 2048"),
        ("lb", "www.shop.example", "RSA 2048"),
    ]
    done = re.search(
        r"^  ✓ Done: 3 certificates for 4 names are served, (\d+\.\d) s after the first PUT\.$", said, re.MULTILINE
    )
    assert done, said
    load = (1 + os.getloadavg()[0]) / (os.cpu_count() or 1)  # longer where others work too
    assert float(done[1]) < 60 * max(1.0, load)
    assert max(map(len, said[: done.end()].splitlines())) <= 100
    assert "\x1b" not in said
    assert "PRIVATE KEY" not in said


def test_a_demo_ends_with_verified_handshakes_and_one_that_is_kept_prints_commands_that_work(tmp_path: Path) -> None:
    with demo(tmp_path, KEEP="1") as process:
        said = read_until(process, "Everything else an SDK or tool needs is in")
        assert_it_served_within_a_minute(said)
        commands = re.findall(r"^(?:openssl|curl|/).*", said, re.MULTILINE)

        shake, api, shop, put, spare, report, status, listeners = commands

        assert "Verification: OK" in run(shake)
        assert run(api).startswith("alb alb-")
        assert run(shop).startswith("clb lb-")
        run(put)
        eventually(lambda: run(spare).startswith("alb alb-"))
        assert '"verdict": "accepted"' in run(report)
        assert "<!doctype html>" in run(status)
        assert '"tls_port"' in run(listeners)
        assert "accepted spare: EC" in read_until(process, "imported into CAS as certdrop-_.spare.example-")

        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=30)

    assert process.returncode == 0, rest
    assert rest.endswith("Stopped: the cloud and its functions have ended.\n")
    assert_nothing_is_left(tmp_path, cloud_port(said))


def run(command: str) -> str:
    """Run what a person would copy into a shell."""
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True, timeout=30, cwd="/")
    return done.stdout + done.stderr


def eventually(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 80
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_ctrl_c_in_the_midst_of_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with demo(tmp_path) as process:
        said = read_until(process, "PUT certs/shop/")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)

    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    assert_nothing_is_left(tmp_path, cloud_port(said))


def test_a_demo_that_is_killed_takes_its_cloud_with_it(tmp_path: Path) -> None:
    with demo(tmp_path) as process:
        said = read_until(process, "PUT config/targets.yml")
        process.kill()
        process.wait()

    eventually(lambda: is_gone(cloud_port(said)))
