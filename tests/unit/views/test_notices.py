"""What people are told, in which words, and how urgent it is."""

import pytest

from certdrop.bundle.findings import Finding
from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import EndKind, end_of
from certdrop.errors import Fate, TargetsProblem
from certdrop.state.drops import AttemptEnd, Verdict
from certdrop.state.notices import Notice
from certdrop.views.notices import (
    log_notice,
    notice_of_attempt,
    notice_of_end,
    notice_of_stall,
    notice_of_targets,
    notice_of_verdict,
    payload_of,
)
from tests.unit.deployment.builders import work
from tests.unit.reconcile.town import NOON


class Notebook:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **fields: object) -> None:
        self.lines.append(("info", event, fields))

    def warning(self, event: str, **fields: object) -> None:
        self.lines.append(("warning", event, fields))


def finding(code: str, severity: str = "error") -> Finding:
    return Finding.model_validate(
        {"code": code, "severity": severity, "subject": "x.pem", "message": f"{code}.", "fix": f"mend {code}"}
    )


def told(notice: Notice) -> tuple[str, str, dict[str, object]]:
    notebook = Notebook()
    log_notice(notebook, notice)
    [line] = notebook.lines
    return line


@pytest.mark.parametrize(
    ("kind", "severity", "level"),
    [
        ("served", "info", "info"),
        ("superseded", "info", "info"),
        ("refused", "warning", "warning"),
        ("disproved", "error", "warning"),
    ],
)
def test_an_end_is_told_and_a_bad_one_is_a_warning(kind: EndKind, severity: str, level: str) -> None:
    notice = notice_of_end(end_of(work(), kind, "code", "message", "remedy"), NOON)

    said, event, fields = told(notice)
    assert (said, event, notice.severity) == (level, f"deployment-{kind}", severity)
    assert fields["listener"] == "alb.alb-n5qw04uq8vavfe0000.443"
    assert {"drop", "target", "slot", "code", "message", "remedy", "request_id_of_call", "correlation_id"} < set(fields)


def test_a_stall_is_told_with_its_code_and_what_to_do() -> None:
    level, event, fields = told(notice_of_stall(StallOf(work(), "Quota", "m", "raise it", "R"), NOON))

    assert (level, event) == ("warning", "deployment-stalled")
    assert (fields["code"], fields["remedy"], fields["request_id_of_call"]) == ("Quota", "raise it", "R")


def test_a_refused_drop_is_told_by_its_first_error_and_how_many_more_there_are() -> None:
    findings = (finding("soon", "warning"), finding("expired"), finding("weak-key"))
    verdict = Verdict(drop="shop", snapshot="a" * 64, config=1, verdict="refused", findings=findings)
    notice = notice_of_verdict(verdict, NOON)

    assert (notice.event, notice.subject, notice.code) == ("drop-refused", "drop/shop", "expired")
    assert (notice.message, notice.remedy) == ("expired. (and 1 more, see the report)", "mend expired")


def test_a_drop_that_cannot_be_read_is_told() -> None:
    end = AttemptEnd(fate=Fate.STALL, code="AccessDenied", message="no", remedy="grant it", stalls=1, next_look=NOON)
    notice = notice_of_attempt("shop", "a" * 64, end, NOON)

    assert (notice.event, notice.code, notice.correlation_id) == ("drop-stalled", "AccessDenied", "a" * 12)


def test_refused_targets_are_told_with_three_problems_and_what_stays_in_force() -> None:
    problems = [TargetsProblem(line, "targets[0]", "is wrong") for line in range(1, 6)]

    assert notice_of_targets("E", problems, 7, NOON).message == (
        "line 1, targets[0]: is wrong; line 2, targets[0]: is wrong; line 3, targets[0]: is wrong (and 2 more); "
        "targets number 7 stay in force"
    )
    assert notice_of_targets("E", problems[:1], 0, NOON).message.endswith("is wrong; no targets are in force")


def test_a_notice_bears_an_id_that_hangs_on_subject_event_and_occasion_alone() -> None:
    one = notice_of_end(end_of(work(), "served"), NOON)

    assert payload_of(one)["id"] == one.model_copy(update={"message": "other", "severity": "error"}).id
    assert len({one.id, *(one.model_copy(update={key: "x"}).id for key in ("subject", "event", "occasion"))}) == 4
