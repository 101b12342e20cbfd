"""A small evaluator of RAM policies: what a role may do, as far as the policies here need it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fakecloud.world import ACCOUNT_ID
from tests.flows.pipeline import BUCKET, ROOT, Sent

FUNCTIONS = ("on-cert-uploaded", "create-https-listener", "associate-additional-cert", "job-status-poller")
REGION = "cn-hangzhou"
_SERVICES = {"2020-06-16": "alb", "2014-05-15": "slb", "2020-04-07": "yundun-cert"}
_OBJECT_ACTIONS = {
    "GET": "oss:GetObject",
    "HEAD": "oss:GetObject",
    "PUT": "oss:PutObject",
    "DELETE": "oss:DeleteObject",
}


@dataclass(frozen=True)
class Wish:
    """What a request needs: an action on a resource (None: one that the request does not name), a prefix to list."""

    action: str
    resource: str | None = None
    prefix: str | None = None


def folder_of(function: str) -> Path:
    return ROOT / "functions" / function.replace("-", "_")


def policy_of(function: str) -> dict[str, Any]:
    text = (folder_of(function) / "policy.json").read_text()
    for name, value in {"region": REGION, "account": ACCOUNT_ID, "bucket": BUCKET}.items():
        text = text.replace(f"${{{name}}}", value)
    return json.loads(text)  # type: ignore[no-any-return]


def matches(pattern: str, text: str) -> bool:
    """Match as RAM does: * for any text, ? for one character, all else literal."""
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def allows(function: str, wish: Wish) -> bool:
    return any(_grants(statement, wish) for statement in policy_of(function)["Statement"])


def _grants(statement: dict[str, Any], wish: Wish) -> bool:
    prefixes = statement.get("Condition", {}).get("StringLike", {}).get("oss:Prefix", ["*"])
    return (
        any(matches(action, wish.action) for action in statement["Action"])
        and (wish.resource is None or any(matches(one, wish.resource) for one in statement["Resource"]))
        and any(matches(one, wish.prefix or "") for one in prefixes)
    )


def wish_of(sent: Sent) -> Wish:
    """Say what a request that a function sent needs."""
    headers = dict(line.lower().split(": ", 1) for line in sent.headers.splitlines())
    url = urlsplit(sent.url)
    if "x-acs-action" in headers:
        return Wish(f"{_SERVICES[headers['x-acs-version']]}:{sent.label}")
    if url.path.startswith("/queues/"):
        return Wish("mns:SendMessage", f"acs:mns:{REGION}:{ACCOUNT_ID}:{url.path}")
    query = parse_qs(url.query, keep_blank_values=True)
    bucket, _, key = url.path.removeprefix("/").partition("/")
    resource = f"acs:oss:oss-{REGION}:{ACCOUNT_ID}:{bucket}" + (f"/{key}" if key else "")
    if key:
        return Wish(_OBJECT_ACTIONS[sent.method], resource)
    if "bucketInfo" in query:
        return Wish("oss:GetBucketInfo", resource)
    return Wish("oss:ListObjects", resource, query["prefix"][0])


def actions_of(function: str) -> set[str]:
    return {action for statement in policy_of(function)["Statement"] for action in statement["Action"]}
