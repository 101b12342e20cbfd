"""Whatever is in a drop, judging it costs at most a quarter of a second of CPU and 64 MB, and ends in findings."""

from datetime import datetime

import pytest

from certdrop.bundle.codes import CODES
from certdrop.bundle.judgement import Judgement
from certdrop.bundle.judging import DropFile, judge
from tests.hostile.cost import CPU_SECONDS, GROWTH, Cost, measure
from tests.hostile.inputs import INPUTS
from tests.unit.bundle.drops import NOW, certbot, judge_drop

TRIES = 3  # a machine that others use makes CPU time longer too, though less than wall time
SERVED = {"as many names as fit", "10,000 short names"}


def judge_measured(files: dict[str, bytes], at: datetime = NOW) -> tuple[Judgement, Cost]:
    drop = [DropFile(name, content) for name, content in files.items()]
    found: list[Judgement] = []
    costs = [measure(lambda: found.append(judge(drop, validation_time=at)))]
    while costs[-1].seconds > CPU_SECONDS and len(costs) < TRIES:
        costs.append(measure(lambda: found.append(judge(drop, validation_time=at))))
    return found[0], Cost(min(one.seconds for one in costs), costs[0].growth)


@pytest.mark.parametrize("name", INPUTS)
def test_a_hostile_drop_gives_findings_within_a_quarter_of_a_second_and_64_megabytes(name: str) -> None:
    judge_drop(certbot())
    files = INPUTS[name]()

    judgement, cost = judge_measured(files)

    assert judgement.accepted == (name in SERVED), judgement.findings
    assert cost.seconds <= CPU_SECONDS, cost
    assert cost.growth <= GROWTH, cost
    for finding in judgement.findings:
        assert finding.code in CODES
        assert (finding.subject + finding.message + finding.fix).isprintable()


def test_the_measure_sees_time_and_memory() -> None:
    idle, busy = (
        measure(lambda: None),
        measure(lambda: [b"x" * (1 << 20) for _ in range(200)]),
    )  # a busy machine takes some back

    assert idle.seconds < 0.01
    assert idle.growth < 1 << 20
    assert busy.growth > 64 << 20
    assert not busy.is_bounded
    assert measure(lambda: sum(range(4_000_000))).seconds > 0.01
