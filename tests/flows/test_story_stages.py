"""A staged rollout: first one listener, then, when it is served there and has baked, the others; a failure stops it."""

from typing import Any

import pytest

from certdrop.reconcile.house import Handshake
from tests.flows.bundles import bundle
from tests.flows.console import certdrop
from tests.flows.pipeline import Pipeline
from tests.flows.probe import Probe
from tests.flows.receiver import Receiver

OLD, NEW = bundle(month=8), bundle()


def stages(pipeline: Pipeline, **first: Any) -> None:
    """Put targets in force: a canary on CLB, then ALB."""
    pipeline.targets(pipeline.alb_target("rest", stage=2), pipeline.clb_target("canary", **first))


def standing(pipeline: Pipeline) -> dict[str, tuple[str, str]]:
    return {target: (status, code) for target, status, code in pipeline.standings()}


def shown(pipeline: Pipeline) -> tuple[str, str]:
    alb, clb = (service.tls_listeners()[0].address for service in (pipeline.world.alb, pipeline.world.clb))
    return pipeline.dial(clb, 443, None).fingerprint, pipeline.dial(alb, 443, None).fingerprint


def serve(pipeline: Pipeline) -> None:
    pipeline.drop("shop", **OLD.files)
    pipeline.advance(600)
    assert standing(pipeline) == {"canary": ("served", ""), "rest": ("served", "")}


def test_a_rollout_completes_stage_by_stage_and_bakes_between(pipeline: Pipeline, probe: Probe) -> None:
    stages(pipeline, bake=5)
    serve(pipeline)

    pipeline.drop("shop", **NEW.files)
    pipeline.advance(240)
    halfway, shown_halfway = standing(pipeline), shown(pipeline)
    pipeline.advance(600)

    assert halfway == {"canary": ("served", ""), "rest": ("open", "held")}
    assert shown_halfway == (NEW.fingerprint, OLD.fingerprint)
    assert standing(pipeline) == {"canary": ("served", ""), "rest": ("served", "")}
    assert shown(pipeline) == (NEW.fingerprint, NEW.fingerprint)
    assert pipeline.keys("state/open/") == []


def disprove_canary(pipeline: Pipeline, probe: Probe) -> None:
    """Drop the new bundle, and let the canary's data plane hang."""
    real = pipeline.dial
    clb = pipeline.world.clb.tls_listeners()[0].address

    def dial(host: str, *asked: Any) -> Handshake:
        return Handshake(OLD.fingerprint) if host == clb else real(host, *asked)

    pipeline.dial = dial  # type: ignore[method-assign, assignment]
    pipeline.drop("shop", **NEW.files)
    with probe.rolling_back(OLD.fingerprint):
        pipeline.advance(16 * 60)
    pipeline.dial = real  # type: ignore[method-assign]


def test_a_rollout_is_stopped_by_a_failure_and_told(pipeline: Pipeline, probe: Probe) -> None:
    pipeline.webhook = Receiver()
    stages(pipeline)
    serve(pipeline)

    disprove_canary(pipeline, probe)
    pipeline.advance(30 * 60)

    assert standing(pipeline) == {
        "canary": ("disproved", "another-certificate-served"),
        "rest": ("refused", "stage-stopped"),
    }
    assert "stage 1 stopped at canary: disproved" in str(pipeline.report())
    assert pipeline.webhook.told("deployment-disproved", "deployment-refused") == [
        "deployment-disproved",
        "deployment-refused",
    ]
    assert shown(pipeline) == (OLD.fingerprint, OLD.fingerprint)
    assert pipeline.keys("state/open/") == []


def test_a_new_snapshot_begins_a_stopped_rollout_anew(pipeline: Pipeline, probe: Probe) -> None:
    stages(pipeline)
    serve(pipeline)
    disprove_canary(pipeline, probe)

    pipeline.drop("shop", copy_pem=NEW.certificate)
    pipeline.advance(600)

    assert standing(pipeline) == {"canary": ("served", ""), "rest": ("served", "")}
    assert shown(pipeline) == (NEW.fingerprint, NEW.fingerprint)


def test_a_redrive_begins_a_stopped_rollout_anew(pipeline: Pipeline, probe: Probe) -> None:
    stages(pipeline)
    serve(pipeline)
    disprove_canary(pipeline, probe)

    said = certdrop(pipeline, "redrive", "redrive", "shop")
    held = standing(pipeline)["rest"]
    pipeline.advance(600)

    assert said.code == 0
    assert held == ("open", "held")
    assert standing(pipeline) == {"canary": ("served", ""), "rest": ("served", "")}


@pytest.mark.parametrize("seconds", [60, 200])
def test_a_newer_drop_in_the_middle_of_a_rollout_ends_it_everywhere(
    pipeline: Pipeline, probe: Probe, seconds: int
) -> None:
    stages(pipeline, bake=3)
    serve(pipeline)

    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(seconds)
    pipeline.drop("shop", **NEW.files)
    pipeline.advance(900)

    assert shown(pipeline) == (NEW.fingerprint, NEW.fingerprint)
    assert pipeline.keys("state/open/") == []
