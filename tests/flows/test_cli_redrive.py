"""certdrop redrive: what ended badly or stalls is explained, and opened again at once; safe days later."""

import json

import pytest

from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.flows.console import Said, certdrop
from tests.flows.pipeline import BUCKET, Killed, Pipeline, troubled

DAY = 86400


def redrive(pipeline: Pipeline, *arguments: str) -> Said:
    said = certdrop(pipeline, "redrive", "redrive", *arguments)
    assert (said.code, said.err) == (0, "")
    return said


def forbid(pipeline: Pipeline, action: str) -> None:
    pipeline.world.faults.add(Fault(action=action, code="NoPermission", status=403, message="no", times=10**6))


def stall(pipeline: Pipeline) -> None:
    """Let a listener not be created, for long enough that the next look is an hour away."""
    pipeline.targets(pipeline.alb_target())
    forbid(pipeline, "CreateListener")
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.advance(70 * 60)
    pipeline.world.faults.orders.clear()


def test_nothing_to_explain_is_said(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())

    assert redrive(pipeline).out == "Nothing ended badly, nothing stalls.\n"
    assert redrive(pipeline, "--all").out == "There was nothing to open again.\n"


def test_stalled_work_is_explained_and_nothing_changes(pipeline: Pipeline) -> None:
    stall(pipeline)
    objects = pipeline.world.oss.buckets[BUCKET].objects
    before = {key: one.etag for key, one in objects.items()}

    said = redrive(pipeline)

    assert "stalled  NoPermission" in said.out
    assert "RequestId" in said.out
    assert "certdrop redrive shop" in said.out
    assert {key: one.etag for key, one in objects.items()} == before


def test_stalled_work_that_is_opened_again_is_served_within_two_minutes_and_not_an_hour(pipeline: Pipeline) -> None:
    stall(pipeline)

    said = redrive(pipeline, "shop", "--json")
    pipeline.advance(120)

    [case] = said.json["cases"]
    assert (case["status"], case["code"], case["opened"]) == ("stalled", "NoPermission", True)
    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.keys("state/open/") == []
    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener"]


def test_a_disproved_deployment_is_tried_again(pipeline: Pipeline) -> None:
    """Somebody else's certificate is at the door for a while: restored or ended, then redriven days later."""
    pipeline.targets(pipeline.clb_target())
    stranger = bundle("stranger.example", number=5)
    real, pipeline.dial = pipeline.dial, lambda *_: _shown(stranger.fingerprint)  # type: ignore[method-assign, assignment]
    pipeline.drop("shop", **bundle().files)
    pipeline.advance(20 * 60)
    disproved = pipeline.standings()
    pipeline.dial = real  # type: ignore[method-assign]
    pipeline.leap(DAY)
    pipeline.advance(120)

    said = redrive(pipeline, "shop")
    pipeline.advance(180)

    assert [status for _, status, _ in disproved] == ["disproved"]
    assert "opened again" in said.out
    assert pipeline.standings() == [("clb", "served", "")]


def _shown(fingerprint: str) -> object:
    from certdrop.reconcile.house import Handshake

    return Handshake(fingerprint)


def test_what_newer_files_have_overtaken_is_dropped_with_a_note(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.clb_target())
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.advance(30)
    pipeline.copies = 0  # nobody hears of the newer files
    pipeline.drop("shop", **bundle(month=9).files)
    pipeline.advance(30)

    said = redrive(pipeline, "--all", "--json")

    [case] = said.json["cases"]
    assert (case["status"], case["opened"]) == ("refused", False)
    assert case["note"].startswith("newer files lie in the drop")
    assert pipeline.keys("state/open/") == []


@pytest.mark.parametrize("code", ["clb-needs-rsa", "unwanted"])
def test_what_would_end_the_same_way_is_not_opened(pipeline: Pipeline, code: str) -> None:
    pipeline.targets(pipeline.clb_target())
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.advance(30)
    if code == "unwanted":
        pipeline.targets()

    said = redrive(pipeline, "shop", "--json")

    notes = {"clb-needs-rsa": "it would be refused again", "unwanted": "no target in force wants it there any more"}
    assert [(one["opened"], one["note"]) for one in said.json["cases"]] == [(False, notes[code])]
    assert pipeline.keys("state/open/") == []


def test_a_poison_drop_is_tried_again_and_served_by_who_survives_it(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())

    def kill(number: int, when: str) -> None:
        if when == "after" and "/certs/shop/" in pipeline.wire.sent[number - 1].label:
            raise Killed

    with troubled(pipeline, kill):
        pipeline.drop("shop", **bundle(key="p-256").files)
        pipeline.advance(20 * 60)
    poisoned = pipeline.report()
    explained = redrive(pipeline)

    redrive(pipeline, "shop")
    pipeline.advance(180)

    assert [finding["code"] for finding in poisoned["findings"]] == ["poison"]
    assert "refused  poison" in explained.out
    assert pipeline.standings() == [("shop", "served", "")]


def test_a_drop_that_could_not_be_read_is_judged_at_once(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())

    def forbid_reading(number: int, when: str) -> None:
        pipeline.world.faults.orders.clear()
        if when == "before" and "/certs/shop/" in pipeline.wire.sent[number - 1].url:
            forbid(pipeline, "GetObject")

    with troubled(pipeline, forbid_reading):
        pipeline.drop("shop", **bundle(key="p-256").files)
        pipeline.advance(60 * 60)

    listed = redrive(pipeline, "--json")
    redrive(pipeline, "shop")
    pipeline.advance(90)

    assert [(one["status"], one["code"]) for one in listed.json["cases"]] == [("not judged", "NoPermission")]
    assert pipeline.standings() == [("shop", "served", "")]


def test_dead_letters_are_explained_sent_again_and_deleted_once(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    bucket = pipeline.world.oss.buckets[BUCKET]
    bucket.versioning = "Enabled"
    pipeline.put("certs/shop/fullchain.pem", bundle(key="p-256").fullchain)
    pipeline.put("certs/shop/privkey.pem", bundle(key="p-256").key)
    pipeline.advance(60)
    bucket.versioning = ""
    pipeline.world.mns.queues["certdrop-drops"].send("junk")
    pipeline.advance(5)
    letters = pipeline.world.mns.queues["certdrop-dead-letters"].messages

    listed = redrive(pipeline)
    kept = redrive(pipeline, "--letters", "--json").json["letters"]
    left = len(letters)
    pipeline.advance(120)
    discarded = redrive(pipeline, "--letters", "--discard")

    assert "asks for drop/shop: can be sent again" in listed.out
    assert [[one["sent_again"] for one in letter["requests"]] for letter in kept] == [[True], [True], []]
    assert left == 1
    assert pipeline.standings() == [("shop", "served", "")]
    assert "deleted" in discarded.out
    assert len(letters) == 0


def test_a_letter_that_newer_files_have_overtaken_is_deleted_with_a_note(pipeline: Pipeline) -> None:
    request = {"version": 1, "reconcile": "drop/shop", "correlation_id": "0123456789ab"}
    gone = {"version": 1, "reconcile": "drop/gone"}
    listener = {"version": 1, "reconcile": "listener/alb.alb-1.443"}
    queue = pipeline.world.mns.queues["certdrop-dead-letters"]
    for body in (request, gone, listener):
        queue.send(json.dumps({"data": {"messageId": "m", "messageBody": json.dumps(body)}}))
    pipeline.drop("shop", **bundle().files)

    said = redrive(pipeline, "--letters", "--json")

    notes = [(one["requests"][0]["note"], one["requests"][0]["sent_again"]) for one in said.json["letters"]]
    assert notes == [
        ("newer files lie in the drop, with an event of their own", False),
        ("no files lie in the drop any more", False),
        ("", True),
    ]
    assert len(queue.messages) == 0


def test_wrong_usage_is_told(pipeline: Pipeline) -> None:
    said = certdrop(pipeline, "redrive", "redrive", "--discard")

    assert (said.code, said.err) == (2, "certdrop: --discard goes with --letters or --all\n")
