"""Flows in which all goes well: what is dropped is served, told, renewed and cleaned up."""

from typing import Any

from tests.flows.pipeline import Pipeline
from tests.flows.receiver import Receiver
from tests.functions.reading import blog, dialed, let_clean, shop, statuses


def alb_default(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **shop().files)
    pipeline.advance(70)
    return statuses(pipeline), pipeline.keys("state/open/"), len(pipeline.keys("status/"))


def alb_additional(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop().files)
    pipeline.drop("blog", **blog().files)
    pipeline.advance(130)
    return statuses(pipeline, "blog"), pipeline.keys("state/open/")


def alb_renewal(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **shop(9).files)
    pipeline.advance(70)
    pipeline.drop("shop", **shop().files)
    pipeline.advance(70)
    return dialed(pipeline), pipeline.keys("state/open/")


def alb_renewed_additional(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop().files)
    pipeline.drop("blog", **blog(9).files)
    pipeline.advance(130)
    pipeline.drop("blog", **blog().files)
    pipeline.advance(190)
    shown = pipeline.world.alb.shown(pipeline.alb, 443)
    return dialed(pipeline, "blog.example"), len(shown.additional) if shown else 0


def clb_default(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.clb_target())
    pipeline.drop("shop", **shop().files)
    pipeline.advance(120)
    return statuses(pipeline), pipeline.keys("state/open/")


def clb_renewal(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.clb_target())
    pipeline.drop("shop", **shop(9).files)
    pipeline.advance(120)
    pipeline.drop("shop", **shop().files)
    pipeline.advance(120)
    return dialed(pipeline), pipeline.keys("state/open/")


def clb_extension(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop().files)
    pipeline.drop("blog", **blog().files)
    pipeline.advance(240)
    return dialed(pipeline, "blog.example"), statuses(pipeline, "blog")


def clb_renewed_extension(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop().files)
    pipeline.drop("blog", **blog(9).files)
    pipeline.advance(240)
    pipeline.drop("blog", **blog().files)
    pipeline.advance(180)
    return dialed(pipeline, "blog.example"), statuses(pipeline, "blog")


def swept(pipeline: Pipeline) -> Any:
    """Files that lay there before the targets; their event was for nobody."""
    pipeline.drop("shop", **shop().files)
    pipeline.advance(20)
    pipeline.targets(pipeline.alb_target())
    pipeline.advance(80)
    return statuses(pipeline)


def told(pipeline: Pipeline) -> Any:
    """What ends is told to a webhook."""
    pipeline.webhook = Receiver()
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **shop().files)
    pipeline.advance(70)
    return pipeline.webhook.told(), pipeline.keys("state/open/")


def incomplete(pipeline: Pipeline) -> Any:
    """A key is missing: the drop waits, and is judged again two minutes later, though no file comes."""
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", fullchain_pem=shop().fullchain)
    pipeline.advance(150)
    return len(pipeline.keys("reports/shop.json")), len(pipeline.keys("state/drops/shop/"))


def cleaned(pipeline: Pipeline) -> Any:
    """What was renewed is deleted from CLB and CAS after its grace, and nobody marks it any more."""
    pipeline.targets(pipeline.clb_target(), cleanup="superseded")
    pipeline.drop("shop", **shop(9).files)
    pipeline.advance(120)
    pipeline.drop("shop", **shop().files)
    pipeline.advance(120)
    marks = let_clean(pipeline)
    return len(pipeline.world.clb.certificates.server), len(pipeline.world.cas.certificates), marks


def discarded(pipeline: Pipeline) -> Any:
    """Once a drop is served its key is deleted, and what is left keeps its verdict."""
    pipeline.targets(pipeline.alb_target(), keys="delete")
    pipeline.drop("shop", **shop().files)
    pipeline.advance(1300)
    return pipeline.keys("certs/shop/privkey.pem"), pipeline.report("shop")["verdict"], statuses(pipeline)
