"""Serverless Devs itself renders template.yml as fakecloud does; collected only where its command is found."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fakecloud.fc.template import load_template

ROOT = Path(__file__).parents[3]
ACCOUNT = "1234567890123456"
COMMAND = shutil.which("s", path=str(ROOT / "node_modules" / ".bin")) or shutil.which("s")


def preview(home: Path, **variables: str) -> dict[str, dict[str, object]]:
    credentials = {"AccountID": ACCOUNT, "AccessKeyID": "made-up", "AccessKeySecret": "made-up"}
    quiet = {"NODE_ENV": "test", "serverless_devs_config_home": str(home), "HOME": str(home)}
    rendered = subprocess.run(
        [str(COMMAND), "-t", str(ROOT / "template.yml"), "preview", "-o", "json", "--silent"],
        env={"PATH": os.environ["PATH"], **quiet, **credentials, **variables},
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    resources = json.loads(rendered.stdout)["resources"]
    return {name: resource["props"] for name, resource in resources.items()}


if COMMAND is not None:

    @pytest.mark.slow
    @pytest.mark.parametrize("variables", [{}, {"CERTDROP_BUCKET": "drops", "CERTDROP_REGION": "ap-southeast-1"}])
    def test_serverless_devs_renders_what_fakecloud_reads(tmp_path: Path, variables: dict[str, str]) -> None:
        template = load_template(ROOT / "template.yml", variables, ACCOUNT)

        rendered = preview(tmp_path, **variables)

        assert rendered == {function.name: function.properties for function in template.functions}
