"""What a person's policy grants is what the command asks for: nothing is refused, nothing is idle."""

import json

import pytest

from fakecloud.faults import Fault
from fakecloud.ram import Policy, Verdict, parse_policy
from tests.flows import console
from tests.flows.bundles import bundle
from tests.flows.console import certdrop
from tests.flows.pipeline import Pipeline
from tests.functions.observing import Witness


@pytest.fixture
def witnesses(monkeypatch: pytest.MonkeyPatch) -> list[Witness]:
    """The policies of all that is said, which note what they are asked."""
    made: list[Witness] = []

    def parse(text: str, names: dict[str, str]) -> Policy:
        made.append(Witness(parse_policy(text, names).statements))
        return made[-1]

    monkeypatch.setattr(console, "parse_policy", parse)
    return made


def stall(pipeline: Pipeline) -> None:
    """Let work stall, and letters lie that ask for a look at each kind of thing, and for nothing."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional"))
    pipeline.world.faults.add(Fault(action="CreateListener", code="NoPermission", status=403, times=9))
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.advance(300)
    for asked in ("drop/late", "listener/alb.alb-1.443"):
        body = json.dumps({"version": 1, "reconcile": asked})
        pipeline.world.mns.queues["certdrop-dead-letters"].send(json.dumps({"data": {"messageBody": body}}))
    pipeline.world.mns.queues["certdrop-dead-letters"].send("junk")


COMMANDS = {
    "read": [["status"], ["status", "shop", "--json"]],
    "redrive": [["redrive"], ["redrive", "--all", "--discard"]],
}


@pytest.mark.parametrize("policy", COMMANDS)
def test_each_grant_of_a_person_is_asked_for_by_the_command(policy: str, witnesses: list[Witness]) -> None:
    pipeline = Pipeline()
    stall(pipeline)
    for words in COMMANDS[policy]:
        certdrop(pipeline, policy, *words)

    asked = {wish for one in witnesses for wish in one.asked}
    statements = witnesses[0].statements
    assert [wish for wish in asked if Policy(statements).judge(wish) is not Verdict.ALLOWED] == []
    assert {action for one in statements for action in one.actions.patterns} == {wish.action for wish in asked}
