"""A key where none belongs: in messages, in targets.yml, in names, in the wrong file. It is told nowhere."""

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.flows.bundles import bundle
from tests.secrets.canary import found_in
from tests.secrets.spellings import KINDS, canary, mixed
from tests.secrets.watched import Watched

LONGEST_NAME = 150  # of what stands in a name: names of drops have at most 200 characters
QUEUES = ("certdrop-drops", "certdrop-listeners", "certdrop-associations")


def as_names(texts: Sequence[str]) -> list[str]:
    return sorted({text[:LONGEST_NAME] for text in texts})


def send_messages(pipeline: Watched, texts: Sequence[str]) -> None:
    for text in texts:
        for queue in QUEUES:
            pipeline.plant(queue, text)
        pipeline.plant("certdrop-drops", base64.b64encode(text.encode()).decode())


def send_requests(pipeline: Watched, texts: Sequence[str]) -> None:
    good = {"version": 1, "reconcile": "drop/shop"}
    for text in texts:
        for document in (
            {**good, "key": text},
            {**good, text: "key"},
            {**good, "version": text},
            {**good, "correlation_id": text},
            {**good, "reconcile": text},
            {**good, "reconcile": f"drop/{text}"},
            {**good, "reconcile": f"drop/{text[:LONGEST_NAME]}"},
            {**good, "reconcile": f"listener/{text}"},
            {**good, "reconcile": f"listener/alb.{text[:64]}.443"},
            {"data": {"messageId": text, "messageBody": "no request"}},
        ):
            pipeline.plant("certdrop-drops", base64.b64encode(json.dumps(document).encode()).decode())


def write_targets(pipeline: Watched, texts: Sequence[str]) -> None:
    good = pipeline.alb_target()
    for some in batches(texts):
        pipeline.targets(*({**good, "name": text} for text in some), *({**good, text: "x"} for text in some))
        pipeline.targets(*({**good, "name": f"n{n}", "drops": [text[:LONGEST_NAME]]} for n, text in enumerate(some)))
    for text in texts:
        pipeline.put("config/targets.yml", f"version: 1\n{text}")
        pipeline.tick()


def drop_in_wrong_files(pipeline: Watched, texts: Sequence[str]) -> None:
    for number, some in enumerate(batches(texts)):
        for position, text in enumerate(some):
            pipeline.put(f"certs/shop{number}/{position}.pem", text)
            pipeline.put(f"certs/shop{number}/{position}.txt", text)
        pipeline.drop(f"shop{number}", fullchain_pem=bundle().fullchain + some[0])


def batches(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + 8] for start in range(0, len(texts), 8)]


def name_files(pipeline: Watched, texts: Sequence[str]) -> None:
    for number, text in enumerate(as_names(texts)):
        pipeline.put(f"certs/shop/{text}.{'txt' if number % 4 else 'pem'}", bundle().fullchain)
    pipeline.copies = 0  # nobody hears of the rest
    for text in as_names(texts):
        pipeline.put(f"certs/shop/{text}.pem", "hello")
    pipeline.copies = 1
    pipeline.drop("shop", **bundle(key="p-256").files)


def name_drops(pipeline: Watched, texts: Sequence[str]) -> None:
    for text in as_names(texts):
        pipeline.drop(text, fullchain_pem=bundle().fullchain, readme_txt="hello")


WAYS: dict[str, Callable[[Watched, Sequence[str]], None]] = {
    "messages": send_messages,
    "requests": send_requests,
    "targets.yml": write_targets,
    "wrong files": drop_in_wrong_files,
    "names of drops": name_drops,
}


def expect_no_trace(pipeline: Watched) -> None:
    for words in (("status",), ("status", "--json"), ("redrive",), ("redrive", "--letters"), ("redrive", "--all")):
        pipeline.command(*words)

    pieces = [piece for kind in KINDS for piece in canary(kind).pieces]
    assert found_in((*pieces, *pipeline.credentials), pipeline.sinks()) == []


@pytest.mark.parametrize(("turn", "way"), list(enumerate(WAYS)))
def test_a_key_where_none_belongs_is_found_nowhere(turn: int, way: str) -> None:
    pipeline = Watched()
    pipeline.targets(pipeline.alb_target())
    WAYS[way](pipeline, mixed(turn))
    pipeline.advance(150)

    expect_no_trace(pipeline)


def test_a_drop_is_served_whatever_the_names_of_other_files_in_it_and_no_name_is_a_key() -> None:
    pipeline = Watched()
    pipeline.targets(pipeline.alb_target())
    name_files(pipeline, mixed(0))
    pipeline.advance(150)

    assert pipeline.standings() == [("shop", "served", "")]
    assert "certs/shop/[masked].pem" in pipeline.report()["ignored"]
    expect_no_trace(pipeline)


def test_check_and_drop_do_not_show_the_key_that_they_judge(tmp_path: Path) -> None:
    pipeline = Watched()
    pipeline.targets(pipeline.alb_target())
    for number, text in enumerate(mixed(1)):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        (folder / "cert.pem").write_text(text)
        (folder / "privkey.pem").write_text(bundle().fullchain + text)
        if "/" not in text[:LONGEST_NAME]:
            (folder / f"{text[:LONGEST_NAME]}.pem").write_text(text)
            (folder / f"{text[:LONGEST_NAME]}.txt").write_text(text)
        for words in (("check",), ("check", "--json"), ("drop", "--no-wait"), ("drop", "--no-wait", "--json")):
            pipeline.command(words[0], folder, *words[1:])

    expect_no_trace(pipeline)
