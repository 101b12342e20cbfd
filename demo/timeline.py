"""What the functions did, told from the JSON lines that they logged, for people."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demo.screen import Tone

Line = Mapping[str, Any]

# The vendor's action behind a step; where it is none of these, the step bears the action's name.
ACTIONS: Mapping[tuple[str, str], str] = {
    ("clb", "ImportToClb"): "UploadServerCertificate",
    ("clb", "CreateListener"): "CreateLoadBalancerHTTPSListener",
    ("clb", "StartListener"): "StartLoadBalancerListener",
    ("clb", "SetExtension"): "CreateDomainExtension",
    ("clb", "ReplaceDefault"): "SetLoadBalancerHTTPSListenerAttribute",
    ("clb", "SetAttributes"): "SetLoadBalancerHTTPSListenerAttribute",
    ("alb", "ReplaceDefault"): "UpdateListenerAttribute",
    ("alb", "SetAttributes"): "UpdateListenerAttribute",
    ("alb", "Associate"): "AssociateAdditionalCertificatesWithListener",
    ("alb", "Dissociate"): "DissociateAdditionalCertificatesFromListener",
    ("alb", "Withdraw"): "DissociateAdditionalCertificatesFromListener",
}
# What a look can come to that the demo does not promise; other results are steps on the way, or lead to nothing.
TROUBLES = {"refused", "stalled", "failed", "no-targets", "unreadable", "left-out", "state-unreachable", "unrecorded"}
UNSAID = {"time", "event", "function", "level", "item", "request_id", "correlation_id", "duration_ms", "hops"}


@dataclass(frozen=True)
class Event:
    """Who did what, and when; *served* is (drop, target) when that is what happened."""

    at: datetime
    who: str
    text: str
    tone: Tone = "plain"
    served: tuple[str, str] | None = None


def read_run(run: Mapping[str, Any], describe: Callable[[str], str]) -> Iterator[Event]:
    """Yield the events of one run; *describe* tells of a certificate, by its name in CAS, what it is."""
    who = str(run["function"])
    last = datetime.fromisoformat(run["started"])
    for line in read_lines(run["log"]):
        last = datetime.fromisoformat(line["time"])
        told = _tell(line, describe)
        if told:
            text, tone = told
            served = (line["drop"], line["target"]) if line["event"] == "deployment-served" else None
            yield Event(last, who, text, tone, served if tone == "good" else None)
    if run["error_type"]:
        yield Event(last, who, f"the invocation failed: {run['error_type']}", "bad")


def read_lines(log: str) -> Iterator[Line]:
    """Yield the JSON documents among the lines of a log."""
    for text in log.splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and {"time", "event"} <= line.keys():
            yield line


def shorten(line: Line) -> str:
    """Return a logged line for the eye: what is empty, and what only machines read, left out."""
    said = [f"{name}={value}" for name, value in line.items() if value not in ("", [], None) and name not in UNSAID]
    return " ".join([str(line["time"])[11:19], str(line.get("function", "")), str(line["event"]), *said])


def name_of(listener: str) -> str:
    """Return what people call `<service>.<load balancer>.<port>`: the demo has one load balancer of each service."""
    service, _, rest = listener.partition(".")
    return f"{service.upper()} :{rest.rpartition('.')[2]}"


def _tell(line: Line, describe: Callable[[str], str]) -> tuple[str, Tone] | None:
    event = line["event"]
    if event == "targets-in-force":
        return f"config/targets.yml is in force: {line['targets']} targets", "plain"
    if event.startswith("deployment-"):
        return _tell_deployment(event.removeprefix("deployment-"), line)
    kind, _, name = _subject(line).partition("/")
    if kind == "drop":
        return _tell_drop(name, line, describe)
    if kind == "listener":
        return _tell_listener(name, line)
    if line.get("level") == "warning":
        return f"{event}: {_reason(line)}", "bad"
    return None


def _subject(line: Line) -> str:
    """Return what was looked at: drop/<drop> or listener/<listener>; nothing when the line tells of no look."""
    if line["event"] == "looking":
        return f"listener/{line['listener']}"
    return str(line.get("reconcile", "")) if line["event"] == "item" else ""


def _tell_deployment(end: str, line: Line) -> tuple[str, Tone]:
    where = name_of(line["listener"])
    if end == "served" and not line["code"]:
        return f"handshake with {where}: our certificate; {line['drop']} is served", "good"
    return f"{line['drop']} at {where}: {end}, {line['code']} {line['message']}".rstrip(), "bad"


def _tell_drop(drop: str, line: Line, describe: Callable[[str], str]) -> tuple[str, Tone] | None:
    result = line["result"]
    if result == "accepted" and line["imported"]:
        name = line["certificate"]
        return f"accepted {drop}: {describe(name)}\nimported into CAS as {name}", "plain"
    if result == "accepted":
        return f"looked at {drop} too: another instance was faster", "quiet"
    if result == "unsettled":
        return f"{drop} is not complete yet ({', '.join(line['findings'])}): waits for the next file", "quiet"
    if result in TROUBLES or (result == "waiting" and line.get("findings")):
        return f"{drop} is {result}: {_reason(line)}", "bad"
    if result in ("left", "changed", "waiting"):
        return f"{drop}: {_reason(line)}", "quiet"
    return None


def _tell_listener(listener: str, line: Line) -> tuple[str, Tone] | None:
    result, where, step = line["result"], name_of(listener), line.get("step", "")
    if result == "operated":
        action = ACTIONS.get((listener.partition(".")[0], step), step)
        return (f"{action}: {line['code']}", "bad") if line["code"] else (f"{action} on {where}", "plain")
    if result == "asked":
        return f"{where} needs {step}, asks {line['owner']}", "quiet"
    if result in ("waiting", "left"):
        return f"{where} waits: {_reason(line)}", "quiet"
    return (f"{where} is {result}: {_reason(line)}", "bad") if result in TROUBLES else None


def _reason(line: Line) -> str:
    """Return the first of the fields that can say why."""
    for name in ("reason", "findings", "code", "problems", "exception"):
        if line.get(name):
            value = line[name]
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            return text.strip().splitlines()[-1]
    return "for no reason given"
