"""What goes wrong for a while is told once and heals by itself when its cause is gone."""

import pytest

from fakecloud.faults import Fault
from tests.flows.bundles import bundle
from tests.flows.pipeline import Pipeline, troubled


def fail(pipeline: Pipeline, action: str, code: str, status: int) -> None:
    pipeline.world.faults.add(Fault(action=action, code=code, status=status, times=10**6))


@pytest.mark.parametrize(
    ("action", "code", "status"),
    [
        ("UploadUserCertificate", "ServiceUnavailable", 503),
        ("CreateListener", "NoPermission", 403),
        ("ListListeners", "NoPermission", 403),
        ("SendMessage", "AccessDenied", 403),
    ],
)
def test_a_call_that_fails_until_its_work_stalls_delays_the_main_job_and_no_more(
    pipeline: Pipeline, action: str, code: str, status: int
) -> None:
    pipeline.targets(pipeline.alb_target())
    fail(pipeline, action, code, status)
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.advance(18 * 60)  # after 15 minutes of waiting it stalls, too
    pipeline.world.faults.orders.clear()

    pipeline.advance(35 * 60)

    assert pipeline.standings() == [("shop", "served", "")]
    assert pipeline.mutations() == ["UploadUserCertificate", "CreateListener"]
    assert pipeline.keys("state/open/") == []
    assert len(pipeline.lines("deployment-stalled")) <= 1


def test_a_drop_whose_files_may_not_be_read_is_told_so_and_served_later(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())

    def forbid(number: int, when: str) -> None:
        pipeline.world.faults.orders.clear()
        if when == "before" and "/certs/shop/" in pipeline.wire.sent[number - 1].url:
            fail(pipeline, "GetObject", "AccessDenied", 403)

    with troubled(pipeline, forbid):
        pipeline.drop("shop", **bundle(key="p-256").files)
        pipeline.advance(60)
    told = pipeline.report()

    pipeline.advance(30 * 60)

    assert (told["verdict"], told["code"]) == ("stalled", "AccessDenied")
    assert told["remedy"]
    assert pipeline.standings() == [("shop", "served", "")]


def test_a_work_that_never_heals_leaves_a_bounded_state_and_is_told_once(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    fail(pipeline, "CreateListener", "NoPermission", 403)
    pipeline.drop("shop", **bundle(key="p-256").files)

    pipeline.advance(2.5 * 3600)  # the sixth distance, of 64 minutes, is over after 127

    assert pipeline.standings() == [("shop", "stalled", "NoPermission")]
    assert len(pipeline.keys("state/open/")) <= 1 + 6
    assert len(pipeline.lines("deployment-stalled")) == 1


def test_the_report_tells_of_the_newest_drop_even_while_an_older_one_stalls(pipeline: Pipeline) -> None:
    pipeline.targets(pipeline.alb_target())
    fail(pipeline, "CreateListener", "NoPermission", 403)
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.advance(120)
    pipeline.drop("shop", cert_pem="rubbish", chain_pem="rubbish", fullchain_pem="rubbish")

    pipeline.advance(30 * 60)

    assert pipeline.report()["verdict"] == "refused"
    assert "no-certificate" in [finding["code"] for finding in pipeline.report()["findings"]]
