"""Policies that remember what they were asked, and what each flow asked of whom."""

from collections.abc import Iterator, Mapping
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
    """What one flow came to: whether it succeeded, and what each function asked for."""

    flow: Flow
    succeeded: bool
    wishes: Mapping[str, frozenset[Wish]]


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
    return Observed(flow, succeeded, {function: frozenset(one.asked) for function, one in witnesses.items()})


@cache
def all_flows() -> tuple[Observed, ...]:
    """Play every flow once."""
    return tuple(map(play, FLOWS))


def asked_by(function: str) -> frozenset[Wish]:
    """Return all that a function asks for in any flow."""
    return frozenset().union(*(one.wishes[function] for one in all_flows()))


def survives(flow: Flow, role: str, policy: Policy) -> bool:
    """Say whether *flow* succeeds although *role* has another policy."""
    with pipeline_under(**{role: policy}) as pipeline:
        return flow.succeeds(pipeline)
