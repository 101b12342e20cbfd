"""`certdrop drop PATH`: judge a folder or a file, put it into the bucket, and follow it until it is served."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from certdrop_cli.commands.check import complete, make_answer
from certdrop_cli.failure import UNREACHABLE, CommandError
from certdrop_cli.files import find_files, is_read
from certdrop_cli.style import choose_style

if TYPE_CHECKING:
    from certdrop.bundle.parsing import DropFile
    from certdrop.reconcile.house import House
    from certdrop_cli.following import Followed

PATIENCE = 900  # seconds
SERVED, NOT_SERVED = 0, 1
EXIT_CODES = (
    "Exit code 0: served everywhere (or overtaken there by a newer certificate); "
    "1: refused, stalled, or wanted by no target; 2: wrong usage, settings or permissions; "
    "3: not settled within the timeout, or the cloud cannot be reached."
)


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to *subparsers*."""
    parser = subparsers.add_parser(
        "drop",
        help="put a folder or file into the bucket and follow it",
        description="Judge a folder of PEM files, or one file, as the cloud would; put it into the bucket as "
        f"certs/<drop>/, and follow it until it is served. {EXIT_CODES}",
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="a folder (its .pem .crt .cer .key files) or a file")
    parser.add_argument("--name", metavar="DROP", help="the drop's name, if not the folder's or file's")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=int, default=PATIENCE, help=f"how long to follow it (default {PATIENCE})"
    )
    parser.add_argument("--no-wait", action="store_true", help="only upload; exit code 0 when that is done")
    parser.add_argument("--json", action="store_true", help="print what became of it as JSON, at the end")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge, upload, follow, print, and return the exit code."""
    from certdrop_cli.cloud import cloud_of
    from certdrop_cli.following import follow

    name = choose_name(arguments.path, arguments.name)
    files, ignored = find_files(arguments.path)
    with cloud_of(arguments.wiring) as cloud:
        house = cloud.house()
        others = find_others(house, name, files)
        if not judge_here(house, files, ignored, arguments):
            return NOT_SERVED
        for other in others:
            print(f"certdrop: certs/{name}/ also holds {other!r}, which is judged with these files", file=sys.stderr)
        for file in files:
            house.cloud.oss.put_object(f"certs/{name}/{file.name}", file.content)
        tell = _keep_quiet if arguments.json else _say
        tell(f"uploaded {len(files)} file{'s' if len(files) > 1 else ''} to certs/{name}/")
        if arguments.no_wait:
            if arguments.json:
                print(json.dumps({"drop": name, "outcome": "uploaded"}))
            return SERVED
        followed = follow(cloud, name, arguments.timeout, tell, choose_style(sys.stdout))
    return conclude(name, followed, arguments)


def choose_name(path: Path, given: str | None) -> str:
    """Return the drop's name: as given, else the folder's, else the file's without its ending."""
    from certdrop.reconcile.requests import is_drop_name

    resolved = path.resolve()
    name = given if given is not None else resolved.name if resolved.is_dir() else resolved.stem
    if not is_drop_name(name):
        raise CommandError(f"{name!r} is no name for a drop: 1 to 200 characters without / (choose one with --name)")
    if path.is_file() and not is_read(path):
        raise CommandError(f"{path.name} would not be read: its name must end in .pem .crt .cer or .key")
    return name


def find_others(house: "House", drop: str, files: "list[DropFile]") -> list[str]:
    """Return the names of files that lie in the drop and will not be overwritten."""
    from certdrop.bundle.codes import printable
    from certdrop.state import keys

    written = {file.name for file in files}
    lying = [
        entry.key.rsplit("/", 1)[1] for entry in house.store.list(keys.drop_prefix(drop)) if keys.is_read(entry.key)
    ]
    return [printable(name) for name in lying if name not in written]


def judge_here(house: "House", files: "list[DropFile]", ignored: list[str], arguments: argparse.Namespace) -> bool:
    """Judge the files as of the cloud's time; print the verdict when they are refused."""
    from certdrop.bundle.judging import judge
    from certdrop_cli.report import render_report

    now = house.store.now
    judgement = complete(judge(files, validation_time=now), ignored, None)
    if judgement.accepted:
        return True
    if arguments.json:
        print(json.dumps({"outcome": "refused", **make_answer(judgement)}, indent=2, ensure_ascii=False))
    else:
        print(render_report(judgement, str(arguments.path), now, choose_style(sys.stdout)))
        print("\nNothing was uploaded.")
    return False


def conclude(name: str, followed: "Followed", arguments: argparse.Namespace) -> int:
    """Print what became of it, and return the exit code."""
    if arguments.json:
        report = followed.report.model_dump(mode="json", exclude={"version", "written"}) if followed.report else None
        answer = {"drop": name, "outcome": followed.outcome, "reason": followed.reason, "report": report}
        print(json.dumps(answer, indent=2, ensure_ascii=False))
    elif followed.outcome == "served":
        _say("served")
    else:
        sys.stdout.flush()
        print(f"certdrop: {name} is not served: {followed.reason}", file=sys.stderr)
    return {"served": SERVED, "timeout": UNREACHABLE}.get(followed.outcome, NOT_SERVED)


def _say(line: str) -> None:
    print(line, flush=True)


def _keep_quiet(_line: str) -> None:
    """Say nothing: whoever wants JSON wants nothing else on stdout."""
