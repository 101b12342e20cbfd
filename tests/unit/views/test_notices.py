"""What people are told: each end once, each stall the first time."""

import pytest

from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import EndKind, end_of
from certdrop.views.notices import tell_end, tell_stall
from tests.unit.deployment.builders import work


class Notebook:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **fields: object) -> None:
        self.lines.append(("info", event, fields))

    def warning(self, event: str, **fields: object) -> None:
        self.lines.append(("warning", event, fields))


@pytest.mark.parametrize(
    ("kind", "level"),
    [("served", "info"), ("superseded", "info"), ("refused", "warning"), ("disproved", "warning")],
)
def test_an_end_is_told_and_a_bad_one_is_a_warning(kind: EndKind, level: str) -> None:
    notebook = Notebook()

    tell_end(notebook, end_of(work(), kind, "code", "message", "remedy"))

    [(said, event, fields)] = notebook.lines
    assert (said, event) == (level, f"deployment-{kind}")
    assert fields["listener"] == "alb.alb-n5qw04uq8vavfe0000.443"
    assert {"drop", "target", "slot", "code", "message", "remedy", "request_id_of_call", "correlation_id"} < set(fields)


@pytest.mark.parametrize(("times", "told"), [(1, 1), (2, 0), (6, 0)])
def test_a_stall_is_told_the_first_time(times: int, told: int) -> None:
    notebook = Notebook()

    tell_stall(notebook, StallOf(work(), "Quota", request_id="R"), times)

    assert [(level, event, fields["code"]) for level, event, fields in notebook.lines] == [
        ("warning", "deployment-stalled", "Quota")
    ] * told
