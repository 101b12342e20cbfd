"""The `certdrop` command: one subcommand, one module in commands/."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from certdrop_cli.commands import check, drop, redrive, status
from certdrop_cli.failure import CommandError

if TYPE_CHECKING:
    from certdrop.runtime.wiring import Wiring

INTERRUPTED = 130
COMMANDS: tuple[ModuleType, ...] = (check, drop, status, redrive)
"""Each has `add_to(subparsers)`, which sets `run`: a function from the parsed arguments to the exit code."""


def main(arguments: Sequence[str] | None = None, wiring: "Wiring | None" = None) -> int:
    """Run the command that *arguments* (else the command line) ask for; return its exit code.

    *wiring* leads to another cloud than the one that the environment names.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names come from anywhere, terminals show what they can
    parsed = make_parser().parse_args(arguments)
    parsed.wiring = wiring
    try:
        code: int = parsed.run(parsed)
        sys.stdout.flush()
    except CommandError as error:
        print(f"certdrop: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of every subcommand."""
    parser = argparse.ArgumentParser(
        prog="certdrop", description="Drop a certificate in a bucket; the load balancer serves it."
    )
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(subparsers)
    return parser
