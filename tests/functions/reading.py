"""What the flows drop, and what is read of what came of it."""

from tests.flows.bundles import Made, bundle
from tests.flows.pipeline import Pipeline


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


def dialed(pipeline: Pipeline, name: str | None = None) -> str:
    """Return the fingerprint that the one listener shows, nothing when there is none that runs."""
    for listener in (*pipeline.world.alb.tls_listeners(), *pipeline.world.clb.tls_listeners()):
        if listener.status.lower() == "running":
            return pipeline.dial(listener.address, 443, name).fingerprint
    return ""
