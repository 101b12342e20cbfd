"""What the functions log, as the timeline tells it."""

import json
from typing import Any

import pytest

from demo.timeline import Event, name_of, read_run, shorten

ALB = "alb.alb-one.443"
CLB = "clb.lb-one.8443"


def run_of(*lines: dict[str, Any] | str, function: str = "create-https-listener", error: str | None = None) -> Any:
    stamped = [
        one if isinstance(one, str) else json.dumps({"time": "2026-11-22T04:45:52.204+00:00", "level": "info", **one})
        for one in lines
    ]
    return {
        "function": function,
        "started": "2026-11-22T04:45:50+00:00",
        "error_type": error,
        "log": "\n".join(stamped),
    }


def told(*lines: dict[str, Any] | str, error: str | None = None) -> list[tuple[str, str]]:
    events = list(read_run(run_of(*lines, error=error), lambda name: f"<{name}>"))
    return [(event.text, event.tone) for event in events]


def drop(result: str, **fields: Any) -> dict[str, Any]:
    return {"event": "item", "reconcile": "drop/shop", "result": result, **fields}


def listener(result: str, where: str = ALB, **fields: Any) -> dict[str, Any]:
    return {"event": "item", "reconcile": f"listener/{where}", "result": result, **fields}


def ended(how: str, **fields: Any) -> dict[str, Any]:
    about = {"drop": "shop", "target": "main", "listener": ALB, "slot": "default", "code": "", "message": ""}
    return {"event": f"deployment-{how}", **about, **fields}


@pytest.mark.parametrize(
    ("line", "text", "tone"),
    [
        (
            {"event": "targets-in-force", "number": 1, "targets": 3},
            "config/targets.yml is in force: 3 targets",
            "plain",
        ),
        (drop("accepted", imported=True, certificate="c-1"), "accepted shop: <c-1>\nimported into CAS as c-1", "plain"),
        (
            drop("accepted", imported=False, certificate="c-1"),
            "looked at shop too: another instance was faster",
            "quiet",
        ),
        (
            drop("unsettled", findings=["no-key", "chain-incomplete"], again_in_s=121),
            "shop is not complete yet (no-key, chain-incomplete): waits for the next file",
            "quiet",
        ),
        (drop("left", reason="another attempt began"), "shop: another attempt began", "quiet"),
        (drop("waiting", code="Throttling"), "shop: Throttling", "quiet"),
        (drop("waiting", findings=["no-key"]), "shop is waiting: no-key", "bad"),
        (drop("refused", findings=["expired", "weak-key"]), "shop is refused: expired, weak-key", "bad"),
        (drop("no-targets", reason="no targets yet"), "shop is no-targets: no targets yet", "bad"),
        (listener("operated", step="CreateListener", code=""), "CreateListener on ALB :443", "plain"),
        (
            listener("operated", CLB, step="CreateListener", code=""),
            "CreateLoadBalancerHTTPSListener on CLB :8443",
            "plain",
        ),
        (
            listener("operated", step="Associate", code="QuotaExceeded"),
            "AssociateAdditionalCertificatesWithListener: QuotaExceeded",
            "bad",
        ),
        (
            listener("asked", step="CreateListener", owner="create-https-listener"),
            "ALB :443 needs CreateListener, asks create-https-listener",
            "quiet",
        ),
        (listener("waiting", step="Wait", reason="a job is running"), "ALB :443 waits: a job is running", "quiet"),
        (
            listener("stalled", code="NoPermission", call_id="1"),
            "ALB :443 is stalled: NoPermission",
            "bad",
        ),
        (
            {"event": "looking", "listener": CLB, "result": "asked", "step": "StartListener", "owner": "it"},
            "CLB :8443 needs StartListener, asks it",
            "quiet",
        ),
        (ended("served"), "handshake with ALB :443: our certificate; shop is served", "good"),
        (
            ended("served", code="unproven", message="not reached"),
            "shop at ALB :443: served, unproven not reached",
            "bad",
        ),
        (
            ended("refused", code="slot-taken", message="by blog"),
            "shop at ALB :443: refused, slot-taken by blog",
            "bad",
        ),
        (
            {"event": "trouble", "level": "warning", "exception": "Traceback\n  File\nValueError: no"},
            "trouble: ValueError: no",
            "bad",
        ),
        ({"event": "mishap", "level": "warning"}, "mishap: for no reason given", "bad"),
    ],
)
def test_each_line_is_told_in_one_sentence(line: dict[str, Any], text: str, tone: str) -> None:
    assert told(line) == [(text, tone)]


@pytest.mark.parametrize(
    "line",
    [
        drop("nothing-open", targets=1),
        drop("a-result-of-tomorrow"),
        listener("nothing-open"),
        listener("looked", step="Verify"),
        {"event": "item", "result": "ticked", "open_listeners": 0},
        {"event": "something-else"},
        "plain text of a library",
        "[1, 2]",
        '{"no": "event"}',
    ],
)
def test_what_leads_to_nothing_is_left_out(line: dict[str, Any] | str) -> None:
    assert told(line) == []


def test_a_failed_invocation_is_told_after_what_it_logged() -> None:
    assert told(drop("left", reason="busy"), error="UnhandledInvocationError") == [
        ("shop: busy", "quiet"),
        ("the invocation failed: UnhandledInvocationError", "bad"),
    ]
    assert told(error="FunctionTimeout") == [("the invocation failed: FunctionTimeout", "bad")]


def test_only_a_proven_deployment_counts_as_served() -> None:
    proven, unproven = ended("served"), ended("served", code="unproven", message="not reached")

    events = list(read_run(run_of(proven, unproven, function="job-status-poller"), str))

    assert [event.served for event in events] == [("shop", "main"), None]
    assert {event.who for event in events} == {"job-status-poller"}
    assert isinstance(events[0], Event)


@pytest.mark.parametrize(("listener_id", "name"), [(ALB, "ALB :443"), ("clb.lb-2.with.dots.80", "CLB :80")])
def test_a_listener_is_called_by_service_and_port(listener_id: str, name: str) -> None:
    assert name_of(listener_id) == name


def test_a_line_is_shortened_to_what_people_read() -> None:
    line = {"time": "2026-11-22T04:45:52.204+00:00", "event": "item", "function": "f", "code": "", "result": "left"}

    assert shorten({**line, "request_id": "r", "reason": "busy"}) == "04:45:52 f item result=left reason=busy"
