"""What the stories of cleaning share."""

from tests.flows.bundles import Made, bundle
from tests.flows.pipeline import Pipeline

HOUR, DAY = 3600.0, 86400.0
GRACE = 7 * DAY
DELETES = ("DeleteUserCertificate", "DeleteServerCertificate")


def clean(pipeline: Pipeline) -> None:
    """Let the poller clean: what it begins is done after a second look, ten minutes later."""
    for seconds in (HOUR, 660):
        memory = pipeline.instances["job-status-poller"].memory.cleaning
        memory.due = memory.due or pipeline.world.clock.now()
        pipeline.leap(seconds)
        pipeline.tick()


def in_cas(pipeline: Pipeline) -> set[str]:
    return {one.chain.leaf.sha256 for one in pipeline.world.cas.certificates.values()}


def in_clb(pipeline: Pipeline) -> list[str]:
    return sorted(one.chain.leaf.sha256 for one in pipeline.world.clb.certificates.server.values())


def deletes(pipeline: Pipeline) -> list[str]:
    return [action for action in pipeline.mutations() if action in DELETES]


def renew(pipeline: Pipeline, drop: str = "shop", *names: str) -> tuple[Made, Made]:
    """Serve a bundle of a drop, and then its successor."""
    old, new = bundle(*names, month=9), bundle(*names, month=10)
    for made in (old, new):
        pipeline.drop(drop, **made.files)
        pipeline.advance(240)
    assert {one["status"] for one in pipeline.report(drop)["deployments"]} == {"served"}
    return old, new


def wait_for_grace(pipeline: Pipeline, days: float = 7) -> None:
    """Let what is unused be found, and its grace go by."""
    clean(pipeline)
    pipeline.leap(days * DAY)
