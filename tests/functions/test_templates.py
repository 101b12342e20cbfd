"""The templates for roles in docs/policies: they parse, name only actions that exist, and are as narrow as told."""

import json
import re
from pathlib import Path

import pytest

from fakecloud.ram import Wish, parse_policy
from fakecloud.world import ACCOUNT_ID
from tests.flows.pipeline import ROOT
from tests.functions.ram import FUNCTIONS, NAMES, REGION, role_of

POLICIES = ROOT / "docs" / "policies"
PEOPLE = sorted(path.stem for path in POLICIES.glob("*.json") if path.stem not in ("trust", "deploy"))


def actions_in(path: Path) -> set[str]:
    return {action for statement in json.loads(path.read_text())["Statement"] for action in statement["Action"]}


def on_function(action: str, function: str) -> Wish:
    return Wish(action, f"acs:fc:{REGION}:{ACCOUNT_ID}:functions/{function}")


def test_function_compute_alone_may_assume_a_role() -> None:
    trust = json.loads((POLICIES / "trust.json").read_text())

    assert trust == {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["fc.aliyuncs.com"]}},
        ],
    }


@pytest.mark.parametrize("name", [*PEOPLE, "deploy"])
def test_a_policy_parses_and_names_no_action_by_pattern(name: str) -> None:
    path = POLICIES / f"{name}.json"

    assert parse_policy(path.read_text(), NAMES).statements
    assert [action for action in actions_in(path) if not re.fullmatch(r"[a-z-]+:[A-Z]\w+", action)] == []


@pytest.mark.parametrize("name", PEOPLE)
def test_no_person_can_read_a_key_or_change_a_listener(name: str) -> None:
    policy = parse_policy((POLICIES / f"{name}.json").read_text(), NAMES)
    key = f"acs:oss:oss-{REGION}:{ACCOUNT_ID}:{NAMES['bucket']}/certs/shop/privkey.pem"
    writes = [
        action
        for action in actions_in(POLICIES / f"{name}.json")
        if action.split(":")[0] in ("alb", "slb", "yundun-cert") and not re.match(r"[\w-]+:(Get|List|Describe)", action)
    ]

    assert not policy.allows(Wish("oss:GetObject", key))
    assert not policy.allows(Wish("yundun-cert:GetUserCertificateDetail"))
    assert writes == []


@pytest.mark.sdk
def test_every_action_of_a_deployment_is_one_of_the_api() -> None:
    from alibabacloud_fc20230330.client import Client

    actions = {action.partition(":")[2] for action in actions_in(POLICIES / "deploy.json") if action.startswith("fc:")}

    assert [action for action in actions if not hasattr(Client, re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower())] == []


def test_a_deployment_updates_these_functions_passes_these_roles_and_does_no_more() -> None:
    policy = parse_policy((POLICIES / "deploy.json").read_text(), NAMES)
    passing = {role: Wish("ram:PassRole", f"acs:ram::{ACCOUNT_ID}:role/{role}") for role in map(role_of, FUNCTIONS)}

    assert all(policy.allows(on_function("fc:UpdateFunction", function)) for function in FUNCTIONS)
    assert all(policy.allows(on_function("fc:CreateTrigger", f"{function}/triggers/minute")) for function in FUNCTIONS)
    assert all(map(policy.allows, passing.values()))
    assert not policy.allows(on_function("fc:UpdateFunction", "another"))
    assert not policy.allows(on_function("fc:InvokeFunction", FUNCTIONS[0]))
    assert not policy.allows(on_function("fc:DeleteFunction", FUNCTIONS[0]))
    assert not policy.allows(Wish("ram:PassRole", f"acs:ram::{ACCOUNT_ID}:role/admin"))


def test_what_the_page_on_security_names_is_there() -> None:
    text = (ROOT / "docs" / "security.md").read_text()
    tests = re.findall(r"`(tests/[\w/]+\.py)`", text)
    links = re.findall(r"\]\(([^)#]+)\)", text)

    assert len(set(tests)) > 20
    assert [path for path in tests if not (ROOT / path).exists()] == []
    assert [path for path in links if not (ROOT / "docs" / path).exists()] == []
    assert "docs/security.md" in (ROOT / "README.md").read_text()
