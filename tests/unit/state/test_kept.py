"""What an instance keeps of state/ saves calls, and is never believed against a list."""

from datetime import timedelta

import pytest

from certdrop.errors import StateError
from certdrop.state.kept import LARGEST_COPY, Kept
from certdrop.state.store import Store
from tests.unit.reconcile.town import BUCKET, Town
from tests.unit.state.test_store import Note

MOST_COPIES = 5


@pytest.fixture
def store(town: Town) -> Store:
    return Store(town.store().oss, BUCKET, Kept())


@pytest.fixture
def other(town: Town) -> Store:
    """Return the store of another instance."""
    return Store(town.store().oss, BUCKET, Kept())


def read_listed(store: Store, prefix: str = "state/") -> list[str]:
    """Read all that a list shows; an empty text for what cannot be read."""
    found = (store.get(entry, Note) for entry in store.list(prefix))
    return [one.text if one else "" for one in found]


def test_what_a_list_shows_unchanged_is_read_once(town: Town, store: Store, other: Store) -> None:
    other.put("state/x.json", Note(text="first"))

    assert [read_listed(store) for _ in range(3)] == [["first"]] * 3
    assert town.tried("GetObject") == 1


def test_what_was_written_anew_is_read_anew(town: Town, store: Store) -> None:
    for text in ("first", "second", "first"):
        store.put("state/x.json", Note(text=text))
        assert read_listed(store) == [text]


def test_what_this_instance_wrote_is_not_read_where_a_list_shows_it(town: Town, store: Store) -> None:
    store.put("state/x.json", Note(text="put"))
    store.create("state/y.json", Note(text="created"))
    store.put_bytes("state/z.json", b'{"text": "bytes"}', "application/json")

    assert read_listed(store) == ["put", "created", "bytes"]
    assert town.tried("GetObject") == 0


def test_what_another_wrote_over_it_is_read(town: Town, store: Store, other: Store) -> None:
    store.put("state/x.json", Note(text="own"))
    other.put("state/x.json", Note(text="another's"))

    assert read_listed(store) == ["another's"]
    assert town.tried("GetObject") == 1


def test_what_could_not_be_created_is_not_taken_for_what_stands_there(store: Store, other: Store) -> None:
    other.create("state/x.json", Note(text="first"))
    store.create("state/x.json", Note(text="second"))

    assert read_listed(store) == ["first"]
    assert store.get_lasting("state/x.json", Note) == Note(text="first")


def test_what_was_written_again_is_as_young_as_the_list_says(town: Town, store: Store, other: Store) -> None:
    other.put("state/x.json", Note(text="alike"))
    read_listed(store)
    town.advance(60)
    other.put("state/x.json", Note(text="alike"))
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


def test_a_document_that_lasts_is_read_once_by_its_key(town: Town, store: Store, other: Store) -> None:
    assert store.get_lasting("state/x.json", Note) is None
    other.create("state/x.json", Note(text="lasts"))

    assert [store.get_lasting("state/x.json", Note) for _ in range(3)] == [Note(text="lasts")] * 3
    assert town.tried("GetObject") == 2


def test_a_document_that_lasts_is_not_read_by_who_wrote_it_even_if_it_was_spoilt_since(
    town: Town, store: Store
) -> None:
    store.create("state/x.json", Note(text="lasts"))
    town.put("state/x.json", "{")

    assert store.get_lasting("state/x.json", Note) == Note(text="lasts")
    assert town.tried("GetObject") == 0


def test_a_document_that_was_spoilt_when_it_was_read_is_read_again_until_it_is_mended(
    town: Town, store: Store, other: Store
) -> None:
    town.put("state/x.json", "{")
    assert store.get_lasting("state/x.json", Note) is None
    assert list(store.unreadable) == ["state/x.json"]
    other.put("state/x.json", Note(text="mended"))

    assert store.get_lasting("state/x.json", Note) == Note(text="mended")
    assert store.unreadable == {}


def test_what_this_invocation_met_is_shown_as_it_was_and_what_another_met_is_asked(town: Town, other: Store) -> None:
    kept = Kept()
    first, second = (Store(town.store().oss, BUCKET, kept) for _ in range(2))
    first.put("state/x.json", Note(text="old"))
    other.put("state/x.json", Note(text="new"))

    assert first.get_met("state/x.json", Note) == Note(text="old")
    assert second.get_met("state/x.json", Note) == Note(text="new")
    assert second.get_met("state/x.json", Note) == Note(text="new")
    assert town.tried("GetObject") == 1


def test_what_is_rendered_alike_is_written_once_unless_all_is_written_anew(town: Town, store: Store) -> None:
    def render(content: bytes, *, anew: bool = False) -> bool:
        return store.put_unless_kept("status/x", content, "text/plain", anew=anew)

    assert [render(b"a"), render(b"a"), render(b"b"), render(b"a"), render(b"a", anew=True)] == [
        *(True, False, True, True, True)
    ]
    assert town.tried("PutObject") == 4


def test_a_write_whose_answer_was_lost_is_written_again(town: Town, store: Store) -> None:
    def render() -> bool:
        return store.put_unless_kept("status/x", b"a", "text/plain", anew=False)

    render()
    store.delete("status/x")
    assert render()
    town.fault("PutObject", status=403, code="AccessDenied")
    with pytest.raises(StateError):
        store.put_bytes("status/x", b"b", "text/plain")
    town.calm()

    assert render()
    assert town.bucket.objects["status/x"].body == b"a"


def test_two_documents_alike_are_two_documents(town: Town, store: Store, other: Store) -> None:
    for key in ("state/x.json", "state/y.json"):
        other.put(key, Note(text="alike"))
    [first, second] = store.list("state/")
    town.advance(60)
    other.put("state/y.json", Note(text="alike"))

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
