"""Renders docs/settings.md from the environment that the functions read."""

from pathlib import Path
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from certdrop.runtime.settings import FALLBACKS, Environment

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"
HEAD = """# Settings

Environment variables of the functions; `template.yml` sets them. An empty one counts as not set. A function whose
settings are missing or malformed says which, all at once, and does nothing.

| variable | default | what it says |
|---|---|---|
"""


def render_page() -> str:
    """Return the page."""
    rows = (_render(known) for known in Environment.model_fields.values())
    return HEAD + "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _render(known: FieldInfo) -> list[str]:
    name = str(known.alias)
    choices = get_args(known.annotation) if get_origin(known.annotation) is Literal else ()
    bounds = [one.ge if isinstance(one, Ge) else one.le for one in known.metadata if isinstance(one, Ge | Le)]
    said = [f"`{choice}`" for choice in choices] or [f"{bounds[0]} to {bounds[1]}"] if choices or bounds else []
    default = f"that of `{FALLBACKS[name]}`" if name in FALLBACKS else "*needed*" if known.is_required() else ""
    default = default or (f"`{known.default}`" if known.default not in (None, "", {}) else "")
    return [f"`{name}`", default, f"{known.description} {' or '.join(said)}".strip() + ("." if said else "")]


if __name__ == "__main__":
    PAGE.write_text(render_page(), "utf-8")
