"""The certdrop command over the pipeline's cloud: a person with a documented policy, on the virtual clock."""

import json
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from types import SimpleNamespace
from typing import Any

from certdrop.runtime.machine import MachineClock
from certdrop.runtime.wiring import Wiring
from certdrop_cli.main import main
from fakecloud.ram import parse_policy
from fakecloud.world import ACCOUNT_ID
from tests.flows.pipeline import BUCKET, ENDPOINT, ROOT, Pipeline

NAMES = {"account": ACCOUNT_ID, "bucket": BUCKET, "region": "cn-hangzhou"}


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(pipeline: Pipeline, policy: str) -> dict[str, str]:
    """Return the environment of a person who may do what docs/policies/<policy>.json says; everything without one."""
    identity = pipeline.world.assume_role("person", seconds=10**9)
    pipeline.world.policies.pop("person", None)
    if policy:
        text = (ROOT / "docs" / "policies" / f"{policy}.json").read_text()
        pipeline.world.policies["person"] = parse_policy(text, NAMES)
    return {
        "CERTDROP_BUCKET": BUCKET,
        "CERTDROP_REGION": "cn-hangzhou",
        "CERTDROP_ACCOUNT_ID": ACCOUNT_ID,
        "CERTDROP_ENDPOINT": ENDPOINT,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": identity.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": identity.secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": identity.token or "",
    }


def certdrop(
    pipeline: Pipeline, policy: str, *arguments: object, environ: Mapping[str, str | None] | None = None
) -> Said:
    """Run a command; *environ* changes the environment, None unsets."""
    merged: dict[str, str | None] = {**environment(pipeline, policy), **(environ or {})}
    wiring = Wiring(
        {name: value for name, value in merged.items() if value is not None},
        client=pipeline.client,
        clock=SimpleNamespace(now=MachineClock().now, monotonic=lambda: pipeline.world.clock.now().timestamp()),
        sleep=pipeline.advance,
        random=pipeline.random,
        dial=pipeline.dial,
    )
    out, err = StringIO(), StringIO()
    outer, pipeline.wire.function = pipeline.wire.function, "certdrop"
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*map(str, arguments)], wiring)
    finally:
        pipeline.wire.function = outer
    return Said(code, out.getvalue(), err.getvalue())
