"""What became of a drop: attempts, verdicts, facts."""

from datetime import timedelta

import pytest

from certdrop.errors import Fate, StateError, UnreadableError
from certdrop.state import keys
from certdrop.state.drops import (
    Attempt,
    AttemptEnd,
    Attempts,
    Verdict,
    VerdictKind,
    drops_of,
    find_newest_verdict,
    judged_snapshots,
    read_bundle,
    read_history,
    read_last_attempt_end,
    read_verdict,
    write_bundle,
    write_verdict,
)
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import NOON, Town, facts_of

SNAPSHOT = "5" * 64


def verdict(snapshot: str = SNAPSHOT, config: int = 1, kind: VerdictKind = "refused") -> Verdict:
    return Verdict(drop="shop", snapshot=snapshot, config=config, verdict=kind)


def ago(*seconds: float) -> dict[int, timedelta]:
    return {number: timedelta(seconds=one) for number, one in enumerate(seconds, start=1)}


def attempts(begun: dict[int, timedelta], *ended: int) -> Attempts:
    return Attempts({number: NOON - age for number, age in begun.items()}, frozenset(ended))


def test_three_attempts_over_90_seconds_old_without_an_end_are_poison() -> None:
    assert attempts(ago(91, 200, 300)).is_poison(NOON)
    assert not attempts(ago(91, 200)).is_poison(NOON)


def test_attempts_in_flight_never_count_as_poison() -> None:
    assert not attempts(ago(90, 200, 300)).is_poison(NOON)


def test_ended_attempts_never_count_as_poison() -> None:
    assert not attempts(ago(200, 300, 400), 2).is_poison(NOON)
    assert attempts(ago(200, 300, 400, 500), 2).is_poison(NOON)


def test_attempts_are_numbered_on(town: Town) -> None:
    store = town.store()
    for number in (1, 2, 11):
        store.create(keys.attempt("shop", SNAPSHOT, number), Attempt(request_id="r"))
    store.create(keys.attempt_end("shop", SNAPSHOT, 2), AttemptEnd())
    store.create(keys.attempt("shop", "6" * 64, 40), Attempt(request_id="r"))

    found = read_history(store, "shop", SNAPSHOT).attempts

    assert set(found.begun) == {1, 2, 11}
    assert found.ended == {2}
    assert found.next_number == 12
    assert Attempts({}, frozenset()).next_number == 1


def test_the_last_end_is_that_of_the_newest_ended_attempt(town: Town) -> None:
    store = town.store()
    for number, code in ((1, "old"), (2, "new")):
        store.create(keys.attempt_end("shop", SNAPSHOT, number), AttemptEnd(fate=Fate.STALL, code=code))

    end = read_last_attempt_end(store, "shop", SNAPSHOT, read_history(store, "shop", SNAPSHOT).attempts)

    assert end is not None
    assert end.code == "new"
    assert read_last_attempt_end(store, "blog", SNAPSHOT, read_history(store, "blog", SNAPSHOT).attempts) is None


def test_the_first_verdict_on_a_snapshot_under_some_targets_stands(town: Town) -> None:
    store = town.store()

    assert write_verdict(store, verdict(kind="refused")).verdict == "refused"
    assert write_verdict(store, verdict(kind="accepted")).verdict == "refused"
    assert write_verdict(store, verdict(config=2, kind="accepted")).verdict == "accepted"
    assert read_verdict(store, "shop", SNAPSHOT, 1) == verdict(kind="refused")
    assert read_verdict(store, "shop", SNAPSHOT, 3) is None


def test_a_verdict_that_vanishes_is_a_state_error(town: Town) -> None:
    store = town.store()
    write_verdict(store, verdict())
    town.wire.trouble = lambda label, when: (
        town.bucket.objects.clear() if (label[:3], when) == ("PUT", "after") else None
    )

    with pytest.raises(StateError, match="is gone"):
        write_verdict(store, verdict())


def test_the_newest_verdict_of_a_drop_is_the_one_written_last_whatever_its_snapshot(town: Town) -> None:
    write_verdict(town.store(), verdict("9" * 64))
    town.advance(60)
    write_verdict(town.store(), verdict("1" * 64))
    town.store().create(keys.attempt("shop", "9" * 64, 1), Attempt(request_id="r"))

    assert find_newest_verdict(town.store(), "shop") == verdict("1" * 64)
    assert find_newest_verdict(town.store(), "blog") is None


def test_of_verdicts_of_one_second_the_one_under_the_newer_targets_is_the_newest(town: Town) -> None:
    for config in (2, 10, 9):
        write_verdict(town.store(), verdict(config=config))

    newest = find_newest_verdict(town.store(), "shop")

    assert newest is not None
    assert newest.config == 10


def test_a_bundles_facts_are_found_by_its_fingerprint_or_its_name_in_cas(town: Town) -> None:
    facts = facts_of(bundle())
    store = town.store()

    write_bundle(store, facts)
    write_bundle(store, facts)

    assert read_bundle(store, facts.fingerprint) == facts
    assert read_bundle(store, facts.cas_name[-16:]) == facts
    assert read_bundle(store, "0" * 64) is None


def test_another_bundle_under_the_same_16_digits_is_not_written_over(town: Town) -> None:
    facts = facts_of(bundle())
    write_bundle(town.store(), facts)

    with pytest.raises(UnreadableError, match="another bundle"):
        write_bundle(town.store(), facts.model_copy(update={"fingerprint": facts.fingerprint[:16] + "0" * 48}))


def test_judged_snapshots_are_those_with_a_verdict(town: Town) -> None:
    store = town.store()
    write_verdict(store, verdict(config=12))
    store.create(keys.attempt("shop", "6" * 64, 1), Attempt(request_id="r"))
    store.create(keys.attempt_end("shop", "6" * 64, 1), AttemptEnd())

    assert judged_snapshots(store) == {("shop", SNAPSHOT, 12)}


def test_a_drop_may_have_dots_in_its_name(town: Town) -> None:
    write_verdict(town.store(), verdict().model_copy(update={"drop": "shop.example"}))

    assert judged_snapshots(town.store()) == {("shop.example", SNAPSHOT, 1)}


def test_objects_are_sorted_into_drops_without_what_is_not_read(town: Town) -> None:
    for key in ("certs/a/x.pem", "certs/a/y.KEY", "certs/a/z.txt", "certs/b/x.crt", "certs/c/", "certs/d.pem"):
        town.put(key, "x")

    drops = drops_of(town.store().list("certs/"))

    assert {drop: [entry.key for entry in entries] for drop, entries in drops.items()} == {
        "a": ["certs/a/x.pem", "certs/a/y.KEY"],
        "b": ["certs/b/x.crt"],
    }


def test_a_strangers_key_among_the_attempts_is_no_attempt(town: Town) -> None:
    town.put(f"{keys.attempts('shop', SNAPSHOT)}README.txt", "x")
    town.store().create(keys.attempt("shop", SNAPSHOT, 1), Attempt(request_id="r"))

    found = read_history(town.store(), "shop", SNAPSHOT).attempts

    assert (list(found.begun), found.ended) == ([1], frozenset())


def test_a_verdict_that_is_spoilt_is_given_anew(town: Town) -> None:
    town.put(keys.verdict("shop", SNAPSHOT, 1), "junk")

    assert write_verdict(town.store(), verdict()) == verdict()
    assert read_verdict(town.store(), "shop", SNAPSHOT, 1) == verdict()
