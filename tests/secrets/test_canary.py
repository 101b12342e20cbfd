"""The hunt finds what it hunts: every spelling, in every sink, and nothing in what is public."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from certdrop.bundle.judging import DropFile, judge
from certdrop.bundle.parsing import read_parts
from certdrop.bundle.pem import split_blocks
from certdrop.cloud.carrying import Answer
from certdrop.cloud.mns import Message
from certdrop.cloud.oss_wire import OssObject
from certdrop.runtime.events import parse_event
from fakecloud.authority import NOT_BEFORE, KeyName
from fakecloud.fc.function import Result
from tests.flows.pipeline import BUCKET
from tests.secrets.canary import found_in
from tests.secrets.spellings import KINDS, canary, spellings
from tests.secrets.watched import Watched

SINKS: dict[str, Callable[[Watched, str], object]] = {
    "logs": lambda pipeline, pem: pipeline.logs.write(pem),
    "exceptions": lambda pipeline, pem: pipeline.raised.update({pem: None}),
    "what commands say": lambda pipeline, pem: pipeline.said.append(pem),
    "answers of functions": lambda pipeline, pem: pipeline.results.append(("", Result(pem.encode()))),
    "messages": lambda pipeline, pem: pipeline.world.mns.queues["certdrop-dead-letters"].send(pem),
    "notices": lambda pipeline, pem: pipeline.webhook and pipeline.webhook({"event": pem}, 1),
    "call log": lambda pipeline, pem: pipeline.world.calls.add(service="oss", action="x", resource=pem),
    "request lines and headers": lambda pipeline, pem: _send(pipeline, headers={"x-note": pem}),
    "request bodies": lambda pipeline, pem: _send(pipeline, body=pem.encode()),
    "objects": lambda pipeline, pem: pipeline.put("reports/shop.json", pem),
}


def _send(pipeline: Watched, **changes: Any) -> None:
    last = pipeline.wire.sent[-1]
    request = replace(last.request, target=f"/{BUCKET}/state/x", **changes)
    pipeline.wire.sent.append(replace(last, request=request))


@pytest.mark.parametrize("kind", KINDS)
def test_every_spelling_is_found(kind: KeyName) -> None:
    pieces = canary(kind).pieces

    assert [name for name, text in spellings(kind).items() if not found_in(pieces, [(name, text.encode())])] == []
    assert found_in(pieces, [("certificates", canary(kind).made.fullchain.encode())]) == []


def test_a_key_is_found_in_every_sink() -> None:
    pipeline = Watched()
    pipeline.targets(pipeline.alb_target())
    pieces = canary("p-256").pieces
    assert found_in(pieces, pipeline.sinks()) == []
    for leak in SINKS.values():
        leak(pipeline, canary("p-256").pem)

    found = [hit.partition(":")[0] for hit in found_in(pieces, pipeline.sinks())]
    assert sorted(found) == sorted(SINKS)
    assert {name for name, _ in pipeline.sinks()} == {*SINKS, "logs of fakecloud's functions"}


def test_a_secret_of_the_credentials_is_found_but_in_the_header_that_bears_the_token() -> None:
    pipeline = Watched()
    pipeline.targets(pipeline.alb_target())
    assert found_in(pipeline.credentials, pipeline.sinks()) == []
    _send(pipeline, headers={"x-acs-security-token": pipeline.credentials[0].decode()})
    assert found_in(pipeline.credentials, pipeline.sinks()) == []
    _send(pipeline, headers={"authorization": pipeline.credentials[0].decode()})

    assert len(found_in(pipeline.credentials, pipeline.sinks())) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_holds_a_key_does_not_show_it(kind: KeyName) -> None:
    made = canary(kind)
    files = [DropFile("privkey.pem", made.pem.encode()), DropFile("fullchain.pem", made.made.fullchain.encode())]
    parts = read_parts(files)
    judgement = judge(files, validation_time=NOT_BEFORE)
    holders = [
        *files,
        *split_blocks(made.pem.encode()),
        parts,
        *parts.keys.values(),
        judgement,
        judgement.bundle,
        OssObject("k", made.pem.encode(), "e", NOT_BEFORE),
        Answer(200, {}, made.pem.encode()),
        Message("i", made.pem, "h", None),
        *parse_event(made.pem.encode()),
    ]

    assert judgement.bundle
    assert found_in(made.pieces, [(type(one).__name__, f"{one!r} {one}".encode()) for one in holders]) == []
