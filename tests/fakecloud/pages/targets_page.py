"""Renders docs/targets.md: every key of config/targets.yml, and which parameter of the API pages it is."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from certdrop.deployment.targets import Targets
from certdrop.deployment.targets_problems import EXPECTED
from tests.fakecloud.pages.page import PAGES, Page
from tests.fakecloud.pages.said import OURS, SAID

FILE = Path(__file__).parents[3] / "docs" / "targets.md"
Schema = Mapping[str, Any]
HEAD = """# config/targets.yml

Where bundles are served. The poller reads the file within a minute of its upload; one that does not validate leaves the
last good one in force, and `reports/targets.yml.json` says which line, which key, and what was expected. Whatever the
API pages refuse is refused here. Editors understand [targets.schema.json](targets.schema.json).

```yaml
version: 1
targets:
  - name: shop
    drops: [shop]
    alb: alb-n5qw04uq8vavfe0000
    region: cn-hangzhou
    listener:
      server_group: sgp-8ilqs4axp60000
      headers: {x_forwarded_proto: true}
```

A listener that is there already keeps its settings: `listener:` only says how to create one that is missing. Where a
listener that certdrop created differs from it later, that is told once ([notices.md](notices.md#the-survey)).
"""
SECTIONS = {
    "AlbTarget": "A target at ALB",
    "AlbListener": "`listener:` of ALB",
    "AlbHeaders": "`listener.headers:` of ALB",
    "ClientCertificateHeaders": "`listener.headers.client_certificate:` of ALB",
    "AlbClientCa": "`client_ca:` of ALB",
    "ClbTarget": "A target at CLB",
    "ClbListener": "`listener:` of CLB",
    "HealthCheck": "`listener.health_check:` of CLB",
    "StickySession": "`listener.sticky_session:` of CLB",
    "AccessControlList": "`listener.acl:` of CLB",
    "ClbHeaders": "`listener.headers:` of CLB",
    "ClbClientCa": "`client_ca:` of CLB",
}


def render_page() -> str:
    """Return the page."""
    schema = Targets.model_json_schema()
    missing = set(schema["$defs"]) ^ set(SECTIONS)
    assert not missing, missing
    top = {key: told for key, told in schema["properties"].items() if key not in ("version", "targets")}
    sections = _render_section("The file", {"properties": top})
    sections += "".join(_render_section(title, schema["$defs"][name]) for name, title in SECTIONS.items())
    pages = "".join(_render_parameters(page) for page in reversed(PAGES) if page.action in SAID)
    return f"{HEAD}{sections}{pages}"


def _render_section(title: str, schema: Schema) -> str:
    required = schema.get("required", ())
    lines = [
        [f"`{key}`", _values(told), _default(told, is_required=key in required), told["description"]]
        for key, told in schema["properties"].items()
    ]
    return f"\n## {title}\n\n{_table(['key', 'what it takes', 'default', 'what it means'], lines)}"


def _values(told: Schema) -> str:
    kinds = [told] if "anyOf" not in told else [one for one in told["anyOf"] if one.get("type") != "null"]
    texts = list(dict.fromkeys(text for kind in kinds for text in _kind(kind)))
    if "`off`" in texts:  # YAML's other words for on and off
        texts = [text for text in texts if text not in ("`true`", "`false`")]
    return " or ".join(texts)


def _kind(told: Schema) -> Iterator[str]:
    if "$ref" in told:
        yield f"a mapping, [below](#{_anchor(SECTIONS[told['$ref'].rpartition('/')[2]])})"
    elif "enum" in told or "const" in told:
        yield from map(_quote, told.get("enum", [told.get("const")]))
    elif told["type"] == "array":
        yield f"a list{_at_most(told, 'maxItems')}; each {_values(told['items'])}"
    elif told["type"] == "object":
        yield f"a mapping of texts{_at_most(told, 'maxProperties')}"
    elif told["type"] == "integer":
        yield f"{told['minimum']} to {told['maximum']}"
    elif told["type"] == "boolean":
        yield from ("`true`", "`false`")
    else:
        length = f"{told['minLength']} to {told['maxLength']} characters: " if "maxLength" in told else ""
        yield length + EXPECTED.get(told.get("pattern", ""), "a text")


def _quote(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _at_most(told: Schema, bound: str) -> str:
    return f", at most {told[bound]}" if bound in told else ""


def _default(told: Schema, *, is_required: bool) -> str:
    default = told.get("default")
    if is_required:
        return "*needed*"
    if isinstance(default, bool) or (default not in (None, [], {}) and not isinstance(default, dict)):
        return _quote(default)
    return "on, as below" if isinstance(default, dict) and default else ""


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z_ -]", "", title.lower()).replace(" ", "-")


def _render_parameters(page: Page) -> str:
    head = f"\n## {page.action} ({page.product.upper()}) in targets.yml\n\n"
    said = SAID[page.action]
    lines = [
        [f"`{path}`", f"`{said[path].key}`" if path in said else OURS[page.action, path]] for path in page.parameters
    ]
    return head + _table(["parameter", "where it is said"], lines)


def _table(head: list[str], lines: list[list[str]]) -> str:
    rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines]
    return f"| {' | '.join(head)} |\n{'|---' * len(head)}|\n{''.join(rows)}"


if __name__ == "__main__":
    FILE.write_text(render_page(), "utf-8")
