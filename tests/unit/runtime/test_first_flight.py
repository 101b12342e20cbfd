from hypothesis import given
from hypothesis import strategies as st

from certdrop.runtime.first_flight import FirstFlight, read_first_flight


def message(kind: int, body: bytes = b"") -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def records(*contents: bytes, kind: int = 22) -> bytes:
    return b"".join(bytes([kind, 3, 3]) + len(one).to_bytes(2, "big") + one for one in contents)


def certificates(*chain: bytes) -> bytes:
    body = b"".join(len(one).to_bytes(3, "big") + one for one in chain)
    return message(11, len(body).to_bytes(3, "big") + body)


HELLO, REQUEST, DONE = message(2, b"hello"), message(13, b"\x01\x40"), message(14)


def test_a_server_that_asks_for_the_clients_certificate_shows_its_own_first() -> None:
    heard = records(HELLO, certificates(b"leaf", b"intermediate"), message(12, b"exchange"), REQUEST, DONE)

    assert read_first_flight(heard) == FirstFlight((b"leaf", b"intermediate"), asks_client=True)


def test_a_server_that_asks_for_none_is_told_apart() -> None:
    assert read_first_flight(records(HELLO, certificates(b"leaf"), DONE)) == FirstFlight((b"leaf",))


def test_messages_are_read_across_records_and_several_in_one() -> None:
    flight = HELLO + certificates(b"leaf" * 100) + REQUEST + DONE

    assert read_first_flight(records(flight)) == FirstFlight((b"leaf" * 100,), asks_client=True)
    assert read_first_flight(records(flight[:50], flight[50:51], flight[51:])) == read_first_flight(records(flight))


def test_what_follows_the_first_record_of_another_kind_is_not_read() -> None:
    hidden = records(certificates(b"leaf"), REQUEST, DONE, kind=23)

    assert read_first_flight(records(HELLO) + hidden) == FirstFlight()
    assert read_first_flight(records(HELLO, certificates(b"leaf")) + records(b"\x02\x28", kind=21)) == FirstFlight()


def test_a_flight_that_is_cut_short_shows_nothing() -> None:
    heard = records(HELLO, certificates(b"leaf"), REQUEST, DONE)

    assert {read_first_flight(heard[:length]) for length in range(len(heard))} == {FirstFlight()}


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_left(heard: bytes) -> None:
    assert isinstance(read_first_flight(heard), FirstFlight)
    assert isinstance(read_first_flight(records(heard)), FirstFlight)
