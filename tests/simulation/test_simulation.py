"""The simulation itself: a seed is one history, each planted defect is caught, faults are met."""

import os
import subprocess
import sys

import pytest

from tests.flows.pipeline import ROOT, policies
from tests.simulation.faults import ACTIONS, PAIRS, SEEDS, find_focus
from tests.simulation.replay import play
from tests.simulation.sabotage import DEFECTS, find_catching

CATCHING = {
    "a random name in CAS": 0,
    "the number of an operation not checked": 7,
    "the call before its operation is written": 0,
    "the verdict before the open work": 195,
    "no look-up before an upload to CLB": 7,
    "a failed job swallowed": 2,
    "the ETag ignored": 101,
    "succession by arrival": 46,
    "requests that ask again without end": 12,
    "open work deleted before its end is written": 11,
    "one key for every cause": 11,
    "ended attempts counted as poison": 74,
    "a policy widened": 0,
    "an echo told as it is": 2,
    "a later stage not held": 133,
    "the client CA not awaited": 69,
}


def test_the_same_seed_gives_the_same_trace() -> None:
    first, second = play(7), play(7)

    assert first.calls > 0
    assert (first.trace, first.calls) == (second.trace, second.calls)


def test_a_seed_is_the_same_history_in_a_process_that_hashes_otherwise() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "1", "--start", "7", "--verbose"]
    environ = {**os.environ, "PYTHONHASHSEED": "1"}
    told = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert f"trace {play(7).trace}" in told


def test_another_seed_gives_another_trace() -> None:
    assert play(7).trace != play(8).trace


@pytest.mark.parametrize("action", ["cas UploadUserCertificate", "clb SetDomainExtensionAttribute"])
def test_a_seed_meets_the_pair_that_it_looks_at(action: str) -> None:
    seed = next(number for number, pair in enumerate(PAIRS) if pair == (action, "lost"))

    assert play(seed).hit[action, "lost"] > 0


def test_every_pair_is_looked_at_within_the_seeds_of_a_check() -> None:
    assert {find_focus(seed) for seed in range(400, 400 + SEEDS)} == {*PAIRS, None}
    assert {action for action, _ in PAIRS} == set(ACTIONS)


def test_every_call_that_a_role_may_make_is_looked_at() -> None:
    services = {"alb": "alb", "slb": "clb", "yundun-cert": "cas"}
    statements = [one for policy in policies().values() for one in policy.statements if one.allows]
    granted = [pattern.split(":") for statement in statements for pattern in statement.actions.patterns]

    calls = {f"{services[service]} {action}" for service, action in granted if service in services}
    assert calls == {action for action in ACTIONS if action.startswith((*services.values(),))}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_caught(defect: str) -> None:
    assert find_catching(defect, [CATCHING[defect], *range(SEEDS)])
