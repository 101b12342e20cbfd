"""Renders docs/notices.md from notices that the code itself makes: one of every event."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from certdrop.deployment import drift
from certdrop.deployment.expiry import GRAVE, WARNINGS
from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import end_of
from certdrop.errors import TargetsProblem, UnreadableError
from certdrop.state.drops import AttemptEnd, Verdict
from certdrop.state.notices import Notice
from certdrop.state.retired import Marked
from certdrop.state.surveys import Drift, ServedCertificate
from certdrop.views.notices import (
    notice_of_attempt,
    notice_of_discarded_key,
    notice_of_end,
    notice_of_removal,
    notice_of_spoilt,
    notice_of_stall,
    notice_of_targets,
    notice_of_verdict,
    payload_of,
)
from certdrop.views.surveys import notice_of_drift, notice_of_expiry
from tests.unit.deployment.builders import work

PAGE = Path(__file__).parents[3] / "docs" / "notices.md"
NOW = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
ENDS = ("served", "superseded", "refused", "disproved")
DRIFTS = tuple(
    value for name, value in sorted(vars(drift).items()) if name.isupper() and str(value).startswith("drift-")
)

HEAD = """# Notices

What certdrop tells, it tells once: as a line of the function's log at once, and as JSON to the webhook that
`CERTDROP_WEBHOOK` names ([settings.md](settings.md)), posted by the poller within a minute or two. An answer from 200
to 299 is a receipt; anything else is tried again every minute, for 24 hours. A notice may come twice when an instance
dies between the post and the note of it; both bear the same `id`. No deployment waits for the webhook, and none fails
for it. No notice holds a key or anything else that is secret.

```json
{example}
```

| field | what it says |
|---|---|
{fields}

## Events

A subject is told of an event once for each occasion.

| event | told when | severity | subject | once for each |
|---|---|---|---|---|
{events}

## The survey

Once an hour the poller compares each listener of the targets in force with what certdrop left there. It begins at five
past, takes {at_once} listeners a minute, and looks again after ten minutes at what is being put right. Where something
was served a moment ago it compares in the same minute too, by what the look that found it served saw. What it found
stands in `status/listeners.json`, on the status page and in `certdrop status`. While open work of a listener is looked
at, the listener is between two states and is not compared. What certdrop did not put there is never missed, and never
touched.

A `drift-` event says what differs. With `heal: true` in the target ([targets.md](targets.md)) the deployment is opened
again, once for each change, and takes its place back; a second notice of the event says so when `heal` was added after
the first. Only a listener that certdrop created is started, and only one whose target says how is created again. What a
handshake disproved is not healed: redrive it. Of settings that differ from what certdrop set when it created the
listener and the service answers, those that `listener:` names are put right, whether a hand changed the listener or you
changed targets.yml; so name none there that somebody else is to change. Those that it does not name are only told.
Without `heal` certdrop changes nothing.

Of every certificate that such a listener serves a warning comes {warnings} days before it expires, and a notice when
it has, whoever brought it and at however many listeners; a successor ends the warnings. Until when it is valid is known
from certdrop's own state, else from CAS or CLB, for a default certificate else from a handshake; else the status says
`unknown`.

What a survey costs (*new* is what the instance of the function did not read, write or ask for before):

| what | calls |
|---|---|
| a listener of ALB | ListListeners, ListListenerCertificates; with a client CA GetListenerAttribute |
| a listener of CLB | DescribeLoadBalancerAttribute, DescribeLoadBalancerHTTPSListenerAttribute |
| each listener, in OSS | 2 LIST, and 1 GET for each certificate that should be served or is open, if new |
| a minute with a survey, in CAS | 1 ListCertificates for each 100, if a listener shows one that is new |
| a minute with a survey, each region with CLB | DescribeServerCertificates; with client CAs DescribeCACertificates |
| a minute with a survey, in OSS | 6, or 5 where something was served just now, and the status page |
| every ten minutes otherwise | 1 GET |
"""

FIELDS = {
    "id": "32 hex digits, the same for the same subject, event and occasion",
    "version": "of this form: 1",
    "subject": "`drop/<drop>`, `deployment/<id>`, `listener/<service>.<load balancer>.<port>`, "
    "`certificate/<SHA-256, else what the cloud tells>`, `targets` or `state`",
    "event": "what happened, as below",
    "occasion": "what tells apart that it happened to the subject more than once",
    "severity": "`info`, `warning` or `error`",
    "drop": "the drop concerned, if there is one",
    "target": "the target's name, or the names of a listener's targets",
    "listener": "`<service>.<load balancer>.<port>`",
    "slot": "`default`, `additional` or `client_ca`",
    "code": "why: a code of certdrop's, or the cloud's",
    "message": "the same in words",
    "remedy": "what to do about it",
    "request_id": "the cloud's id of the call that failed",
    "correlation_id": "what the log lines about the same snapshot, redrive or healing bear",
    "time": "when it was found, UTC",
}
WHEN: Mapping[str, str] = {
    "deployment-served": "a certificate or client CA is served, proved by a handshake; `code` `unproven`: it was not "
    "reached, `names-shadowed`: another certificate of the listener is shown for some names, `client-ca-rotated`: "
    "clients of the former CA are refused from now on",
    "deployment-superseded": "a newer one of its line is served or wanted there",
    "deployment-refused": "it may not be served there, and is not tried again; `code` `stage-stopped`: the stage "
    "before it failed",
    "deployment-disproved": "the handshake showed another certificate; what was there before is restored",
    "deployment-stalled": "it does not get on; it is tried again with growing distance, and heals by itself",
    "drop-refused": "the files contradict each other or no rule lets them through",
    "drop-waiting": "a part is missing",
    "drop-stalled": "the files could not be judged yet",
    "key-discarded": "the private key was deleted from the bucket, as `keys: delete` says: all is served",
    "targets-refused": "a newer targets.yml does not validate",
    "certificate-removed": "certdrop deleted a certificate of its own that is of no more use",
    "certificate-expires": f"a served certificate has {', '.join(map(str, WARNINGS[:-1]))} days left",
    "certificate-expired": "a served certificate is not valid any more",
    "state-spoilt": "a document below state/ cannot be read",
    "drift-listener-missing": "a listener was deleted, or its port speaks no HTTPS any more",
    "drift-listener-stopped": "a listener was stopped",
    "drift-listener-settings": "settings of a listener that certdrop created differ from `listener:`",
    "drift-listener-stuck": "a listener has been in configuration for 15 minutes",
    "drift-certificate-missing": "an additional certificate, or that of an extension domain, was taken away",
    "drift-certificate-replaced": "another certificate was put in its place",
    "drift-client-ca": "the client CA was taken away or replaced",
}
ONCE = {
    "deployment": "cause: a snapshot under a set of targets, a redrive, a healing",
    "drop": "snapshot",
    "targets": "version of the file",
    "certificate-removed": "certificate of CAS or CLB",
    "certificate": "threshold",
    "state": "version of the document",
    "drift": "change, and its healing",
}


def sample_notices() -> Iterator[Notice]:
    """Yield notices of every event, of each severity that it has."""
    for end in ENDS:
        yield notice_of_end(end_of(work(), end), NOW)  # type: ignore[arg-type]
    yield notice_of_stall(StallOf(work(), "QuotaExceeded.Listener", "The quota is used up.", "Raise it."), NOW)
    for verdict in ("refused", "waiting"):
        judged = {"drop": "shop", "snapshot": "5" * 64, "config": 1, "verdict": verdict}
        yield notice_of_verdict(Verdict.model_validate(judged), NOW)
    yield notice_of_discarded_key(Verdict.model_validate({**judged, "verdict": "accepted"}), NOW)
    yield notice_of_attempt("shop", "5" * 64, AttemptEnd(), NOW)
    yield notice_of_targets("E", [TargetsProblem(1, "targets", "is missing")], 1, NOW)
    mark = Marked(shelf="cas", certificate_id="1", name="certdrop-shop", fingerprint="a" * 64, reason="expired")
    yield notice_of_removal(mark, NOW)
    served = ServedCertificate(slot="default", certificate_id="1", fingerprint="a" * 64, names=("shop.example",))
    for days in WARNINGS:
        yield notice_of_expiry(served, NOW + timedelta(days=days), days, "alb.alb-1.443", NOW)
    yield notice_of_spoilt(UnreadableError("state/x.json", "it is no OpenWork"), NOW)
    for event in DRIFTS:
        of_listener = event.startswith("drift-listener")
        yield notice_of_drift(
            Drift(event=event, deployment="" if of_listener else "d", message="m", since=NOW), "alb.alb-1.443", NOW
        )


def render_page() -> str:
    """Return the page."""
    from certdrop.reconcile.survey import AT_ONCE

    notices = list(sample_notices())
    by_event: dict[str, list[Notice]] = {}
    for notice in notices:
        by_event.setdefault(notice.event, []).append(notice)
    example = json.dumps(payload_of(notices[len(ENDS)]), indent=2)
    return (
        HEAD.replace("{example}", example)
        .replace("{fields}", "\n".join(f"| `{name}` | {FIELDS[name]} |" for name in ("id", *Notice.model_fields)))
        .replace("{events}", "\n".join(_render(event, of_event) for event, of_event in by_event.items()))
        .replace("{warnings}", ", ".join(map(str, WARNINGS[:-1])))
        .replace("{at_once}", str(AT_ONCE))
    )


def _render(event: str, notices: list[Notice]) -> str:
    severities = list(dict.fromkeys(f"`{one.severity}`" for one in notices))
    severity = severities[0] if len(severities) == 1 else f"`warning`, from {GRAVE} days on `error`"
    subject = notices[0].subject.partition("/")[0]
    once = ONCE.get(event) or ONCE.get(event.partition("-")[0], ONCE.get(subject, ""))
    return f"| `{event}` | {WHEN[event]} | {severity} | `{subject}` | {once} |"


if __name__ == "__main__":
    PAGE.write_text(render_page(), "utf-8")
