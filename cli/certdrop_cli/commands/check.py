"""`certdrop check PATH`: judge a folder or a file as the cloud would, before anything is uploaded."""

import argparse
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certdrop_cli.clock import read_clock
from certdrop_cli.files import find_files
from certdrop_cli.report import render_report
from certdrop_cli.style import choose_style

if TYPE_CHECKING:
    from certdrop.bundle.judgement import Judgement
    from certdrop.bundle.profiles import Profile

ACCEPTED, REFUSED = 0, 1


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to *subparsers*."""
    parser = subparsers.add_parser(
        "check",
        help="judge a folder or file as the cloud would",
        description="Judge a folder of PEM files, or one file, as the cloud would. "
        "Exit code 0: accepted; 1: refused; 2: wrong usage.",
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="a folder (its .pem .crt .cer .key files) or a file")
    parser.add_argument("--profile", choices=("alb", "clb"), help="also judge by what this load balancer takes")
    parser.add_argument(
        "--at", metavar="TIME", type=parse_time, help="judge as of this time (ISO 8601, UTC unless it says otherwise)"
    )
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge, print, and return the exit code; CommandError when the path cannot be read."""
    from certdrop.bundle.judging import judge

    now = arguments.at or read_clock()
    files, ignored = find_files(arguments.path)
    judgement = complete(judge(files, validation_time=now), ignored, arguments.profile)
    if arguments.json:
        print(json.dumps(make_answer(judgement), indent=2, ensure_ascii=False))
    else:
        print(render_report(judgement, str(arguments.path), now, choose_style(sys.stdout)))
    return ACCEPTED if judgement.accepted else REFUSED


def make_answer(judgement: "Judgement") -> dict[str, Any]:
    """Return the verdict for programs; what is not known is null, or an empty list."""
    facts = judgement.facts
    return {
        "verdict": "accepted" if judgement.accepted else "refused",
        "kind": judgement.kind,
        "fingerprint": facts.fingerprint if facts else None,
        "names": list(facts.names) if facts else [],
        "not_after": f"{facts.not_after:%Y-%m-%dT%H:%M:%SZ}" if facts else None,
        "findings": [finding.model_dump() for finding in judgement.findings],
    }


def parse_time(text: str) -> datetime:
    """Return the time that *text* says, aware; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-11-01 or 2026-11-01T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def complete(judgement: "Judgement", ignored: list[str], profile: "Profile | None") -> "Judgement":
    """Add what judging leaves to its callers: files that are not read, and what the load balancer does not take."""
    from certdrop.bundle.codes import make_finding
    from certdrop.bundle.profiles import find_profile_problems
    from certdrop.state.keys import READ_SUFFIXES

    more = [make_finding("ignored-file", name, suffixes=" ".join(READ_SUFFIXES)) for name in ignored]
    if profile and judgement.facts:
        more.extend(find_profile_problems(judgement.facts, profile))
    return judgement.with_findings(more)
