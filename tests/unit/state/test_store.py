"""Documents in the bucket: created once, read back with their time, and every failure told as StateError."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import BaseModel

from certdrop.cloud.oss import Oss
from certdrop.errors import SettingsError, StateError
from certdrop.state.kept import Kept
from certdrop.state.store import Store
from fakecloud.faults import Fault
from tests.unit.reconcile.town import BUCKET, NOON, Town


class Note(BaseModel):
    text: str


def test_a_document_is_created_once(town: Town) -> None:
    store = town.store()

    assert store.create("state/x.json", Note(text="first"))
    assert not store.create("state/x.json", Note(text="second"))
    assert store.get("state/x.json", Note) == Note(text="first")


def test_a_put_writes_over_an_older_document(town: Town) -> None:
    store = town.store()
    store.put("state/x.json", Note(text="first"))
    store.put("state/x.json", Note(text="second"))

    assert store.get("state/x.json", Note) == Note(text="second")


def test_what_is_not_there_is_none(town: Town) -> None:
    store = town.store()

    assert store.read("state/x.json", Note) is None
    assert store.get("state/x.json", Note) is None
    assert store.head("state/x.json") is None
    assert store.read_bytes("state/x.json", "0" * 32) is None
    assert store.list("state/") == []
    store.delete("state/x.json")


def test_a_document_is_read_with_the_time_at_which_it_was_written(town: Town) -> None:
    town.store().create("state/x.json", Note(text="x"))
    town.advance(90)

    read = town.store().read("state/x.json", Note)

    assert read is not None
    assert read.written == NOON


def test_now_is_the_date_of_the_invocations_first_answer(town: Town) -> None:
    town.advance(3600)
    store = town.store()
    store.list("state/")
    town.advance(60)
    store.list("state/")

    assert store.now == NOON + timedelta(hours=1)


def test_before_any_answer_now_asks_for_one(town: Town) -> None:
    assert town.store().now == NOON


def test_an_answer_without_a_date_is_no_time(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Oss, "_note_date", lambda self, answer: None)

    with pytest.raises(StateError, match="without a Date"):
        _ = town.store().now


@pytest.mark.parametrize("versioning", ["Enabled", "Suspended"])
def test_a_versioned_bucket_is_refused_before_the_first_create(town: Town, versioning: str) -> None:
    town.bucket.versioning = versioning
    store = Store(town.store().oss, BUCKET)

    with pytest.raises(SettingsError, match=f"{versioning}.*never had versioning"):
        store.create("state/x.json", Note(text="x"))

    assert town.keys() == []


def test_a_bucket_is_checked_once_an_instance(town: Town) -> None:
    kept = Kept()
    for number in range(3):
        Store(town.store().oss, BUCKET, kept).create(f"state/{number}.json", Note(text="x"))

    assert town.tried("GetBucketInfo") == 1


def test_a_failure_to_reach_state_is_a_state_error(town: Town) -> None:
    acts: tuple[Callable[[Store], object], ...] = (
        lambda store: store.create("state/x", Note(text="x")),
        lambda store: store.put("state/x", Note(text="x")),
        lambda store: store.read("state/x", Note),
        lambda store: store.read_bytes("state/x", "e"),
        lambda store: store.head("state/x"),
        lambda store: store.delete("state/x"),
        lambda store: store.list("state/"),
        lambda store: store.check_bucket(),
    )
    for act in acts:
        town.world.faults.orders[:] = [Fault(service="oss", status=403, code="AccessDenied", times=9)]
        with pytest.raises(StateError, match=r"state/ cannot be reached.*403"):
            act(town.store())


@pytest.mark.parametrize(
    ("junk", "reason"),
    [
        (b"", "it is no Note ()"),
        (b"\xff\xfe", "it is no Note ()"),
        (b"[" * 100_000, "it is no Note ()"),
        (b'{"other": "secret words"}', "it is no Note (text)"),
        (b'{"text": NaN}', "it is no Note (text)"),
        (b'{"text": "elsewhere"}', "it holds the Note of another key"),
    ],
)
def test_a_spoilt_document_counts_as_missing_and_is_noted_without_what_it_holds(
    town: Town, junk: bytes, reason: str
) -> None:
    store = town.store()
    town.put("state/x.json", junk)

    assert store.get("state/x.json", Note, lambda note: note.text == "here") is None
    assert str(store.unreadable["state/x.json"]) == f"state/x.json is spoilt: {reason}"


def test_a_document_that_is_too_large_is_spoilt_and_not_read_to_its_end(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certdrop.state.store.LARGEST_DOCUMENT", 1000)
    store = town.store()
    town.put("state/x.json", b" " * 1001)

    assert store.get("state/x.json", Note) is None
    assert str(store.unreadable["state/x.json"]) == "state/x.json is spoilt: more than 1000 bytes"


def test_a_document_that_was_mended_is_spoilt_no_more(town: Town) -> None:
    store = town.store()
    town.put("state/x.json", b"junk")
    store.get("state/x.json", Note)
    store.put("state/x.json", Note(text="x"))

    assert store.get("state/x.json", Note) == Note(text="x")
    assert store.unreadable == {}


def test_a_text_is_read_only_at_its_etag_and_however_it_is_encoded(town: Town) -> None:
    town.put("config/targets.yml", b"caf\xe9")
    entry = town.store().head("config/targets.yml")
    assert entry is not None

    assert town.store().read_bytes("config/targets.yml", entry.etag) == b"caf\xe9"
    assert town.store().read_bytes("config/targets.yml", "0" * 32) is None


def test_what_is_written_is_json_with_its_type(town: Town) -> None:
    town.store().create("state/x.json", Note(text="ü"))

    assert town.bucket.objects["state/x.json"].body == '{"text": "ü"}'.encode()
    assert town.bucket.objects["state/x.json"].properties.content_type == "application/json"
