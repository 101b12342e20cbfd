"""Policies that remember what they were asked, and what each flow asked of whom."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from fakecloud.ram import Policy, Verdict, Wish
from tests.flows.pipeline import Pipeline
from tests.functions.flows import FLOWS, Flow
from tests.functions.ram import FUNCTIONS, policy_of, role_of


@dataclass(frozen=True)
class Witness(Policy):
    """A policy that notes every wish."""

    asked: set[Wish] = field(default_factory=set)

    def judge(self, wish: Wish) -> Verdict:
        """Return the verdict on *wish*, and keep it in mind."""
        self.asked.add(wish)
        return super().judge(wish)


@dataclass(frozen=True)
class Observed:
    """What one flow came to: whether it succeeded, how many calls it took, and what each function asked for."""

    flow: Flow
    succeeded: bool
    calls: int
    wishes: Mapping[str, frozenset[Wish]]

    def actions(self, function: str) -> set[str]:
        return {wish.action for wish in self.wishes[function]}


@contextmanager
def pipeline_under(**policies: Policy) -> Iterator[Pipeline]:
    """Set up a pipeline in which roles (with _ for -) have other policies."""
    pipeline = Pipeline()
    pipeline.world.policies.update({role.replace("_", "-"): policy for role, policy in policies.items()})
    with pipeline.client:
        yield pipeline


def play(flow: Flow) -> Observed:
    """Play a flow under the shipped policies."""
    witnesses = {function: Witness(policy_of(function).statements) for function in FUNCTIONS}
    with pipeline_under(**{role_of(function): witness for function, witness in witnesses.items()}) as pipeline:
        succeeded = flow.succeeds(pipeline)
        calls = len(pipeline.world.calls.entries)
    return Observed(flow, succeeded, calls, {function: frozenset(one.asked) for function, one in witnesses.items()})


@cache
def all_flows() -> tuple[Observed, ...]:
    """Play every flow once; the shortest comes first."""
    return tuple(sorted(map(play, FLOWS), key=lambda observed: observed.calls))


def survives(flows: Iterable[Flow], role: str, policy: Policy) -> bool:
    """Say whether all *flows* succeed although *role* has another policy; stops at the first that fails."""
    for flow in flows:
        with pipeline_under(**{role: policy}) as pipeline:
            if not flow.succeeds(pipeline):
                return False
    return True
