"""What the flows drop, and what is read of what came of it."""

from tests.flows.bundles import Made, bundle
from tests.flows.pipeline import POLLER, Pipeline


def shop(month: int = 10) -> Made:
    """Make the certificate of shop.example that begins in *month*."""
    return bundle(month=month)


def blog(month: int = 10) -> Made:
    """Make the certificate of blog.example that begins in *month*."""
    return bundle("blog.example", month=month)


def statuses(pipeline: Pipeline, drop: str = "shop") -> list[tuple[str, str]]:
    """Return (status, code) of a drop's deployments, none without a report."""
    if not pipeline.keys(f"reports/{drop}.json"):
        return []
    return sorted((status, code) for _, status, code in pipeline.standings(drop))


def let_clean(pipeline: Pipeline) -> list[str]:
    """Let days pass until all is cleaned, and return the marks that are left."""
    for days in (1, 0, 8, 0, 1, 0, 2, 0):  # a second look comes eleven minutes after each
        pipeline.leap(days * 86400 or 660)
        pipeline.instances[POLLER].memory.cleaning.due = pipeline.world.clock.now()
        pipeline.tick()
    return pipeline.keys("state/retired/") + pipeline.keys("state/unused/")


def dialed(pipeline: Pipeline, name: str | None = None) -> str:
    """Return the fingerprint that the one listener shows, nothing when there is none that runs."""
    for listener in (*pipeline.world.alb.tls_listeners(), *pipeline.world.clb.tls_listeners()):
        if listener.status.lower() == "running":
            return pipeline.dial(listener.address, 443, name).fingerprint
    return ""
