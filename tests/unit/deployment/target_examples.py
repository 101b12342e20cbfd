"""Targets files and bundles for the tests of targets."""

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from certdrop.bundle.facts import BundleFacts, BundleKind
from certdrop.deployment.targets import Targets
from certdrop.deployment.targets_yaml import parse_targets
from certdrop.errors import TargetsError

README_EXAMPLE = """\
version: 1
targets:
  - name: shop
    drops: ["shop"]                    # by drop name, and/or domains: ["*.shop.example"]
    alb: alb-n5qw04uq8vavfe0000        # or clb: lb-bp1o94dp5i6earr0000
    region: cn-hangzhou
    port: 443
    role: default                      # default | additional (additional never creates a listener: it waits for it)
    listener:                          # how to create it when it is missing; left out: never create
      server_group: sgp-8ilqs4axp60000
"""


def bundle(*names: str, kind: BundleKind = "server") -> BundleFacts:
    return BundleFacts(
        kind=kind,
        fingerprint="ab" * 32,
        sha1="cd" * 20,
        names=tuple(sorted(names)),
        key_kind="rsa",
        not_before=datetime(2026, 10, 1, tzinfo=timezone.utc),
        not_after=datetime(2027, 10, 1, tzinfo=timezone.utc),
    )


def target(**keys: Any) -> dict[str, Any]:
    """An ALB target in the form of the file."""
    common = {"name": "shop", "drops": ["shop"], "region": "cn-hangzhou"}
    return common | ({} if "clb" in keys else {"alb": "alb-n5qw04uq8vavfe0000"}) | keys


def targets(*entries: dict[str, Any]) -> Targets:
    return Targets.model_validate({"version": 1, "targets": list(entries)})


def problems(text: str) -> list[str]:
    with pytest.raises(TargetsError) as caught:
        parse_targets(text)
    return [str(problem) for problem in caught.value.problems]


def file_of(lines: Sequence[str]) -> str:
    """A file with one target of these lines; the first of them is line 3."""
    head, *rest = lines
    return "\n".join(["version: 1", "targets:", f"  - {head}", *(f"    {line}" for line in rest), ""])
