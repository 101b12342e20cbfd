"""What `certdrop status` and `certdrop drop` show a person: drops, their deployments, and what holds them up."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from certdrop.bundle.codes import printable
from certdrop.state.config import Config
from certdrop.views.reports import DeploymentReport, Report
from certdrop.views.targets import TargetsReport
from certdrop_cli.report import render_findings, wrap
from certdrop_cli.standing import GONE, WAITS, Standing
from certdrop_cli.style import Style

SHOWN_NAMES = 3
GOOD, OPEN = ("served", "superseded", "accepted"), ("open", "waiting")
NEWER = {WAITS: "newer files or targets: judged soon", GONE: "no files lie there any more"}


def render_standings(
    config: Config | None, targets: TargetsReport | None, standings: Sequence[Standing], style: Style
) -> str:
    """Return the table of everything."""
    blocks = [list(_render_targets(config, targets, style))]
    blocks += [list(render_standing(standing, style)) for standing in standings]
    blocks.append([_count(standings)])
    return "\n\n".join("\n".join(lines) for lines in blocks)


def _render_targets(config: Config | None, targets: TargetsReport | None, style: Style) -> Iterator[str]:
    if config:
        number = len(config.targets.targets)
        yield f"{style.bold('Targets')}  {number} in force (version {config.number})"
    else:
        yield f"{style.bold('Targets')}  none in force: put config/targets.yml into the bucket"
    for problem in targets.problems if targets else ():
        where = f"line {problem.line}, {problem.path}" if problem.line else problem.path
        yield from wrap(printable(f"{where}: {problem.message}"), f"  {style.mark('✘', 'X')} ", style)
    if targets and targets.problems:
        yield from wrap("The newest targets.yml is refused; the last good one stays in force.", "  ", style)


def render_standing(standing: Standing, style: Style) -> Iterator[str]:
    """Yield the lines about one drop."""
    report = standing.report
    word = report.verdict if report else standing.files
    yield "  ".join([style.bold(printable(standing.drop)), paint(word, style), *_facts(report)])
    if report and standing.files in NEWER:
        yield f"  {style.dim(NEWER[standing.files])}"
    if standing.trouble:
        trouble = standing.trouble
        again = f"; tried again at {show_time(trouble.next_look)}" if trouble.next_look else ""
        yield f"  {mark_of('stalled', style)} {paint('not judged', style)}: {printable(trouble.code)}{again}"
        yield from explain(trouble.message, trouble.remedy, trouble.request_id, style)
    if report and report.verdict != "accepted":
        yield from render_findings(report.findings, style)
    if report and report.verdict == "accepted" and not report.deployments:
        yield f"  {style.dim('no target wants it')}"
    yield from render_deployments(report.deployments if report else (), style)


def _facts(report: Report | None) -> Iterator[str]:
    if report and report.names:
        more = len(report.names) - SHOWN_NAMES
        yield printable(", ".join(report.names[:SHOWN_NAMES])) + (f" and {more} more" if more > 0 else "")
    if report and report.not_after:
        yield f"until {report.not_after:%Y-%m-%d}"


def render_deployments(deployments: Sequence[DeploymentReport], style: Style) -> Iterator[str]:
    """Yield a line for each deployment, and why it does not get on."""
    rows = [(one.status, printable(one.target), f"{printable(one.listener)} {one.slot}") for one in deployments]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for one, (status, *cells) in zip(deployments, rows, strict=True):
        padding = " " * (widths[0] - len(status))
        since = style.dim(f"since {show_time(one.since)}") if one.since else ""
        places = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield f"  {mark_of(status, style)} {paint(status, style)}{padding}  {places}  {since}".rstrip()
        if one.code:
            yield f"    {printable(one.code)}"
        yield from explain(one.message, one.remedy, one.request_id, style)


def explain(message: str, remedy: str, request_id: str, style: Style) -> Iterator[str]:
    """Yield what the cloud said, what to do about it, and by which id the vendor finds the call."""
    for text, sign in ((message, ""), (remedy, f"{style.mark('→', '->')} ")):
        if text:
            yield from wrap(printable(text), f"    {sign}", style)
    if request_id:
        yield f"    {style.dim(f'RequestId {printable(request_id)}')}"


def mark_of(status: str, style: Style) -> str:
    """Return the sign of a status."""
    if status in GOOD:
        return style.good(style.mark("✔", "OK"))
    return style.warn(style.mark("…", "..")) if status in OPEN else style.bad(style.mark("✘", "X "))


def paint(status: str, style: Style) -> str:
    """Paint a status by how it stands."""
    if status in GOOD:
        return style.good(status)
    return style.warn(status) if status in (*OPEN, WAITS) else style.bad(status)


def show_time(moment: datetime | None) -> str:
    """Return a time for a person, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "-"


def _count(standings: Iterable[Standing]) -> str:
    """Return how many deployments stand how."""
    found = Counter(one.status for each in standings if each.report for one in each.report.deployments)
    return ", ".join(f"{number} {status}" for status, number in sorted(found.items())) or "No deployments."
