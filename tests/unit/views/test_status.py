"""The status page: every drop on one page, and nothing of what came from outside is taken for HTML."""

from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certdrop.bundle.findings import Finding
from certdrop.state import keys
from certdrop.views.listeners import CertificateReport, DriftReport, ListenerReport
from certdrop.views.page import render_page
from certdrop.views.reports import DeploymentReport, Report
from certdrop.views.status import render_status
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
CERTIFICATES = st.builds(
    CertificateReport,
    slot=TEXTS,
    domain=TEXTS,
    label=TEXTS,
    fingerprint=TEXTS,
    names=st.lists(TEXTS, max_size=5).map(tuple),
    drop=TEXTS,
    not_after=st.one_of(st.none(), st.just(NOON)),
    days_left=st.one_of(st.none(), st.integers(-2, 40)),
)
DRIFTS = st.builds(
    DriftReport, event=TEXTS, slot=TEXTS, message=TEXTS, remedy=TEXTS, since=st.just(NOON), heals=st.booleans()
)
LISTENERS = st.builds(
    ListenerReport,
    listener=TEXTS,
    targets=st.lists(TEXTS, max_size=2).map(tuple),
    status=TEXTS,
    surveyed=st.just(NOON),
    certificates=st.lists(CERTIFICATES, max_size=2).map(tuple),
    drifts=st.lists(DRIFTS, max_size=2).map(tuple),
    trouble=TEXTS,
)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td"),
    *("ul", "li", "b", "span", "small", "br"),
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


def listener(name: str = "alb.a.443", **fields: object) -> ListenerReport:
    return ListenerReport.model_validate({"listener": name, "status": "running", "surveyed": NOON, **fields})


def report(drop: str = "shop", **fields: object) -> Report:
    return Report.model_validate({"drop": drop, "verdict": "accepted", "snapshot": "5" * 64, "written": NOON, **fields})


@UNHURRIED
@given(st.lists(REPORTS, max_size=3), st.lists(LISTENERS, max_size=2))
def test_nothing_that_came_from_outside_becomes_html(reports: list[Report], listeners: list[ListenerReport]) -> None:
    page = Reading(render_page(reports, listeners, NOON))

    assert set(page.tags) <= TAGS
    assert page.attributes <= {"lang", "charset", "name", "content", "class"}
    assert page.comments == []
    rows = [len(one.deployments) for one in reports] + [len(one.certificates) for one in listeners]
    assert page.tags.count("tr") == bool(reports) + bool(listeners) + sum(max(1, count) for count in rows)


@UNHURRIED
@given(TEXTS.filter(lambda text: text == text.strip() and "\r" not in text and "\x00" not in text))
def test_what_was_written_is_what_is_read(text: str) -> None:
    assert text in Reading(render_page([report(text)], [listener(text)], NOON)).text


def test_without_drops_the_page_says_so() -> None:
    page = render_page([], [], NOON)

    assert "Nothing was dropped yet." in page
    assert "No listener was looked at yet" in page
    assert "To act on" not in page


def test_a_drop_shows_where_each_of_its_deployments_stands() -> None:
    deployments = [
        {"target": "one", "listener": "alb.a.443", "slot": "default", "status": "served"},
        {"target": "two", "listener": "clb.b.443", "slot": "additional", "status": "stalled", "code": "Quota"},
    ]

    page = render_page([report(names=("a.example", "b", "c", "d"), not_after=NOON, deployments=deployments)], [], NOON)

    assert "a.example, b, c, …<br><small>until 2026-11-01, 0 days left</small>" in page
    assert '<span class="good">served</span>' in page
    assert '<span class="bad">stalled</span><br><small>Quota</small>' in page


def test_a_drop_that_is_refused_or_stalled_shows_why() -> None:
    finding = Finding(code="no-key", severity="error", subject="shop", message="No key.", fix="Drop it.")

    page = render_page(
        [
            report(verdict="waiting", findings=(finding,)),
            report(verdict="stalled", code="AccessDenied", remedy="Allow."),
        ],
        [],
        NOON,
    )

    assert '<span class="open">waiting</span><br><small>No key. Drop it.</small>' in page
    assert '<span class="bad">stalled</span><br><small>AccessDenied Allow.</small>' in page


def test_a_listener_shows_what_it_serves_and_how_long() -> None:
    certificates = [
        {"slot": "default", "names": ["a.example"], "drop": "shop", "not_after": NOON, "days_left": 40},
        {"slot": "additional", "label": "by-hand", "names": ["b.example"], "not_after": NOON, "days_left": 5},
        {"slot": "additional", "label": "9-cn-hangzhou"},
    ]

    page = render_page([], [listener(targets=("one",), certificates=certificates)], NOON)

    assert "<td>a.example<br><small>drop shop</small></td>" in page
    assert '<span class="good">40 days left</span>' in page
    assert "<td>b.example<br><small>by-hand</small></td>" in page
    assert "certdrop did not deploy it" in page
    assert '<span class="open">unknown</span>' in page
    assert '<b class="open">5</b> days until the first expires' in page


def test_what_to_act_on_comes_first_the_worst_at_the_top() -> None:
    drift = {"event": "drift-listener-stopped", "message": "it is stopped", "remedy": "start it", "since": NOON}
    deployment = {
        "target": "t",
        "listener": "l",
        "slot": "default",
        "status": "stalled",
        "code": "Quota",
        "remedy": "R",
    }
    expiring = [{"slot": "default", "names": ["a.example"], "drop": "shop", "not_after": NOON, "days_left": 20}]
    listeners = [
        listener("one", certificates=expiring),
        listener("two", drifts=[drift]),
        listener("three", drifts=[{**drift, "event": "drift-client-ca", "heals": True}], trouble="NoPermission"),
    ]

    text = Reading(render_page([report(deployments=[deployment])], listeners, NOON)).text
    todo = text[text.index("To act on") : text.index("What is served")]

    order = ["drift-listener-stopped", "not looked at", "stalled", "20 days left", "drift-client-ca"]
    assert sorted(order, key=todo.index) == order
    assert "→ start it" in todo
    assert "Quota→ R" in todo
    assert "drop a renewed certificate in certs/shop/" in todo


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


def test_what_did_not_change_since_this_instance_wrote_it_is_not_written_again_but_hourly(town: Town) -> None:
    def render(*, anew: bool = False) -> list[str]:
        before = len(town.wire.sent)
        render_status(town.store(), (), anew=anew)
        return [label.removeprefix("PUT status/") for label in town.wire.sent[before:] if label.startswith("PUT")]

    town.put(keys.report("shop"), report().model_dump_json())
    first = render()
    town.advance(60)
    again = render()
    town.put(keys.report("shop"), report(names=("a.example",)).model_dump_json())

    assert first == ["status.json", "listeners.json", "index.html"]
    assert again == []
    assert render() == ["status.json", "index.html"]
    assert render(anew=True) == first
