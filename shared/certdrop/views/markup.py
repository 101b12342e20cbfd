"""HTML from text: everything that came from outside is escaped here, and nowhere else."""

import html
from collections.abc import Iterable

STYLE = """
:root { color-scheme: light dark; --line: #8883; --soft: #8881; --good: #1a7f37; --open: #9a6700; --bad: #cf222e }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --open: #d4a72c; --bad: #ff7b72 } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem }
p.written { color: gray; margin: 0 0 1rem } p.none { color: gray }
ul { list-style: none; padding: 0; margin: 0 } ul.sums li { display: inline-block; margin-right: 1.6rem }
ul.sums b { font-size: 1.4rem; font-weight: 600 }
ul.todo li { border-left: 3px solid var(--bad); background: var(--soft); padding: .5rem .8rem; margin-bottom: .5rem }
ul.todo li { color: inherit } ul.todo li.open { border-color: var(--open) }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; vertical-align: top }
th, td { overflow-wrap: break-word; max-width: 24rem }
tr { border-top: 1px solid var(--line) } th { font-weight: 600; white-space: nowrap } thead tr { border: 0 }
td:last-child { max-width: none } @media (max-width: 50rem) { table { display: block; overflow-x: auto } }
small { color: gray } small.fix { color: inherit }
.good { color: var(--good) } .open { color: var(--open) } .bad { color: var(--bad) }
"""
_LOOKS = {
    "open": ("open", "waiting", "busy", "unknown", "missing"),
    "good": ("served", "accepted", "superseded", "running"),
}


def escape(text: str) -> str:
    """Return *text* as HTML that shows it."""
    return html.escape(text)


def small(text: str, look: str = "") -> str:
    """Return *text* in small letters below what stands before; nothing of nothing."""
    attribute = f' class="{look}"' if look else ""
    return f"<br><small{attribute}>{escape(text)}</small>" if text else ""


def mark(word: str, look: str = "") -> str:
    """Return a word in the colour of how it stands."""
    return f'<span class="{look or look_of(word)}">{escape(word)}</span>'


def look_of(word: str) -> str:
    """Return how a status looks: good, open or bad."""
    return next((look for look, words in _LOOKS.items() if word in words), "bad")


def table(heads: Iterable[str], rows: Iterable[str]) -> str:
    """Return a table."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(rows) + "\n</tbody></table>"


def row(*cells: str) -> str:
    """Return a row of cells that are HTML already."""
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def page(body: str) -> str:
    """Return a whole page."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>certdrop</title><meta name="viewport" content="width=device-width">
<style>{STYLE}</style></head><body>
{body}
</body></html>
"""
