"""Follow a drop from its upload to its end."""

from collections.abc import Callable
from dataclasses import dataclass, field

from certdrop.state.config import read_config
from certdrop.views.reports import Report
from certdrop_cli.cloud import Cloud
from certdrop_cli.standing import JUDGED, Standing, read_standing
from certdrop_cli.style import Style
from certdrop_cli.tables import render_deployments, render_standing

INTERVAL = 3.0  # seconds between two looks
UNDER_WAY = "open"
GOOD = ("served", "superseded")


@dataclass(frozen=True)
class Followed:
    """What became of a drop: served, or why not."""

    outcome: str  # served | refused | stalled | unwanted | overtaken | timeout
    reason: str = ""
    report: Report | None = None


@dataclass
class _Follower:
    tell: Callable[[str], None]
    style: Style
    snapshot: str = ""
    told: set[str] = field(default_factory=set)

    def tell_news(self, standing: Standing) -> None:
        """Tell what was not told yet: the verdict, each deployment's every change."""
        report = standing.report
        if not standing.is_current or report is None:
            self._tell_once("waiting for the judge")
            return
        if report.verdict != "accepted":
            self._tell_once("\n".join(render_standing(standing, self.style)))
            return
        self._tell_once(f"accepted: {len(report.deployments)} deployment{'s' * (len(report.deployments) != 1)}")
        for one in report.deployments:
            self._tell_once("\n".join(render_deployments([one.model_copy(update={"since": None})], self.style)))

    def _tell_once(self, text: str) -> None:
        if text not in self.told:
            self.told.add(text)
            self.tell(text)


def follow(cloud: Cloud, drop: str, patience: float, tell: Callable[[str], None], style: Style) -> Followed:
    """Look again and again until everything of the drop is settled, at most for *patience* seconds."""
    follower = _Follower(tell, style)
    started = cloud.wiring.clock.monotonic()
    while True:
        store = cloud.house().store
        config = read_config(store)
        standing = read_standing(store, config, drop)
        follower.snapshot = follower.snapshot or standing.snapshot
        if standing.snapshot != follower.snapshot:
            return Followed("overtaken", "other files came into the drop meanwhile", standing.report)
        follower.tell_news(standing)
        followed = settle(standing)
        if followed:
            return followed
        if cloud.wiring.clock.monotonic() - started >= patience:
            missing = "" if config else "; no config/targets.yml is in force"
            report = standing.report if standing.is_current else None
            return Followed("timeout", f"not settled after {patience:.0f} seconds{missing}", report)
        cloud.wiring.sleep(INTERVAL)


def settle(standing: Standing) -> Followed | None:
    """Say what became of a drop, or None while it is under way."""
    report, trouble = standing.report, standing.trouble
    if trouble:
        return Followed(
            "stalled", f"it could not be judged: {trouble.code} {trouble.message} {trouble.remedy}".rstrip()
        )
    if standing.files != JUDGED or report is None:
        return None
    if report.verdict != "accepted":
        return Followed("refused", ", ".join(finding.code for finding in report.findings), report)
    if not report.deployments:
        return Followed("unwanted", "it was accepted, but no target in force wants it", report)
    return _settle_deployments(report)


def _settle_deployments(report: Report) -> Followed | None:
    if any(one.status == UNDER_WAY for one in report.deployments):
        return None
    bad = [one for one in report.deployments if one.status not in GOOD]
    if not bad:
        return Followed("served", "", report)
    outcome = "stalled" if any(one.status == "stalled" for one in bad) else "refused"
    return Followed(outcome, "; ".join(f"{one.target} {one.status} ({one.code})" for one in bad), report)
