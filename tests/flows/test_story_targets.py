"""What happens when config/targets.yml changes: only what is neither served nor disproved is opened."""

from typing import Any

import pytest

from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline

SHOP = bundle()


def served(pipeline: Pipeline, *targets: dict[str, Any]) -> int:
    """Serve the drop shop under *targets*; return how many calls there were."""
    pipeline.targets(*targets)
    pipeline.drop("shop", **SHOP.files)
    pipeline.advance(240)
    assert {status for _, status, _ in pipeline.standings()} == {"served"}
    assert pipeline.keys("state/open/") == []
    return len(pipeline.world.calls.entries)


def change(pipeline: Pipeline, *targets: dict[str, Any]) -> list[str]:
    """Change the targets; return what was opened for it."""
    opened: list[str] = []
    put = pipeline.world.oss.put_object

    def watch(bucket: str, key: str, *args: Any, **more: Any) -> Any:
        if key.startswith("state/open/") and "/notices/" not in key:
            opened.append(key)
        return put(bucket, key, *args, **more)

    pipeline.world.oss.put_object = watch  # type: ignore[method-assign]
    pipeline.targets(*targets)
    pipeline.advance(300)
    pipeline.world.oss.put_object = put  # type: ignore[method-assign]
    return opened


def test_a_target_that_is_added_gets_its_work_and_the_others_none(pipeline: Pipeline) -> None:
    before = served(pipeline, pipeline.alb_target())

    opened = change(pipeline, pipeline.alb_target(), pipeline.clb_target())

    assert {key.split("/")[2] for key in opened} == {f"clb.{pipeline.clb}.443"}
    assert pipeline.standings() == [("shop", "served", ""), ("clb", "served", "")]
    assert "UpdateListenerAttribute" not in pipeline.mutations(since=before)


def test_a_target_that_is_removed_takes_nothing_from_the_cloud_and_is_missed_by_nobody(pipeline: Pipeline) -> None:
    before = served(pipeline, pipeline.alb_target(), pipeline.clb_target())

    opened = change(pipeline, pipeline.alb_target())
    pipeline.world.clb.listeners.delete_load_balancer_listener(pipeline.world.region, pipeline.clb, 443)
    pipeline.advance(3700)

    assert opened == pipeline.mutations(since=before) == []
    assert pipeline.standings() == [("shop", "served", "")]
    assert [line for line in pipeline.lines() if line["event"].startswith("drift-")] == []
    assert list(pipeline.read("state/survey/listeners.json")["listeners"]) == [f"alb.{pipeline.alb}.443"]


def test_a_target_that_comes_back_finds_its_certificate_served_and_opens_nothing(pipeline: Pipeline) -> None:
    before = served(pipeline, pipeline.alb_target(), pipeline.clb_target())
    change(pipeline, pipeline.alb_target())

    assert change(pipeline, pipeline.alb_target(), pipeline.clb_target()) == []
    assert pipeline.mutations(since=before) == []
    assert [status for _, status, _ in pipeline.standings()] == ["served", "served"]


def test_a_target_whose_role_changed_wants_its_new_slot_only(pipeline: Pipeline) -> None:
    before = served(pipeline, pipeline.alb_target())

    opened = change(pipeline, pipeline.alb_target(role="additional"))

    assert len(opened) == 1
    assert pipeline.mutations(since=before) == []  # its default certificate serves every name that it would have
    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.read(opened[0].replace("open", "served").rsplit("/", 1)[0] + "/default.json")["drop"] == "shop"


@pytest.mark.parametrize("more", [{"name": "renamed"}, {"heal": True}, {"allow": ["fewer-names"]}])
def test_a_change_that_moves_no_place_opens_nothing(pipeline: Pipeline, more: dict[str, Any]) -> None:
    before = served(pipeline, pipeline.alb_target())

    assert change(pipeline, {**pipeline.alb_target(), **more}) == []
    assert pipeline.mutations(since=before) == []
