"""What cannot be read or keeps killing: put away or refused once, with the reason, and in nobody's way."""

import base64
import json
from datetime import timedelta

from certdrop.runtime.letters import DeadLetter, parse_letter
from tests.flows.bundles import bundle
from tests.flows.pipeline import Killed, Pipeline, troubled

JUDGE = "on-cert-uploaded"


def dead_letters(pipeline: Pipeline) -> list[DeadLetter]:
    """Return what lies in the queue of dead letters; certdrop's own are in base64."""
    bodies = [one.body for one in pipeline.world.mns.queues["certdrop-dead-letters"].messages.values()]
    return [parse_letter(body) for body in bodies]


def send(pipeline: Pipeline, body: str, queue: str = "certdrop-drops") -> None:
    pipeline.world.mns.queues[queue].send(base64.b64encode(body.encode()).decode())


def test_a_message_that_cannot_be_read_lies_there_once_with_the_reason_and_its_batch_goes_on(
    pipeline: Pipeline,
) -> None:
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.advance(10)
    pipeline.targets(pipeline.alb_target())
    send(pipeline, '{"version": 9, "reconcile": "drop/shop", "correlation_id": "0123456789ab"}')
    send(pipeline, json.dumps({"version": 1, "reconcile": "drop/shop"}))
    pipeline.advance(3)
    asked = pipeline.mutations()
    pipeline.advance(15 * 60)
    pipeline.leap(2 * 3600)
    pipeline.advance(660)

    [letter] = dead_letters(pipeline)
    assert asked[:1] == ["UploadUserCertificate"]
    assert (letter.source, letter.correlation_id) == (JUDGE, "0123456789ab")
    assert letter.reason.startswith("not a reconcile request (version")
    assert len([line for line in pipeline.lines("item") if line["result"] == "unreadable"]) == 1


def test_a_drop_that_kills_its_reader_is_refused_as_poison_and_does_not_come_back(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    killed = []

    def kill(number: int, when: str) -> None:
        sent = pipeline.wire.sent[number - 1]
        if when == "after" and sent.label.startswith("GET") and "/certs/bomb/" in sent.label:
            killed.append(pipeline.world.clock.now())
            raise Killed

    with troubled(pipeline, kill):
        pipeline.drop("bomb", **bundle("bomb.example").files)
        pipeline.drop("shop", **bundle(key="p-256").files)
        pipeline.advance(30 * 60)
        kills = len(killed)
        pipeline.leap(3 * 3600)
        pipeline.advance(660)

    report = pipeline.report("bomb")
    assert [finding["code"] for finding in report["findings"]] == ["poison"]
    assert pipeline.standings() == [("shop", "served", "")]
    assert 3 <= kills == len(killed) < 40
    assert killed[-1] - killed[0] < timedelta(minutes=15)
    assert {letter.source for letter in dead_letters(pipeline)} <= {JUDGE}


def test_an_upload_event_that_fails_to_the_end_lies_there_and_names_its_drop(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    pipeline.world.oss.buckets[f"certdrop-{pipeline.world.account_id}"].versioning = "Enabled"

    pipeline.put("certs/shop/cert.pem", bundle().certificate)
    pipeline.advance(60)

    [letter] = dead_letters(pipeline)
    assert (letter.source, [one.reconcile for one in letter.requests]) == (JUDGE, ["drop/shop"])
    assert "versioning" in letter.reason
