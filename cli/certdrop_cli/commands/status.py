"""`certdrop status`: where every deployment stands."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from certdrop_cli.style import choose_style

if TYPE_CHECKING:
    from certdrop.reconcile.house import House
    from certdrop.state.config import Config
    from certdrop.views.listeners import ListenerReport
    from certdrop.views.targets import TargetsReport
    from certdrop_cli.standing import Standing

DESCRIPTION = (
    "Show where every drop and each of its deployments stands, what the targets' listeners serve and for how long, and "
    "what was changed there by hand. It only reads. "
    "Exit code 0: shown; 2: wrong usage, settings or permissions; 3: the cloud cannot be reached."
)


def add_to(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand to *subparsers*."""
    parser = subparsers.add_parser("status", help="show where every deployment stands", description=DESCRIPTION)
    parser.add_argument("drops", metavar="DROP", nargs="*", help="only these drops")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, print, and return the exit code."""
    from certdrop.state.config import read_config
    from certdrop.state.surveys import read_surveys
    from certdrop.views.listeners import make_listener_reports
    from certdrop_cli.cloud import cloud_of
    from certdrop_cli.served import render_listeners
    from certdrop_cli.standing import read_standings
    from certdrop_cli.tables import render_standings

    with cloud_of(arguments.wiring) as cloud:
        house = cloud.house()
        config = read_config(house.store)
        standings = read_standings(house.store, config, arguments.drops)
        targets = read_targets_report(house)
        surveys = read_surveys(house.store)
        listeners = [] if arguments.drops else make_listener_reports(surveys, house.store.now)
    if arguments.json:
        print(json.dumps(make_answer(config, targets, standings, listeners), indent=2, ensure_ascii=False))
    else:
        style = choose_style(sys.stdout)
        print(render_standings(config, targets, standings, style))
        print(render_listeners(listeners, style), end="")
    return 0


def read_targets_report(house: "House") -> "TargetsReport | None":
    """Read what became of the newest targets.yml."""
    from certdrop.views.targets import KEY, TargetsReport

    return house.store.get(KEY, TargetsReport)


def make_answer(
    config: "Config | None",
    targets: "TargetsReport | None",
    standings: "list[Standing]",
    listeners: "list[ListenerReport]",
) -> dict[str, Any]:
    """Return where everything stands, for programs."""
    return {
        "targets": {
            "in_force": config.number if config else 0,
            "count": len(config.targets.targets) if config else 0,
            "problems": [one.model_dump() for one in targets.problems] if targets else [],
        },
        "drops": [_answer(standing) for standing in standings],
        "listeners": [one.model_dump(mode="json") for one in listeners],
    }


def _answer(standing: "Standing") -> dict[str, Any]:
    report = standing.report.model_dump(mode="json", exclude={"version", "written"}) if standing.report else {}
    trouble = standing.trouble.model_dump(mode="json", exclude={"version", "fate"}) if standing.trouble else None
    return {**report, "drop": standing.drop, "files": standing.files, "not_judged_because": trouble}
