"""What roles may do: RAM policies, as far as the services here can ask (Allow and Deny, wildcards, oss:Prefix)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakecloud.world import World

_PREFIXES = {"alb": "alb", "clb": "slb", "cas": "yundun-cert", "oss": "oss", "mns": "mns"}
_OSS_ACTIONS = {
    "HeadObject": "GetObject",
    "GetObjectMeta": "GetObject",
    "ListObjectsV2": "ListObjects",
    "CopyObject": "PutObject",
    "DeleteMultipleObjects": "DeleteObject",
}


class PolicyError(ValueError):
    """The text is no policy."""


@dataclass(frozen=True)
class Wish:
    """What a call needs: an action, a resource (None: the service does not say which), a prefix that it lists."""

    action: str
    resource: str | None = None
    prefix: str = ""


@dataclass(frozen=True)
class Policy:
    """The statements of one policy; what none of them allows is denied, what one denies stays denied."""

    statements: tuple[Mapping[str, Any], ...]

    def allows(self, wish: Wish) -> bool:
        """Say whether *wish* is granted."""
        effects = {statement["Effect"] for statement in self.statements if _applies(statement, wish)}
        return effects == {"Allow"}


def parse_policy(text: str, names: Mapping[str, str]) -> Policy:
    """Read a policy whose ${account}, ${bucket}, ... stand for *names*; raises PolicyError."""
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    try:
        statements = json.loads(text)["Statement"]
        wrong = [one for one in statements if one["Effect"] not in ("Allow", "Deny") or not one["Action"]]
    except (ValueError, TypeError, KeyError) as error:
        raise PolicyError(f"no policy: {error}") from error
    if wrong:
        raise PolicyError("a statement has an Effect (Allow or Deny) and an Action")
    return Policy(tuple(statements))


def make_wish(world: "World", service: str, action: str, resource: str, prefix: str = "") -> Wish:
    """Return what a call of the log's *service* and *action* needs by RAM's names.

    ALB, CLB and CAS calls name no resource here: they ask for the action alone.
    """
    place = f"{world.region}:{world.account_id}"
    if service == "oss":
        return Wish(f"oss:{_OSS_ACTIONS.get(action, action)}", f"acs:oss:oss-{place}:{resource}", prefix)
    if service == "mns":
        return Wish(f"mns:{action.removeprefix('Batch')}", f"acs:mns:{place}:{resource}")
    return Wish(f"{_PREFIXES.get(service, service)}:{action}")


def _applies(statement: Mapping[str, Any], wish: Wish) -> bool:
    prefixes = statement.get("Condition", {}).get("StringLike", {}).get("oss:Prefix")
    return (
        _matches_any(statement["Action"], wish.action)
        and (wish.resource is None or _matches_any(statement.get("Resource", "*"), wish.resource))
        and (prefixes is None or _matches_any(prefixes, wish.prefix))
    )


def _matches_any(patterns: str | list[str], text: str) -> bool:
    return any(_matches(one, text) for one in ([patterns] if isinstance(patterns, str) else patterns))


def _matches(pattern: str, text: str) -> bool:
    """Match as RAM does: * for any text, ? for one character, all else literal."""
    parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
