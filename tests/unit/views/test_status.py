"""The status page: every drop on one page, and nothing of what came from outside is taken for HTML."""

from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certdrop.bundle.findings import Finding
from certdrop.state import keys
from certdrop.views.reports import DeploymentReport, Report
from certdrop.views.status import render_page, render_status
from tests.unit.reconcile.town import NOON, Town

UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["<script>alert(1)</script>", '"><img src=x>', "</td></tr>", "&amp;", "<!--", "' onload='x"]),
)
FINDINGS = st.builds(Finding, code=TEXTS, severity=st.just("error"), subject=TEXTS, message=TEXTS, fix=TEXTS)
DEPLOYMENTS = st.builds(
    DeploymentReport,
    target=TEXTS,
    listener=TEXTS,
    slot=TEXTS,
    status=TEXTS,
    code=TEXTS,
    message=TEXTS,
    remedy=TEXTS,
)
REPORTS = st.builds(
    Report,
    drop=TEXTS,
    verdict=TEXTS,
    snapshot=TEXTS,
    names=st.lists(TEXTS, max_size=5).map(tuple),
    not_after=st.one_of(st.none(), st.just(NOON)),
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    deployments=st.lists(DEPLOYMENTS, max_size=3).map(tuple),
    code=TEXTS,
    message=TEXTS,
    remedy=TEXTS,
    written=st.just(NOON),
)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "p", "table", "thead", "tbody", "tr", "th", "td"),
    *("span", "small", "br"),
}


class Reading(HTMLParser):
    """Reads a page as a browser does."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.comments: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self.text += data


def report(drop: str = "shop", **fields: object) -> Report:
    return Report.model_validate({"drop": drop, "verdict": "accepted", "snapshot": "5" * 64, "written": NOON, **fields})


@UNHURRIED
@given(st.lists(REPORTS, max_size=3), TEXTS)
def test_nothing_that_came_from_outside_becomes_html(reports: list[Report], written: str) -> None:
    page = Reading(render_page(reports, written))

    assert set(page.tags) <= TAGS
    assert page.attributes <= {"lang", "charset", "name", "content", "class", "colspan"}
    assert page.comments == []
    assert page.tags.count("tr") == 1 + max(1, sum(max(1, len(one.deployments)) for one in reports))


@UNHURRIED
@given(TEXTS.filter(lambda text: text == text.strip() and "\r" not in text and "\x00" not in text))
def test_what_was_written_is_what_is_read(text: str) -> None:
    assert text in Reading(render_page([report(text)], "now")).text


def test_without_drops_the_page_says_so() -> None:
    assert "Nothing was dropped yet." in render_page([], "now")


def test_a_drop_shows_where_each_of_its_deployments_stands() -> None:
    deployments = [
        {"target": "one", "listener": "alb.a.443", "slot": "default", "status": "served"},
        {"target": "two", "listener": "clb.b.443", "slot": "additional", "status": "stalled", "code": "Quota"},
    ]

    page = render_page([report(names=("a.example", "b", "c", "d"), not_after=NOON, deployments=deployments)], "now")

    assert "a.example, b, c …<br><small>until 2026-11-01</small>" in page
    assert '<span class="good">served</span>' in page
    assert '<span class="bad">stalled</span><br><small>Quota</small>' in page


def test_a_drop_that_is_refused_or_stalled_shows_why() -> None:
    finding = Finding(code="no-key", severity="error", subject="shop", message="No key.", fix="Drop it.")

    page = render_page(
        [
            report(verdict="waiting", findings=(finding,)),
            report(verdict="stalled", code="AccessDenied", remedy="Allow."),
        ],
        "now",
    )

    assert '<span class="open">waiting</span><br><small>No key. Drop it.</small>' in page
    assert '<span class="bad">stalled</span><br><small>AccessDenied Allow.</small>' in page


def test_the_page_and_its_data_are_rendered_from_the_drops_reports(town: Town) -> None:
    for drop in ("shop", "blog.yml"):
        town.put(keys.report(drop), report(drop).model_dump_json())
    town.put("reports/targets.yml.json", '{"verdict": "in force"}')
    town.put("reports/somebody's notes.txt", "hello")

    render_status(town.store(), ())

    assert [one["drop"] for one in town.read("status/status.json")] == ["blog.yml", "shop"]
    page = town.bucket.objects["status/index.html"]
    assert b"as of 2026-11-01 12:00:00 UTC" in page.body
    assert page.properties.content_type == "text/html; charset=utf-8"


def test_a_report_that_is_deleted_while_the_page_is_rendered_is_left_out(town: Town) -> None:
    town.put(keys.report("shop"), report().model_dump_json())
    town.on_sight("LIST reports/", "after", town.bucket.objects.clear)

    render_status(town.store(), ())

    assert town.read("status/status.json") == []
