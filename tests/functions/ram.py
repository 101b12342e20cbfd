"""The shipped policies as the tests take them apart, and the reasons that docs/permissions.json gives."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fakecloud.ram import Policy, Statement, Wish, matches, parse_policy
from fakecloud.world import ACCOUNT_ID
from tests.flows.pipeline import BUCKET, ROOT

READS = re.compile(r"[\w-]+:(Get|List|Describe)\w*")
SHARED_WRITES = {"oss:PutObject", "oss:DeleteObject", "mns:SendMessage", "log:PostLogStoreLogs"}
FUNCTIONS = ("on-cert-uploaded", "create-https-listener", "associate-additional-cert", "job-status-poller")
REGION = "cn-hangzhou"
NAMES = {"region": REGION, "account": ACCOUNT_ID, "bucket": BUCKET}


def folder_of(function: str) -> Path:
    return ROOT / "functions" / function.replace("-", "_")


def document_of(function: str) -> dict[str, Any]:
    """Return the policy as it is shipped, with its placeholders."""
    return json.loads((folder_of(function) / "policy.json").read_text())  # type: ignore[no-any-return]


@cache
def policy_of(function: str) -> Policy:
    return parse_policy(json.dumps(document_of(function)), NAMES)


def role_of(function: str) -> str:
    return f"certdrop-{function}"


def actions_of(function: str) -> set[str]:
    return {action for statement in document_of(function)["Statement"] for action in statement["Action"]}


def writes_of(function: str) -> set[str]:
    """Return the actions that change ALB, CLB or CAS."""
    return {action for action in actions_of(function) if not READS.fullmatch(action)} - SHARED_WRITES


def allowed(wish: Wish) -> set[str]:
    """Return the functions that may do it."""
    return {function for function in FUNCTIONS if policy_of(function).allows(wish)}


def policy_without(function: str, action: str) -> Policy:
    """Return the shipped policy less one action."""
    kept = [
        {**statement, "Action": [one for one in statement["Action"] if one != action]}
        for statement in document_of(function)["Statement"]
    ]
    document = {"Version": "1", "Statement": [statement for statement in kept if statement["Action"]]}
    return parse_policy(json.dumps(document), NAMES)


@dataclass(frozen=True)
class Grant:
    """One action on one resource pattern under one statement: the smallest thing that can be granted."""

    function: str
    action: str
    resource: str
    statement: Statement

    def covers(self, wish: Wish) -> bool:
        return (
            self.statement.names(wish.action)
            and self.statement.applies_to(wish)
            and matches(self.action, wish.action)
            and matches(self.resource, wish.resource)
        )

    def __str__(self) -> str:
        return f"{self.function}: {self.action} on {self.resource}"


def grants_of(function: str) -> Iterator[Grant]:
    """Return all that a policy grants, piece by piece."""
    for statement in policy_of(function).statements:
        for action in statement.actions.patterns:
            for resource in statement.resources.patterns:
                yield Grant(function, action, resource, statement)


@cache
def reasons() -> Mapping[str, Any]:
    """Return docs/permissions.json."""
    return json.loads((ROOT / "docs" / "permissions.json").read_text())  # type: ignore[no-any-return]


def is_excused(grant: Grant) -> bool:
    """Say whether a reason is given why no flow uses a grant."""
    return any(
        matches(row["function"], grant.function)
        and row["action"] == grant.action
        and matches(row["resource"], grant.resource)
        for row in reasons()["not_used_in_flows"]
    )
