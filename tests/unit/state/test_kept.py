"""What an instance keeps of state/ saves calls, and is never believed against a list."""

from datetime import timedelta

import pytest

from certdrop.state.kept import LARGEST_COPY, Kept
from certdrop.state.store import Store
from tests.unit.reconcile.town import BUCKET, Town
from tests.unit.state.test_store import Note

MOST_COPIES = 5


@pytest.fixture
def store(town: Town) -> Store:
    return Store(town.store().oss, BUCKET, Kept())


def read_listed(store: Store, prefix: str = "state/") -> list[str]:
    """Read all that a list shows; an empty text for what cannot be read."""
    found = (store.get(entry, Note) for entry in store.list(prefix))
    return [one.text if one else "" for one in found]


def test_what_a_list_shows_unchanged_is_read_once(town: Town, store: Store) -> None:
    store.put("state/x.json", Note(text="first"))

    assert [read_listed(store) for _ in range(3)] == [["first"]] * 3
    assert town.tried("GetObject") == 1


def test_what_was_written_anew_is_read_anew(town: Town, store: Store) -> None:
    for text in ("first", "second", "first"):
        store.put("state/x.json", Note(text=text))
        assert read_listed(store) == [text]


def test_what_was_written_again_is_as_young_as_the_list_says(town: Town, store: Store) -> None:
    store.put("state/x.json", Note(text="alike"))
    read_listed(store)
    town.advance(60)
    store.put("state/x.json", Note(text="alike"))
    [entry] = store.list("state/")

    found = store.read(entry, Note)
    assert found
    assert found.written == entry.last_modified == store.now + timedelta(seconds=60)
    assert town.tried("GetObject") == 1


def test_a_key_alone_is_always_asked(town: Town, store: Store) -> None:
    store.put("state/x.json", Note(text="first"))
    read_listed(store)
    store.delete("state/x.json")

    assert store.get("state/x.json", Note) is None


def test_two_documents_alike_are_two_documents(town: Town, store: Store) -> None:
    for key in ("state/x.json", "state/y.json"):
        store.put(key, Note(text="alike"))
    [first, second] = store.list("state/")
    town.advance(60)
    store.put("state/y.json", Note(text="alike"))

    assert store.read(first, Note) is not None
    assert store.read(second, Note) is not None
    assert town.tried("GetObject") == 2


def test_a_spoilt_document_is_noted_at_every_reading(town: Town, store: Store) -> None:
    town.put("state/x.json", "{")
    for _ in range(2):
        assert read_listed(store) == [""]
        assert list(store.unreadable) == ["state/x.json"]


def test_large_documents_are_not_kept(town: Town, store: Store) -> None:
    store.put("state/x.json", Note(text="x" * LARGEST_COPY))
    read_listed(store)
    read_listed(store)

    assert town.tried("GetObject") == 2


def test_no_more_is_kept_than_an_instance_bears_and_what_was_not_used_longest_goes(
    town: Town, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certdrop.state.kept.MOST_COPIES", MOST_COPIES)
    for number in range(MOST_COPIES + 1):
        town.put(f"state/{number:04}.json", '{"text": "x"}')
    read_listed(store, "state/0000")
    for number in range(1, MOST_COPIES):
        read_listed(store, f"state/{number:04}")
    read_listed(store, "state/0000")  # used again
    read_listed(store, f"state/{MOST_COPIES:04}")
    before = town.tried("GetObject")

    read_listed(store, "state/0000")
    assert town.tried("GetObject") == before
    read_listed(store, "state/0001")
    assert town.tried("GetObject") == before + 1
