"""Flows in which clients must show a certificate."""

from typing import Any

from tests.flows.authorities import authority
from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline
from tests.functions.reading import let_clean, statuses


def clb_client_ca(pipeline: Pipeline) -> Any:
    """Clients are checked against a CA that is dropped, and let in by a list of addresses."""
    clients: dict[str, Any] = {"client_ca": {"drop": "partners"}}
    default = pipeline.clb_target(**clients)
    acl = {"id": pipeline.world.clb.create_access_control_list(), "type": "white"}
    default["listener"] = {"backend_port": 8080, "acl": acl}
    pipeline.targets(default, pipeline.clb_target("more", role="additional", drops=("blog",), **clients))
    pipeline.drop("partners", ca_pem=authority().pem.decode())
    pipeline.drop("shop", **bundle().files)
    pipeline.drop("blog", **bundle("blog.example").files)
    pipeline.advance(300)
    return statuses(pipeline, "shop"), statuses(pipeline, "blog"), statuses(pipeline, "partners")


def rotated_client_ca_cleaned(pipeline: Pipeline) -> Any:
    """The CA that another of its drop succeeded is deleted from CLB after its grace."""
    pipeline.targets(pipeline.clb_target(client_ca={"drop": "partners"}))
    pipeline.drop("shop", **bundle().files)
    for month in (9, 10):
        pipeline.drop("partners", ca_pem=authority(number=200 + month, month=month).pem.decode())
        pipeline.advance(300)
    marks = let_clean(pipeline)
    return len(pipeline.world.clb.certificates.ca), marks


def alb_client_ca(pipeline: Pipeline) -> Any:
    """Clients are checked against a CA of the certificate service, which the target names by its id."""
    identifier = pipeline.world.alb.create_ca_certificate(authority().pem.decode()).id
    clients: dict[str, Any] = {"client_ca": {"certificate_id": identifier}}
    more = pipeline.alb_target("more", role="additional", drops=("blog",), **clients)
    pipeline.targets(pipeline.alb_target(**clients), more)
    pipeline.drop("shop", **bundle().files)
    pipeline.drop("blog", **bundle("blog.example").files)
    pipeline.advance(180)
    return statuses(pipeline, "shop"), statuses(pipeline, "blog")
