"""Dead letters: put away once with the reason, free of secrets, and read again whoever wrote them."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certdrop.errors import CloudError
from certdrop.reconcile.requests import ReconcileRequest
from certdrop.runtime.events import MAXIMUM_WRAPPING
from certdrop.runtime.letters import Letter, excerpt, parse_letter
from certdrop.runtime.run import run
from tests.flows.bundles import bundle
from tests.unit.runtime.doubles import A, BareWiring, Looker, batch, context_312

UNHURRIED = settings(max_examples=60, deadline=None)


def letters(wiring: BareWiring, event: bytes) -> list[Letter]:
    """Run a batch and return the letters that it left."""
    run(event, context_312(), Looker(wiring), wiring.as_wiring())
    assert {queue for queue, _ in wiring.sent} <= {"certdrop-dead-letters"}
    return [Letter.model_validate_json(body) for _, body in wiring.sent]


def test_what_cannot_be_read_is_put_away_once_with_the_reason_and_holds_up_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wiring = BareWiring()

    [letter] = letters(wiring, batch("TEST", A))

    assert letter == Letter(
        unreadable="neither JSON nor JSON in base64",
        function="create-https-listener",
        item="message-0",
        body="TEST",
    )
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["result"], line.get("dead_letter")) for line in lines] == [
        ("unreadable", "certdrop-dead-letters"),
        ("done", None),
    ]


@pytest.mark.parametrize("encode", [str, lambda text: base64.b64encode(text.encode()).decode()])
def test_the_correlation_id_of_a_later_version_can_be_read(encode: object) -> None:
    body = '{"version": 2, "reconcile": "drop/shop", "correlation_id": "0123456789ab"}'

    [letter] = letters(BareWiring(), batch(encode(body)))  # type: ignore[operator]

    assert (letter.correlation_id, letter.body) == ("0123456789ab", body)
    assert "version" in letter.unreadable


def test_a_queue_that_takes_no_letter_is_told_in_the_log_and_fails_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = CloudError(service="mns", action="SendMessage", code="QueueNotExist", request_id="R-1", status=404)
    wiring = BareWiring(refusal=refusal)

    answer = run(batch("TEST", A), context_312(), Looker(wiring), wiring.as_wiring())

    assert answer["results"] == {"unreadable": 1, "done": 1}
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (line["letter_not_sent"], line["call_id"]) == ("QueueNotExist", "R-1")


KEY = bundle(key="p-256").key
LINES = "".join(KEY.splitlines()[1:-1])
NUMBER = int.from_bytes(base64.b64decode(LINES), "big")


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        json.dumps({"key": KEY}),
        KEY.replace("\n", "%0A").replace(" ", "%20"),
        base64.b64encode(KEY.encode()).decode(),
        base64.urlsafe_b64encode(base64.b64decode(LINES)).decode(),
        f"{NUMBER:x}",
        f"{NUMBER:X}",
        str(NUMBER),
        ":".join(f"{byte:02x}" for byte in base64.b64decode(LINES)),
        "x" * 3990 + LINES,
        "." * 3980 + LINES,
    ],
)
def test_a_key_in_a_message_is_in_no_letter(text: str) -> None:
    [letter] = letters(BareWiring(), batch(text))
    said = letter.model_dump_json()

    pieces = [LINES[start : start + 24] for start in range(0, len(LINES) - 24, 8)]
    digits = [form[start : start + 24] for form in (f"{NUMBER:x}", str(NUMBER)) for start in range(0, 96, 8)]
    assert not [piece for piece in (*pieces, *digits) if piece.lower() in said.lower().replace(":", "")]


@pytest.mark.parametrize(
    "event",
    [
        b"\xff\xfe",
        b"7",
        b'{"events": [{}]}',
        b"[" * (MAXIMUM_WRAPPING + 3) + b"]" * (MAXIMUM_WRAPPING + 3),
        b'[{"data": {"messageId": "\\ud800", "messageBody": "\\udfff"}}]',
        b'[{"data": {"messageId": {"a": 1}, "messageBody": 7}}]',
        b'"' + b"-" * 100_000 + b'"',
    ],
)
def test_whatever_comes_leaves_one_letter(event: bytes) -> None:
    [letter] = letters(BareWiring(), event)

    assert letter.unreadable
    assert parse_letter(letter.model_dump_json()).reason == letter.unreadable


@UNHURRIED
@given(st.text())
def test_whatever_lies_in_the_queue_something_can_be_said_of_it(text: str) -> None:
    letter = parse_letter(text)

    assert letter.reason
    assert len(letter.excerpt) <= 500


def test_a_letter_that_a_later_version_can_read_asks_again() -> None:
    request = ReconcileRequest.for_drop("shop", correlation_id="0123456789ab")
    letter = Letter(unreadable="too new", function="f", item="m", body=request.model_dump_json())

    assert parse_letter(letter.model_dump_json()).requests == (request,)


def test_an_event_that_eventbridge_gave_up_asks_again() -> None:
    [event] = json.loads(batch(A))
    event["subject"] = "acs:mns:cn-hangzhou:1234567890123456:queues/certdrop-listeners"

    letter = parse_letter(json.dumps(event))

    assert (letter.source, letter.correlation_id, letter.requests) == ("certdrop-listeners", "snapshot-a", (A,))


def test_the_record_of_a_failed_upload_event_asks_for_its_drop_with_the_reason() -> None:
    payload = {"events": [{"oss": {"object": {"key": "certs/shop/cert.pem"}}}]}
    record = {
        "timestamp": "2026-11-01T12:00:00.000Z",
        "requestContext": {
            "requestId": "R-1",
            "functionArn": "acs:fc:cn-hangzhou:1234567890123456:functions/on-cert-uploaded",
            "condition": "UnhandledInvocationError",
            "approximateInvokeCount": 4,
        },
        "requestPayload": json.dumps(payload),
        "responseContext": {"statusCode": 200, "functionError": "UnhandledInvocationError"},
        "responsePayload": '{"errorMessage": "state/ cannot be reached", "errorType": "StateError"}',
    }

    letter = parse_letter(json.dumps(record))

    assert letter.requests == (ReconcileRequest.for_drop("shop"),)
    assert letter.source == "on-cert-uploaded"
    assert letter.reason.startswith("UnhandledInvocationError: ")
    assert "state/ cannot be reached" in letter.reason


@pytest.mark.parametrize("body", ["{}", '{"unreadable": 7}', '{"requestPayload": "x"}', "[]", "null", "junk"])
def test_what_is_nobodys_letter_asks_for_nothing(body: str) -> None:
    assert parse_letter(body).requests == ()


def test_an_excerpt_of_a_request_is_the_request() -> None:
    assert excerpt(A.model_dump_json()) == A.model_dump_json()
