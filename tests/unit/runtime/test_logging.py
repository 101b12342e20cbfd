import json
import logging
from typing import Any

import pytest
from structlog.contextvars import bound_contextvars

from certdrop.masking import MASK
from certdrop.runtime.logging import make_log
from tests.unit.runtime.doubles import HandClock


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_record_is_one_json_line_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    make_log(HandClock()).info("item", result="served", key="certs/a\nb/x.pem")

    assert lines(capsys) == [
        {
            "time": "2026-11-01T12:00:00.000+00:00",
            "result": "served",
            "key": "certs/a\nb/x.pem",
            "event": "item",
            "level": "info",
        }
    ]


def test_bound_ids_are_in_every_record_and_gone_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    log = make_log(HandClock())
    with bound_contextvars(request_id="request-1"):
        log.info("inside")
    log.warning("outside")
    inside, outside = lines(capsys)

    assert (inside["request_id"], inside["level"]) == ("request-1", "info")
    assert "request_id" not in outside
    assert outside["level"] == "warning"


def test_an_exceptions_trace_is_logged_without_locals(capsys: pytest.CaptureFixture[str]) -> None:
    local = "value of a local variable"
    try:
        int(f"not a number: {len(local)}")
    except ValueError as error:
        make_log(HandClock()).warning("unclassified", exc_info=error)
    (record,) = lines(capsys)

    assert "ValueError: invalid literal for int()" in record["exception"]
    assert "test_logging.py" in record["exception"]
    assert local not in record["exception"]


def test_secrets_are_masked_in_fields_bound_values_and_traces(capsys: pytest.CaptureFixture[str]) -> None:
    log = make_log(HandClock(), ["the-secret", "CAIS/token=="])
    with bound_contextvars(correlation_id="the-secret"):
        log.warning("CAIS/token==", url="?SecurityToken=CAIS%2Ftoken%3D%3D", exc_info=RuntimeError("the-secret"))
    text = capsys.readouterr().out
    record = json.loads(text)

    assert "the-secret" not in text
    assert "CAIS" not in text
    assert record["event"] == record["correlation_id"] == MASK


def test_the_runtimes_own_handlers_are_left_alone() -> None:
    before = list(logging.getLogger().handlers), logging.getLogger().level
    make_log(HandClock()).info("anything")

    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before
