"""`certdrop redrive`: explain what ended badly or does not get on, and open it again."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from certdrop_cli.failure import CommandError
from certdrop_cli.style import choose_style

if TYPE_CHECKING:
    from certdrop.reconcile.house import House
    from certdrop_cli.cases import Case
    from certdrop_cli.dead_letters import Found

DESCRIPTION = (
    "Without arguments: list and explain refused, stalled and disproved work, and the dead letters; nothing changes. "
    "With drops, --letters or --all: open that again, under a fresh cause, so that it is tried at once. "
    "What newer files have overtaken is dropped with a note. "
    "Exit code 0: done; 2: wrong usage, settings or permissions; 3: the cloud cannot be reached."
)


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to *subparsers*."""
    parser = subparsers.add_parser("redrive", help="explain ended work and open it again", description=DESCRIPTION)
    parser.add_argument("drops", metavar="DROP", nargs="*", help="open again what stands of these drops")
    parser.add_argument("--all", action="store_true", help="open everything again, dead letters too")
    parser.add_argument("--letters", action="store_true", help="send again what the dead letters ask for")
    parser.add_argument(
        "--discard", action="store_true", help="with --letters or --all: delete letters that ask nothing"
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List or open again, print, and return the exit code."""
    from certdrop_cli.cloud import cloud_of
    from certdrop_cli.explaining import render_redrive

    if arguments.discard and not (arguments.letters or arguments.all):
        raise CommandError("--discard goes with --letters or --all")
    opens = bool(arguments.drops or arguments.all or arguments.letters)
    with cloud_of(arguments.wiring) as cloud:
        house = cloud.house()
        cases = _find_cases(house, arguments) if arguments.drops or arguments.all or not opens else []
        for case in cases if opens else ():
            if not case.note:
                case.reopen()
        letters = _go_through_letters(house, arguments, opens=opens)
    if arguments.json:
        print(json.dumps(make_answer(cases, letters, opened=opens), indent=2, ensure_ascii=False))
    else:
        print(render_redrive(cases, letters, choose_style(sys.stdout), opened=opens, discarded=arguments.discard))
    return 0


def _find_cases(house: "House", arguments: argparse.Namespace) -> "list[Case]":
    from certdrop.state.config import read_config
    from certdrop_cli.cases import find_cases
    from certdrop_cli.standing import read_standings

    config = read_config(house.store)
    if config is None:
        return []
    return find_cases(house, config, read_standings(house.store, config, arguments.drops))


def _go_through_letters(house: "House", arguments: argparse.Namespace, *, opens: bool) -> "list[Found]":
    from certdrop_cli.dead_letters import peek, redrive

    if arguments.letters or arguments.all:
        return list(redrive(house, discard=arguments.discard))
    return [] if opens else peek(house)


def make_answer(cases: "list[Case]", letters: "list[Found]", *, opened: bool) -> dict[str, Any]:
    """Return what was found, for programs; *opened* tells of each whether it was opened again."""
    return {
        "cases": [
            {
                **{name: getattr(case, name) for name in ("drop", "what", "status", "code", "message", "remedy")},
                "request_id": case.request_id,
                "since": case.since.isoformat() if case.since else None,
                "note": case.note,
                "opened": opened and not case.note,
            }
            for case in cases
        ],
        "letters": [
            {
                "reason": found.letter.reason,
                "source": found.letter.source,
                "correlation_id": found.letter.correlation_id,
                "sent": found.message.sent.isoformat() if found.message.sent else None,
                "excerpt": found.letter.excerpt,
                "requests": [
                    {"reconcile": request.reconcile, "note": note, "sent_again": opened and not note}
                    for request, note in zip(found.letter.requests, found.notes, strict=True)
                ],
            }
            for found in letters
        ],
    }
