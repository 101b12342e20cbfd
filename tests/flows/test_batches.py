"""How many certificates go in one call to ALB: as many as the settings say."""

import pytest

from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline

NAMES = ("a.example", "b.example", "c.example")


@pytest.mark.parametrize(("limit", "calls"), [("", 1), ("2", 2), ("1", 3)])
def test_certificates_go_in_as_few_calls_as_the_settings_allow(limit: str, calls: int) -> None:
    pipeline = Pipeline(environment={"CERTDROP_ALB_ASSOCIATE_AT_ONCE": limit})
    with pipeline.client:
        pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=NAMES))
        for name in NAMES:
            pipeline.drop(name, **bundle(name).files)
        pipeline.advance(600)
        pipeline.drop("shop", **bundle().files)  # the listener comes when all three are waiting for it
        pipeline.advance(600)

        assert [pipeline.standings(name) for name in NAMES] == [[("more", "served", "")]] * len(NAMES)
        assert pipeline.mutations().count("AssociateAdditionalCertificatesWithListener") == calls
