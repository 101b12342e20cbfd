"""Every kind of document in state/, spoilt in every way, in Worlds where all is done and where something is under way.

Nobody fails over it for a reason without a class, no drop is lost, nothing is done twice, and people are told.
"""

import re
from collections.abc import Callable

import pytest

from certdrop.reconcile.house import Handshake
from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.flows.console import certdrop
from tests.flows.pipeline import BUCKET, Pipeline
from tests.flows.receiver import Receiver

EC, RENEWED = bundle(key="p-256"), bundle(key="p-256", month=11, number=1)
LONG_ENOUGH = 21 * 60  # the sweep comes every ten minutes; what stalled twice is looked at again after four

LARGEST = 100_000  # in these Worlds: eight million bytes are slow to pass around
JUNK = {
    "empty": b"",
    "no JSON": b"\xff\xfe junk",
    "a later version": b'{"version": 2}',
    "wrong types": b'{"version": "1", "number": "x", "drop": 7, "targets": 7, "bundle": [], "count": {}, "step": null}',
    "a list": b"[1, 2, 3]",
    "NaN": b"NaN",
    "deep": b"[" * 100_000,
    "huge": b" " * (LARGEST + 1),
}

KINDS = {
    "config": r"state/config/\d{10}\.json",
    "verdict": r"state/drops/shop/[0-9a-f]{64}\.\d{10}\.json",
    "attempt": r"state/drops/shop/[0-9a-f]{64}\.attempt-\d+\.json",
    "attempt_end": r"state/drops/shop/[0-9a-f]{64}\.attempt-\d+\.end\.json",
    "bundle": r"state/bundles/[0-9a-f]{16}\.json",
    "open_work": r"state/open/(?!notices)[^/]+/[0-9a-f]{32}\.[0-9a-f]{12}-\d+\.json",
    "disproved": r"state/open/[^/]+/[0-9a-f]{32}\.[0-9a-f]{12}-\d+\.disproved\.json",
    "stalled": r"state/open/[^/]+/[0-9a-f]{32}\.stalled-\d\.json",
    "end": r"state/deployments/[0-9a-f]{32}/[^/]+\.json",
    "operation": r"state/listeners/[^/]+/\d{10}\.json",
    "operation_end": r"state/listeners/[^/]+/\d{10}\.end\.json",
    "waiting_notice": r"state/open/notices/[0-9a-f]{32}\.json",
    "told_notice": r"state/notices/.+\.json",
    "served": r"state/served/[^/]+/[^/]+\.json",
    "survey": r"state/survey/listeners\.json",
    "survey_claim": r"state/survey/claims/\d+\.json",
}


IN_ALL = ("config", "verdict", "attempt", "attempt_end", "bundle", "operation", "operation_end")
SPOILT_IN = {  # kind by kind where it can hold up most
    "done": ("bundle", "operation", "end", "told_notice", "served"),
    "stalled": ("config", "verdict", "attempt", "attempt_end", "open_work", "stalled", "waiting_notice"),
    "doubted": ("operation", "operation_end", "open_work", "disproved", "survey"),
}


def done(pipeline: Pipeline) -> None:
    """Everything is served and told."""
    pipeline.webhook = Receiver()
    pipeline.targets(pipeline.alb_target(), pipeline.clb_target("none", drops=("none",)))
    pipeline.drop("shop", **EC.files)
    pipeline.advance(180)
    assert pipeline.standings() == [("shop", "served", "")]


def stalled(pipeline: Pipeline) -> None:
    """The listener cannot be created, and the webhook takes nothing."""
    pipeline.webhook = Receiver(trouble="no")
    pipeline.world.faults.add(Fault(action="CreateListener", status=403, code="NoPermission", times=99))
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **EC.files)
    pipeline.advance(180)
    assert pipeline.standings() == [("shop", "stalled", "NoPermission")]


def doubted(pipeline: Pipeline) -> None:
    """The handshake showed another certificate, and nobody has decided what to do."""
    pipeline.dial = lambda *asked: Handshake("0" * 64)  # type: ignore[method-assign]
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **EC.files)
    while "disproved" not in map(kind_of, pipeline.keys("state/")):
        pipeline.advance(5)


WORLDS: dict[str, Callable[[Pipeline], None]] = {"done": done, "stalled": stalled, "doubted": doubted}
KINDS_IN = {
    "done": (*IN_ALL, "end", "told_notice", "served", "survey"),
    "stalled": (*IN_ALL, "open_work", "stalled", "waiting_notice"),
    "doubted": (*IN_ALL, "survey", "open_work", "disproved"),
}


def play(world: str) -> Pipeline:
    pipeline = Pipeline()
    WORLDS[world](pipeline)
    return pipeline


def kind_of(key: str) -> str:
    (kind,) = [kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, key)]
    return kind


def spoil(pipeline: Pipeline, keys: list[str], junk: bytes) -> None:
    """Write *junk* over objects, and let every instance be a new one: nobody remembers what they were."""
    for key in keys:
        pipeline.put(key, junk)
    pipeline.instances.clear()


def recover(pipeline: Pipeline) -> None:
    """Let the causes of trouble be gone, and time pass."""
    pipeline.world.faults.orders.clear()
    if pipeline.webhook:
        pipeline.webhook.trouble = ""
    pipeline.__dict__.pop("dial", None)
    pipeline.advance(LONG_ENOUGH)


def assert_well(pipeline: Pipeline, where: str) -> None:
    """The drop is served, once; nothing failed without a class; the next drop is served too."""
    assert pipeline.lines("unclassified") + pipeline.lines("trouble") + pipeline.lines("unrecorded") == [], where
    assert [str(result.body) for _, result in pipeline.results if result.error_type] == [], where
    (target, status, _), *_ = pipeline.standings()
    assert (target, status) in (("shop", "served"), ("shop", "disproved")), where
    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener"], where
    assert [key for key in pipeline.keys("state/open/") if kind_of(key) == "open_work"] == [], where

    pipeline.drop("shop", **RENEWED.files)
    pipeline.advance(300)

    [address] = [one.address for one in pipeline.world.alb.tls_listeners()]
    assert pipeline.dial(address, 443, None).fingerprint == RENEWED.fingerprint, where


@pytest.mark.parametrize("world", WORLDS)
def test_the_worlds_hold_every_kind_of_document(world: str) -> None:
    assert {kind_of(key) for key in play(world).keys("state/")} == set(KINDS_IN[world])
    assert set().union(*KINDS_IN.values()) == set(KINDS) - {"survey_claim"}  # nobody reads what is in a claim


@pytest.mark.parametrize(("world", "turn"), [("stalled", 0), ("stalled", 3), ("done", 1), ("doubted", 4)])
def test_a_state_that_is_spoilt_as_a_whole_loses_no_drop(
    world: str, turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every document is spoilt, each in another way; *turn* begins with another one."""
    monkeypatch.setattr("certdrop.state.store.LARGEST_DOCUMENT", LARGEST)
    pipeline = play(world)

    for number, key in enumerate(pipeline.keys("state/"), start=turn):
        spoil(pipeline, [key], list(JUNK.values())[number % len(JUNK)])
    recover(pipeline)

    assert_well(pipeline, f"{world}, {turn}")
    assert pipeline.lines("state-spoilt")


@pytest.mark.parametrize(("world", "kind"), [(world, kind) for world, kinds in SPOILT_IN.items() for kind in kinds])
def test_a_spoilt_document_of_any_kind_loses_no_drop(world: str, kind: str) -> None:
    pipeline = play(world)

    spoil(pipeline, [key for key in pipeline.keys("state/") if kind_of(key) == kind], JUNK["a later version"])
    recover(pipeline)

    assert_well(pipeline, kind)


def test_targets_that_are_spoilt_while_nothing_is_open_are_put_in_force_again_by_the_sweep() -> None:
    pipeline = play("done")

    pipeline.put(pipeline.keys("state/config/")[0], b"junk")
    pipeline.advance(11 * 60)

    assert [pipeline.read(key)["number"] for key in pipeline.keys("state/config/")[:1]] == [2]
    assert len(pipeline.lines("state-spoilt")) == 1


def test_the_command_tells_of_spoilt_targets_in_one_line() -> None:
    pipeline = play("done")
    pipeline.put(pipeline.keys("state/config/")[0], b"junk")

    said = certdrop(pipeline, "read", "status")

    assert said.code != 0
    assert "is spoilt" in said.err
    assert said.err.count("\n") == 1


def test_strangers_keys_below_state_are_left_alone() -> None:
    pipeline = play("done")
    strangers = [
        re.sub(r"[^/]+$", name, key)
        for key in pipeline.keys("state/")
        for name in ("README.txt", "!", "0", "x.json", "attempt-x.json", "1.stalled-x.json", "0000000000.jsonl")
    ]

    spoil(pipeline, strangers, b"junk")
    recover(pipeline)

    assert_well(pipeline, "strangers")
    assert set(strangers) <= set(pipeline.world.oss.buckets[BUCKET].objects)
