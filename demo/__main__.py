"""python -m demo: the whole pipeline against a cloud on this machine; exit 0 when all of it is as promised.

With KEEP=1 in the environment the cloud stays up, with commands to try, until Ctrl-C or SIGTERM.
"""

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from demo.certificates import Authority
from demo.cloud import MESSAGES, Cloud, running
from demo.errors import DemoError
from demo.following import Follower
from demo.keeping import show_what_to_try, write_tools
from demo.screen import Screen, make_screen
from demo.story import Story

INTERRUPTED = 130
KEPT_LOOK_EVERY = 0.5  # seconds
LAST_MESSAGES = 20  # lines


def main() -> int:
    """Run the demo; 0: as promised, 1: not, 130: interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1"  # noqa: TID251 the SDKs ask proxies otherwise
    keep = os.environ.get("KEEP", "") not in ("", "0")  # noqa: TID251 the demo's one switch
    screen = make_screen(sys.stdout)
    told = threading.Event()
    try:
        with tempfile.TemporaryDirectory(prefix="certdrop-") as folder:
            return play(screen, Path(folder), told, keep=keep)
    except KeyboardInterrupt:
        screen.line("\nStopped: the cloud and its functions have ended.")
        return 0 if told.is_set() else INTERRUPTED


def play(screen: Screen, folder: Path, told: threading.Event, *, keep: bool) -> int:
    """Run a cloud and tell the story, whose end sets *told*; return 0, or 1 when something is not as promised."""
    try:
        with running(folder) as cloud:
            introduce(cloud, screen)
            authority = Authority(cloud.now())
            story = Story(cloud, authority, screen, folder)
            try:
                story.tell()
            except DemoError as error:
                explain(screen, error, [*story.follower.lines, *read_messages(folder)])
                return 1
            told.set()
            if keep:
                stay(cloud, screen, folder, authority, story.follower)
    except DemoError as error:
        explain(screen, error, read_messages(folder))
        return 1
    return 0


def introduce(cloud: Cloud, screen: Screen) -> None:
    """Say what is there."""
    have = cloud.resources
    screen.title("certdrop", "Drop a certificate in a bucket; the load balancer serves it.")
    screen.line("")
    screen.fact("cloud", f"{cloud.url}, a fakecloud that runs the four functions of template.yml")
    screen.fact("bucket", cloud.bucket)
    screen.fact("ALB", f"{have['alb']}, no listener yet")
    screen.fact("CLB", f"{have['clb']}, no listener yet")


def stay(cloud: Cloud, screen: Screen, folder: Path, authority: Authority, follower: Follower) -> None:
    """Show what to try, and go on telling what the functions do, until somebody ends it."""
    spare = authority.issue("spare", ("spare.example", "*.spare.example"), "p-256")
    write_tools(cloud, folder, spare)
    show_what_to_try(cloud, screen, folder, spare)
    pause = threading.Event()
    while True:
        follower.follow()
        pause.wait(KEPT_LOOK_EVERY)


def read_messages(folder: Path) -> list[str]:
    """Return the last that fakecloud itself had to say."""
    messages = folder / MESSAGES
    return messages.read_text("utf-8", "replace").splitlines()[-LAST_MESSAGES:] if messages.exists() else []


def explain(screen: Screen, error: DemoError, logs: Sequence[str]) -> None:
    """Say what is not as promised, and what was logged before."""
    screen.line("")
    screen.bad(str(error))
    if logs:
        screen.note("What was logged last:")
    for line in logs:
        screen.note(line)


if __name__ == "__main__":
    sys.exit(main())
