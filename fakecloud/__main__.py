"""The fakecloud command: python -m fakecloud --port 0 --ready-file F [--template template.yml]."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fakecloud.cloud import Cloud, Options
from fakecloud.fc.errors import DeploymentError
from fakecloud.fc.template import TemplateError
from fakecloud.persistence import PersistenceError
from fakecloud.ram import PolicyError

CHUNK = 4096


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a cloud until SIGTERM, SIGINT or, if asked, the end of standard input; return 0, or 1 if it cannot start."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    parsed = make_parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if parsed.stop_with_stdin:
        threading.Thread(target=await_end_of_stdin, args=[stop], daemon=True).start()
    if parsed.ready_file is not None:
        parsed.ready_file.unlink(missing_ok=True)
    try:
        cloud = Cloud(read_options(parsed))
    except (OSError, TemplateError, DeploymentError, PolicyError, PersistenceError) as error:
        sys.stderr.write(f"fakecloud: {error}\n")
        return 1
    cloud.start()
    try:
        announce(cloud.describe(), parsed.ready_file)
        stop.wait()
    finally:
        cloud.stop()
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m fakecloud", description="Alibaba Cloud on your laptop.")
    parser.add_argument("--port", type=int, default=0, help="loopback port of all services; 0: any free one")
    parser.add_argument("--ready-file", type=Path, help="written, as JSON, when the cloud is ready")
    parser.add_argument("--template", type=Path, help="deploy and run the functions of this template.yml")
    parser.add_argument("--state", type=Path, help="keep the cloud in this folder from one run to the next")
    parser.add_argument("--packaged", action="store_true", help="run the functions as make package built them")
    parser.add_argument("--fast", action="store_true", help="listeners change in 2 s, not in 6 to 8")
    parser.add_argument("--no-rate-limits", action="store_true", help="take calls however often they come")
    parser.add_argument("--stop-with-stdin", action="store_true", help="stop when standard input ends")
    parser.add_argument("--region", default=Options.region)
    parser.add_argument("--site", choices=("china", "international"), default=Options.site)
    return parser


def await_end_of_stdin(stop: threading.Event) -> None:
    """Set *stop* when nobody holds the other end of standard input any more, however whoever held it ended."""
    while os.read(sys.stdin.fileno(), CHUNK):
        pass
    stop.set()


def read_options(parsed: argparse.Namespace) -> Options:
    """Return what the command line asks for."""
    return Options(
        port=parsed.port,
        template=parsed.template,
        state=parsed.state,
        packaged=parsed.packaged,
        fast=parsed.fast,
        rates=not parsed.no_rate_limits,
        region=parsed.region,
        site=parsed.site,
    )


def announce(document: dict[str, Any], ready_file: Path | None) -> None:
    """Say where the cloud is: in the ready file, which appears whole, or on standard output."""
    text = json.dumps(document, indent=2) + "\n"
    if ready_file is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    draft = ready_file.with_name(ready_file.name + ".part")
    draft.write_text(text, "utf-8")
    draft.replace(ready_file)


if __name__ == "__main__":
    sys.exit(main())
