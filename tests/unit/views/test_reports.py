"""A drop's report: what was judged, and where each of its deployments stands."""

from datetime import timedelta

from certdrop.deployment.operations import StallOf
from certdrop.deployment.work import EndKind, OpenWork, SeenWork, end_of
from certdrop.errors import Fate
from certdrop.state.drops import AttemptEnd, PlannedDeployment, Verdict, write_bundle, write_verdict
from certdrop.state.listeners import close_work, delete_stalls, read_open_work, record_end, write_stall
from certdrop.views.reports import Report, refresh_report, render_report, write_report
from tests.flows.bundles import bundle
from tests.unit.reconcile.town import NOON, Town, facts_of

EC = bundle(key="p-256")


def verdict(*works: OpenWork, snapshot: str = "5" * 64) -> Verdict:
    return Verdict(
        drop="shop",
        snapshot=snapshot,
        config=1,
        verdict="accepted",
        kind="server",
        fingerprint=EC.fingerprint,
        deployments=tuple(
            PlannedDeployment(deployment=work.deployment, cause=work.cause, target=work.target, place=work.place)
            for work in works
        ),
    )


def seen(town: Town, work: OpenWork) -> SeenWork:
    return next(one for one in read_open_work(town.store(), work.place.listener) if one.work == work)


def end(town: Town, work: OpenWork, kind: EndKind, code: str = "") -> None:
    found = seen(town, work)
    record_end(town.store(), end_of(found, kind, code))
    close_work(town.store(), found)
    delete_stalls(town.store(), found)


def stands(town: Town, work: OpenWork) -> tuple[str, str, str | None]:
    write_report(town.store(), verdict(work))
    [one] = town.report()["deployments"]
    return one["status"], one["code"], one["since"]


def test_a_report_holds_the_bundles_public_facts(town: Town) -> None:
    write_bundle(town.store(), facts_of(EC))
    write_report(town.store(), verdict())

    report = town.report()
    assert report["names"] == ["shop.example", "www.shop.example"]
    assert report["not_after"] == "2027-10-01T00:00:00Z"
    assert report["written"] == "2026-11-01T12:00:00Z"


def test_a_report_without_facts_says_what_it_knows(town: Town) -> None:
    write_report(town.store(), verdict())

    assert (town.report()["names"], town.report()["not_after"]) == ([], None)


def test_open_work_is_open_since_it_was_opened(town: Town) -> None:
    work = town.open(EC)
    town.advance(60)

    assert stands(town, work) == ("open", "", "2026-11-01T12:00:00Z")


def test_planned_work_that_is_neither_open_nor_ended_is_open(town: Town) -> None:
    assert stands(town, town.work(EC)) == ("open", "", None)


def test_stalled_work_shows_the_newest_stall(town: Town) -> None:
    work = town.open(EC)
    for code in ("Old", "New"):
        town.advance(60)
        write_stall(town.store(), StallOf(seen(town, work), code, "why", "what to do", "R"))

    assert stands(town, work) == ("stalled", "New", "2026-11-01T12:02:00Z")
    [one] = town.report()["deployments"]
    assert (one["message"], one["remedy"], one["request_id"]) == ("why", "what to do", "R")


def test_a_stall_that_is_gone_when_it_is_read_shows_without_its_reason(town: Town) -> None:
    work = town.open(EC)
    write_stall(town.store(), StallOf(seen(town, work), "Gone"))
    town.on_sight("LIST state/deployments", "after", lambda: delete_stalls(town.store(), seen(town, work)))

    assert stands(town, work)[:2] == ("stalled", "")


def test_ended_work_shows_its_latest_end(town: Town) -> None:
    for cause, kind, code in (("aaaaaaaaaaaa-1", "refused", "slot-taken"), ("f" * 32, "served", "unproven")):
        work = town.open(EC, cause=cause)
        town.advance(60)
        end(town, work, kind, code)  # type: ignore[arg-type]

    assert stands(town, work) == ("served", "unproven", "2026-11-01T12:02:00Z")


def test_an_end_that_cannot_be_read_any_more_counts_as_open(town: Town) -> None:
    work = town.open(EC)
    end(town, work, "served")
    town.start_instance()
    town.on_sight("LIST state/deployments", "after", town.bucket.objects.clear)

    assert stands(town, work)[0] == "open"


def test_an_open_key_whose_end_exists_counts_as_ended(town: Town) -> None:
    work = town.open(EC)
    record_end(town.store(), end_of(seen(town, work), "served"))

    assert stands(town, work)[0] == "served"


def test_a_new_cause_of_ended_work_is_open_again(town: Town) -> None:
    end(town, town.open(EC), "disproved")
    work = town.open(EC, cause="f" * 32)

    assert stands(town, work)[0] == "open"


def test_the_report_is_that_of_the_newest_verdict_whichever_work_ended_last(town: Town) -> None:
    old = verdict(town.open(EC), snapshot="9" * 64)
    write_verdict(town.store(), old)
    town.advance(60)
    write_verdict(town.store(), verdict(snapshot="1" * 64))

    render_report(town.store(), "shop")

    assert (town.report()["snapshot"], town.report()["deployments"]) == ("1" * 64, [])


def test_before_any_verdict_there_is_nothing_to_render(town: Town) -> None:
    render_report(town.store(), "shop")

    assert town.keys("reports/") == []


def test_while_there_is_no_verdict_another_word_stands_for_it_with_the_reason(town: Town) -> None:
    trouble = AttemptEnd(
        fate=Fate.STALL, code="AccessDenied", message="no", remedy="do", request_id="R", next_look=NOON
    )

    write_report(town.store(), verdict(), "stalled", trouble)

    report = town.report()
    assert [report[key] for key in ("verdict", "code", "message", "remedy", "request_id")] == [
        "stalled",
        "AccessDenied",
        "no",
        "do",
        "R",
    ]
    assert report["next_look"] == "2026-11-01T12:00:00Z"


# a report that was written late


def unjudged(snapshot: str, *, written: int) -> Report:
    at = NOON + timedelta(seconds=written)
    return Report(drop="shop", verdict="waiting", snapshot=snapshot, written=at)


def test_a_report_of_an_unjudged_snapshot_gives_way_to_a_verdict_that_was_given_meanwhile(town: Town) -> None:
    town.advance(10)
    write_verdict(town.store(), verdict())

    assert refresh_report(town.store(), unjudged("6" * 64, written=0), ()).verdict == "accepted"
    assert town.report()["verdict"] == "accepted"


def test_a_report_of_a_snapshot_that_came_after_the_last_verdict_stands(town: Town) -> None:
    write_verdict(town.store(), verdict())
    late = unjudged("6" * 64, written=10)

    assert refresh_report(town.store(), late, ()) == late
    assert town.keys("reports/") == []


def test_a_report_of_a_drop_without_a_verdict_stands(town: Town) -> None:
    first = unjudged("6" * 64, written=0)

    assert refresh_report(town.store(), first, ()) == first


def test_a_report_of_open_work_is_written_anew_only_when_that_work_is_no_longer_open(town: Town) -> None:
    work = town.open(EC)
    write_verdict(town.store(), verdict(work))
    render_report(town.store(), "shop")
    told = Report.model_validate(town.report())
    end(town, work, "served")

    assert refresh_report(town.store(), told, {work.deployment}) == told
    assert refresh_report(town.store(), told, ()).deployments[0].status == "served"


def test_a_report_that_says_what_stands_is_not_written_again(town: Town) -> None:
    work = town.work(EC)
    write_verdict(town.store(), verdict(work))
    render_report(town.store(), "shop")
    before = town.bucket.objects["reports/shop.json"].last_modified
    town.advance(10)
    refresh_report(town.store(), Report.model_validate(town.report()), ())

    assert town.bucket.objects["reports/shop.json"].last_modified == before
