"""Messages that no function of certdrop sent, through the real queues: told once, put away, and nothing else."""

import base64
import json

import pytest

from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline

EC = bundle(key="p-256")
LARGEST_MESSAGE = 64 * 1024  # of the queue service

UNREADABLE = {
    "a later version": '{"version": 2, "reconcile": "drop/shop"}',
    "no JSON": "TEST",
    "junk": "\u00e4\0\x1b" * 1000,
    "64 KB of junk": "A" * (LARGEST_MESSAGE * 3 // 4 - 8),
    "64 KB of an open list": "[" * (LARGEST_MESSAGE * 3 // 4 - 8),
    "a closed list of depth 20,000": "[" * 20_000 + "]" * 20_000,
    "no such thing": '{"reconcile": "bucket/certs"}',
    "more than is asked": '{"reconcile": "drop/shop", "role": "admin"}',
    "too many hops": '{"reconcile": "drop/shop", "hops": 4}',
    "hops below nothing": '{"reconcile": "drop/shop", "hops": -1}',
    "NaN": '{"reconcile": "drop/shop", "hops": NaN}',
    "a huge number": '{"reconcile": "drop/shop", "hops": 1' + "0" * 5000 + "}",
    "markup": '{"reconcile": "drop/shop", "correlation_id": "<script>alert(1)</script>"}',
    "half a character": '{"reconcile": "drop/\\ud800"}',
    "a way up": '{"reconcile": "drop/../state"}',
    "a listener that is none": '{"reconcile": "listener/alb.../../state.443"}',
    "the log of a region": '{"reconcile": "listener/clb-certificates.cn-hangzhou"}',
}


def send(pipeline: Pipeline, queue: str, text: str) -> None:
    body = base64.b64encode(text.encode()).decode()
    pipeline.world.mns.queues[f"certdrop-{queue}"].send(body)


def letters(pipeline: Pipeline) -> list[dict[str, object]]:
    queue = pipeline.world.mns.queues["certdrop-dead-letters"]
    return [json.loads(base64.b64decode(message.body)) for message in queue.messages.values()]


@pytest.mark.parametrize("queue", ["drops", "listeners", "associations"])
def test_an_unreadable_message_is_put_away_once_with_its_reason_and_holds_up_nothing(queue: str) -> None:
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target())
    for text in UNREADABLE.values():
        send(pipeline, queue, text)
    pipeline.drop("shop", **EC.files)

    pipeline.advance(300)

    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener"]
    assert pipeline.lines("unclassified") == []
    assert len(letters(pipeline)) == len(UNREADABLE)
    assert all(letter["unreadable"] for letter in letters(pipeline))


def test_forged_requests_change_only_when_somebody_looks() -> None:
    """For drops and listeners of others, for what does not exist, with another's correlation id, with a key twice."""
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **EC.files)
    pipeline.advance(180)
    strangers = pipeline.world.alb.create_load_balancer().id
    state = pipeline.keys("state/")
    forged = [
        f'{{"reconcile": "listener/alb.{pipeline.alb}.443"}}',
        f'{{"reconcile": "listener/alb.{strangers}.443"}}',
        f'{{"reconcile": "listener/clb.{pipeline.clb}.443", "hops": 3}}',
        '{"reconcile": "listener/alb.alb-nobody.65535"}',
        '{"reconcile": "listener/alb.alb-nobody.99999"}',
        '{"reconcile": "drop/nobody"}',
        '{"reconcile": "drop/shop", "correlation_id": "0123456789ab"}',
        '{"reconcile": "drop/shop", "reconcile": "drop/nobody"}',
        '{"reconcile": "drop/.."}',
    ]

    for queue in ("drops", "listeners", "associations"):
        for text in forged:
            send(pipeline, queue, text)
    pipeline.advance(300)

    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener"]
    assert [key for key in pipeline.keys("state/") if "survey" not in key] == [
        key for key in state if "survey" not in key
    ]
    assert letters(pipeline) == []
    assert pipeline.lines("unclassified") == []
    assert [str(result.body) for _, result in pipeline.results if result.error_type] == []
