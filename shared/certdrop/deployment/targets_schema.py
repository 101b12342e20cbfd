"""The JSON Schema of targets.yml, for editors.

`python -m certdrop.deployment.targets_schema > docs/targets.schema.json`
"""

import json
import sys

from certdrop.deployment.targets import Targets


def render_schema() -> str:
    """Return the schema, made from the models; the same text every time."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made from the models in certdrop.deployment.targets; not edited by hand.",
        **Targets.model_json_schema(),
    }
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_schema())
