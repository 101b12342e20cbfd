"""Renders docs/findings.md from the table of codes."""

from pathlib import Path

from certdrop.bundle.codes import CODES

PAGE = Path(__file__).parents[3] / "docs" / "findings.md"
HEAD = """# Findings

What `certdrop check` and a drop's report can say. The codes never change their meaning. An *error* refuses the drop, or
lets it wait when another file could cure it; a *warning* does not. Words in braces are filled in.

| code | severity | message | how to mend it |
|---|---|---|---|
"""


def render_page() -> str:
    """Return the page."""
    rows = sorted(CODES.values(), key=lambda row: (row.severity, row.code))
    cells = ([f"`{row.code}`", row.severity, row.message, row.fix] for row in rows)
    return HEAD + "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in cells)


if __name__ == "__main__":
    PAGE.write_text(render_page())
