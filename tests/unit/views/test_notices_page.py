"""docs/notices.md tells of every event that the code can tell, and of no other."""

import inspect
from typing import get_args

from certdrop.deployment.work import EndKind
from certdrop.state.drops import VerdictKind
from certdrop.state.notices import Notice
from certdrop.views import notices, surveys
from tests.unit.views import notices_page
from tests.unit.views.notices_page import ENDS, FIELDS, PAGE, WHEN, render_page, sample_notices


def test_the_page_is_the_one_of_the_code() -> None:
    assert PAGE.read_text("utf-8") == render_page(), "python -m tests.unit.views.notices_page"


def test_every_event_and_every_field_is_told_of() -> None:
    assert {one.event for one in sample_notices()} == set(WHEN)
    assert set(FIELDS) == {"id", *Notice.model_fields}


def test_every_maker_of_notices_every_end_and_every_bad_verdict_is_among_the_samples() -> None:
    made = {
        name for module in (notices, surveys) for name, _ in inspect.getmembers(module) if name.startswith("notice_of_")
    }
    source = inspect.getsource(notices_page.sample_notices)

    assert [name for name in sorted(made) if f"{name}(" not in source] == []
    assert set(ENDS) == set(get_args(EndKind))
    assert {f"drop-{kind}" for kind in get_args(VerdictKind)} - {"drop-accepted"} <= set(WHEN)
