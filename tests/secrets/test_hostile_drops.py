"""A key where none belongs: in messages, in targets.yml, in names, in the wrong file. It is told nowhere."""

import base64
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from fakecloud.authority import KeyName
from tests.flows.bundles import bundle
from tests.secrets.canary import found_in
from tests.secrets.spellings import KINDS, canary, spellings
from tests.secrets.watched import Watched

LONGEST_NAME = 150  # of what stands in a name: names of drops have at most 200 characters
QUEUES = ("certdrop-drops", "certdrop-listeners", "certdrop-associations")


def as_names(kind: KeyName) -> list[str]:
    return sorted({text[:LONGEST_NAME] for text in spellings(kind).values()})


def send_messages(pipeline: Watched, kind: KeyName) -> None:
    for text in spellings(kind).values():
        for queue in QUEUES:
            pipeline.plant(queue, text)
        pipeline.plant("certdrop-drops", base64.b64encode(text.encode()).decode())


def send_requests(pipeline: Watched, kind: KeyName) -> None:
    good = {"version": 1, "reconcile": "drop/shop"}
    for text in spellings(kind).values():
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


def write_targets(pipeline: Watched, kind: KeyName) -> None:
    good = pipeline.alb_target()
    for some in batches(spellings(kind).values()):
        pipeline.targets(*({**good, "name": text} for text in some), *({**good, text: "x"} for text in some))
        pipeline.targets(*({**good, "name": f"n{n}", "drops": [text[:LONGEST_NAME]]} for n, text in enumerate(some)))
    for text in spellings(kind).values():
        pipeline.put("config/targets.yml", f"version: 1\n{text}")
        pipeline.tick()


def drop_in_wrong_files(pipeline: Watched, kind: KeyName) -> None:
    for number, some in enumerate(batches(spellings(kind).values())):
        for position, text in enumerate(some):
            pipeline.put(f"certs/shop{number}/{position}.pem", text)
            pipeline.put(f"certs/shop{number}/{position}.txt", text)
        pipeline.drop(f"shop{number}", fullchain_pem=bundle().fullchain + some[0])


def batches(texts: Iterable[str]) -> list[list[str]]:
    held = list(texts)
    return [held[start : start + 8] for start in range(0, len(held), 8)]


def name_files(pipeline: Watched, kind: KeyName) -> None:
    for number, text in enumerate(as_names(kind)):
        pipeline.put(f"certs/shop/{text}.{'txt' if number % 4 else 'pem'}", bundle().fullchain)
    pipeline.copies = 0  # nobody hears of the rest
    for text in as_names(kind):
        pipeline.put(f"certs/shop/{text}.pem", "hello")
    pipeline.copies = 1
    pipeline.drop("shop", **bundle(key="p-256").files)


def name_drops(pipeline: Watched, kind: KeyName) -> None:
    for text in as_names(kind):
        pipeline.drop(text, fullchain_pem=bundle().fullchain, readme_txt="hello")


WAYS: dict[str, Callable[[Watched, KeyName], None]] = {
    "messages": send_messages,
    "requests": send_requests,
    "targets.yml": write_targets,
    "wrong files": drop_in_wrong_files,
    "names of files": name_files,
    "names of drops": name_drops,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_a_key_where_none_belongs_is_found_nowhere(way: str, kind: KeyName) -> None:
    pipeline = Watched()
    pipeline.targets(pipeline.alb_target())
    WAYS[way](pipeline, kind)
    pipeline.advance(150)
    for words in (("status",), ("status", "--json"), ("redrive",), ("redrive", "--letters"), ("redrive", "--all")):
        pipeline.command(*words)

    assert found_in((*canary(kind).pieces, *pipeline.credentials), pipeline.sinks()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_check_and_drop_do_not_show_the_key_that_they_judge(kind: KeyName, tmp_path: Path) -> None:
    pipeline = Watched()
    pipeline.targets(pipeline.alb_target())
    for number, text in enumerate(spellings(kind).values()):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        (folder / "cert.pem").write_text(text)
        (folder / "privkey.pem").write_text(bundle().fullchain + text)
        if "/" not in text[:LONGEST_NAME]:
            (folder / f"{text[:LONGEST_NAME]}.pem").write_text(text)
            (folder / f"{text[:LONGEST_NAME]}.txt").write_text(text)
        for words in (("check",), ("check", "--json"), ("drop", "--no-wait"), ("drop", "--no-wait", "--json")):
            pipeline.command(words[0], folder, *words[1:])

    assert found_in(canary(kind).pieces, pipeline.sinks()) == []


def test_a_drop_is_served_whatever_the_names_of_other_files_in_it() -> None:
    pipeline = Watched()
    pipeline.targets(pipeline.alb_target())
    name_files(pipeline, "p-256")
    pipeline.advance(120)

    assert pipeline.standings() == [("shop", "served", "")]
    assert "certs/shop/[masked].pem" in pipeline.report()["ignored"]
